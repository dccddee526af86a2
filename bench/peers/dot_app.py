"""django-oauth-toolkit's shipped device flow as one WSGI module: `gunicorn dot_app:application`.

Environment: DOT_PG_HOST, DOT_PG_PORT, DOT_PG_USER, DOT_PG_PASSWORD, DOT_PG_NAME.
`python dot_app.py` makes the schema and the client `bench`. Persistent connections, no middleware.
"""

import os
import sys

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench-only-not-a-secret-0123456789abcdefghij",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "oauth2_provider",
    ],
    MIDDLEWARE=[],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["DOT_PG_HOST"],
            "PORT": os.environ["DOT_PG_PORT"],
            "USER": os.environ["DOT_PG_USER"],
            "PASSWORD": os.environ["DOT_PG_PASSWORD"],
            "NAME": os.environ["DOT_PG_NAME"],
            "CONN_MAX_AGE": None,
        }
    },
    OAUTH2_PROVIDER={
        "OAUTH_DEVICE_VERIFICATION_URI": "http://127.0.0.1/o/device",
        "DEVICE_FLOW_INTERVAL": 5,
        "PKCE_REQUIRED": False,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("ready", lambda request: JsonResponse({"ready": True})),
]
application = get_wsgi_application()


def prepare() -> None:
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", interactive=False, verbosity=0)
    get_application_model().objects.get_or_create(
        client_id="bench",
        defaults={
            "name": "bench",
            "client_type": "public",
            "authorization_grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        },
    )


if __name__ == "__main__":
    prepare()
    sys.exit(0)
