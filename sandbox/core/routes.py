"""The core system over HTTP, on a simple wire of the sandbox's own, signed like `POST /sms/send`.

- POST `/core/units/changes` `{"after": "<position>", "limit"}` → `{"units": […], "next":
  "<position>", "more"}`: what `POST /_ctl/core/units` told, oldest first

401 for a bad signature, 400 for a bad body. Faults: error 500 (or the errcode), token_invalid 401,
rate_limit 429.
"""

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.credentials import CORE
from sandbox.faults import Fault, FaultKind
from sandbox.meeting import meet, proxy_answer
from sandbox.signing import is_signed
from sandbox.world import world_of

bp = Blueprint("core", url_prefix="/core")
MOST = 500


@bp.post("/units/changes")
async def changes(request: Request) -> HTTPResponse:
    fault = await meet(request, "core.units")
    if fault is not None:
        return _failed(fault)
    world = world_of(request)
    if not is_signed(request, "/units/changes", CORE.key, CORE.secret, world.clock.now()):
        return json({"result": "error"}, status=401)
    content = request.json
    try:
        after, limit = str(content["after"]), int(content["limit"])
    except (KeyError, TypeError, ValueError):
        return json({"result": "error"}, status=400)
    units, position, more = world.core.after(after, max(1, min(limit, MOST)))
    return json({"units": units, "next": position, "more": more})


def _failed(fault: Fault) -> HTTPResponse:
    statuses = {FaultKind.TOKEN_INVALID: 401, FaultKind.RATE_LIMIT: 429}
    answer = json({"result": "error"}, status=statuses.get(fault.kind, 500))
    return proxy_answer(fault) or answer
