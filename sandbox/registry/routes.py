"""The registries over HTTP: `GET /registry/<source>?uscc=`, on a simple wire of the sandbox's own.

- 200 `{"result": "found", "unit": {"uscc", "name", "legal_rep", …}}`: `unit` is what
  `POST /_ctl/registry` set, further fields included
- 200 `{"result": "not_found"}`
- 503 `{"result": "unavailable"}`: the source, or this unit's record, was set unavailable
- 400 `{"result": "error"}`: no uscc

Faults: error 500 (or the errcode), token_invalid 401, rate_limit 429.
"""

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.faults import Fault, FaultKind
from sandbox.meeting import meet, proxy_answer
from sandbox.registry.records import Source, SourceDown
from sandbox.world import world_of

bp = Blueprint("registry", url_prefix="/registry")


@bp.get("/<name:str>")
async def look_up(request: Request, name: str) -> HTTPResponse:
    if name not in {source.value for source in Source}:
        return json({"result": "error"}, status=404)
    fault = await meet(request, f"registry.{name}")
    if fault is not None:
        return _failed(fault)
    uscc = request.args.get("uscc")
    if not uscc:
        return json({"result": "error"}, status=400)
    try:
        unit = world_of(request).registries.of(Source(name)).look_up(uscc)
    except SourceDown:
        return json({"result": "unavailable"}, status=503)
    return json({"result": "found", "unit": unit} if unit else {"result": "not_found"})


def _failed(fault: Fault) -> HTTPResponse:
    statuses = {FaultKind.TOKEN_INVALID: 401, FaultKind.RATE_LIMIT: 429}
    answer = json({"result": "error"}, status=statuses.get(fault.kind, 500))
    return proxy_answer(fault) or answer
