"""Routes for those who run the server: alive, ready, measures, documentation (contract §11)."""

import resource
import time

import msgspec
from sanic import HTTPResponse, text

from models.errors.system import FORBIDDEN
from server import readiness
from server.call import Call
from server.measures import delivery_lines
from server.openapi.document import page
from server.openapi.document import text as document_text
from server.operation import Operation, Routes
from server.papers import as_page
from server.policy import OPERATOR, PUBLIC
from server.routes.answers import as_json

routes = Routes("operations", "")
_STARTED = time.monotonic()


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: str


class Ready(msgspec.Struct, frozen=True):
    """Whether requests can be served, and what is missing."""

    status: str
    down: list[str]


@routes.add("GET", "/healthz", PUBLIC, answers={200: Alive})
async def healthz(call: Call) -> HTTPResponse:
    """Whether the process answers; asks nobody else."""
    return as_json(Alive("ok"))


@routes.add("GET", "/readyz", PUBLIC, answers={200: Ready, 503: Ready})
async def readyz(call: Call) -> HTTPResponse:
    """Whether database and store answer, and the server is not stopping."""
    down = await readiness.down(call.context)
    return as_json(Ready("degraded" if down else "ok", down), 503 if down else 200)


@routes.add(
    "GET", "/metrics", OPERATOR, answers={200: str}, refuses=[FORBIDDEN], media="text/plain"
)
async def metrics(call: Call) -> HTTPResponse:
    """Measures of this process and of delivery for Prometheus; holds no personal value."""
    hub = call.context.ready[1]
    memory_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = [
        "# TYPE zhangban_waiting_browsers gauge",
        f"zhangban_waiting_browsers {hub.waiting}",
        "# TYPE zhangban_uptime_seconds counter",
        f"zhangban_uptime_seconds {time.monotonic() - _STARTED:.0f}",
        "# TYPE zhangban_memory_peak_bytes gauge",
        f"zhangban_memory_peak_bytes {memory_kb * 1024}",
        *await delivery_lines(call.context.now()),
        "",
    ]
    return text("\n".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")


@routes.add("GET", "/docs", OPERATOR, answers={200: str}, refuses=[FORBIDDEN], media="text/html")
async def docs(call: Call) -> HTTPResponse:
    """The API for people; open in development, else only on the machine itself."""
    return as_page(call.request, page(_declared(call), secure=call.context.settings.secure))


@routes.add("GET", "/docs/openapi.json", OPERATOR, answers={200: dict}, refuses=[FORBIDDEN])
async def docs_json(call: Call) -> HTTPResponse:
    """The API as an OpenAPI 3.1 document."""
    document = document_text(_declared(call), secure=call.context.settings.secure)
    return HTTPResponse(document, content_type="application/json")


def _declared(call: Call) -> tuple[Operation, ...]:
    # The router knows them all; importing the list of routes here would be a circle.
    found = (vars(route.ctx).get("operation") for route in call.request.app.router.routes)
    return tuple(operation for operation in found if operation is not None)
