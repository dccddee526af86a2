"""The API's routes, listed by hand."""

from server.operation import Routes
from server.routes import challenges, grants, help, operations, phone, plain, sessions

ROUTES: tuple[Routes, ...] = (
    challenges.routes,
    phone.routes,
    sessions.routes,
    grants.routes,
    help.routes,
    operations.routes,
    plain.routes,
)
