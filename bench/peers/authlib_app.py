"""Authlib's device grant on Flask and Redis: `gunicorn authlib_app:app`, PEER_REDIS_URL."""

import json
import os
import time

import redis
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant
from authlib.oauth2.rfc8628 import DeviceCredentialDict as Credential
from flask import Flask, jsonify

store = redis.Redis.from_url(os.environ["PEER_REDIS_URL"])
app = Flask(__name__)
app.config["SECRET_KEY"] = "bench-only"


class Client(ClientMixin):
    def get_client_id(self):
        return "bench"

    def get_allowed_scope(self, scope):
        return scope or ""

    def check_redirect_uri(self, uri):
        return False

    def check_client_secret(self, secret):
        return True

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "none"

    def check_response_type(self, response_type):
        return False

    def check_grant_type(self, grant_type):
        return grant_type == DeviceCodeGrant.GRANT_TYPE


class Issue(DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = ("none",)

    def get_verification_uri(self):
        return "http://127.0.0.1/device"

    def save_device_credential(self, client_id, scope, data):
        record = dict(data, client_id=client_id, scope=scope, expires_at=time.time() + 1800)
        store.setex("authlib:device:" + data["device_code"], 1800, json.dumps(record))
        store.setex("authlib:user:" + data["user_code"], 1800, data["device_code"])


class Poll(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def query_device_credential(self, device_code):
        record = store.get("authlib:device:" + device_code)
        return Credential(json.loads(record)) if record else None

    def query_user_grant(self, user_code):
        return None

    def should_slow_down(self, credential):
        return False


server = AuthorizationServer(
    app, query_client=lambda client_id: Client(), save_token=lambda *_: None
)
server.register_endpoint(Issue)
server.register_grant(Poll)
app.add_url_rule("/token", "poll", server.create_token_response, methods=["POST"])
app.add_url_rule("/ready", "ready", lambda: jsonify(ready=True))


@app.post("/device_authorization")
def issue():
    return server.create_endpoint_response(Issue.ENDPOINT_NAME)
