"""Routes of the unit that was entered: what is kept of it, and changing it (contract §7)."""

from sanic import HTTPResponse

from handlers import unit_edits, unit_info
from models.errors.filing import STATE_CHANGED
from models.errors.system import CSRF_FAILED, INPUT_WRONG, NOT_FOUND
from models.errors.unit import REVIEW_NEEDED
from server.call import Call
from server.operation import Routes
from server.policy import UNIT, UNIT_PROFILE
from server.routes.answers import as_json
from server.wire import unit_info as wire

routes = Routes("units", "/api/v1/units")


@routes.add("GET", "/current", UNIT, answers={200: wire.ShownUnitInfo}, refuses=[NOT_FOUND])
async def read_own_unit(call: Call) -> HTTPResponse:
    """The unit: its fields and how each is changed, its relations, its former names.

    A clerk sees people masked, and the relations of the grant; nothing is editable to one.
    """
    return as_json(wire.unit_info(await unit_info.read(call.tools, call.signed_in)))


@routes.add(
    "PATCH",
    "/current",
    UNIT_PROFILE,
    body=wire.UnitPatch,
    if_match=True,
    once=True,
    answers={200: wire.ShownUnitChange},
    refuses=[REVIEW_NEEDED, STATE_CHANGED, INPUT_WRONG, NOT_FOUND, CSRF_FAILED],
    example={"contact_phone": "0451-87654321", "postal_address": "演示市演示路1号"},
)
async def edit_own_unit(call: Call, body: wire.UnitPatch) -> HTTPResponse:
    """Change fields at once; for one that is reviewed the answer names the item to file (409)."""
    edited = await unit_edits.edit(
        call.tools,
        call.actor,
        wire.wanted(body),
        call.once,
        revision=call.revision,
        now=call.now,
    )
    return as_json(wire.unit_change(edited))
