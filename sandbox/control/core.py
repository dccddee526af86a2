"""Control of the core system: what it has to tell of units."""

from sanic import Blueprint
from sanic.exceptions import BadRequest
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.control.reading import Body
from sandbox.world import world_of

bp = Blueprint("control-core", url_prefix="/core")


@bp.post("/units")
async def tell(request: Request) -> HTTPResponse:
    """Tell of changed units, in this order: `{"units": [rows as POST /ingest/units takes them]}`.

    A row may be wrong on purpose; event_id and at may be left out.
    """
    units = Body.of(request).content.get("units")
    if not isinstance(units, list):
        raise BadRequest("units: a list is expected")
    core = world_of(request).core
    return json({"positions": [core.add(unit) for unit in units]}, status=201)


@bp.get("/units")
async def told(request: Request) -> HTTPResponse:
    items = [{"position": position, "unit": unit} for position, unit in world_of(request).core.told]
    return json({"items": items})
