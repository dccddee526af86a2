"""Routes of the window 窗口: units, looked up and shown (contract §11, 手册 3.1.2)."""

from sanic import HTTPResponse

from handlers import officer_units
from models.errors.login import SESSION_ENDED, TOO_OFTEN
from models.errors.officer import DUTY_MISSING
from models.errors.system import NOT_FOUND
from models.vocabulary import Duty
from server.call import Call
from server.operation import Routes
from server.policy import officers
from server.routes.answers import as_json
from server.wire import officer_bodies, officer_shapes, officer_views

routes = Routes("window", "/api/v1/officer/units")
READERS = officers(Duty.WINDOW, Duty.REVIEWER, Duty.SUPERVISOR)


@routes.add(
    "GET",
    "",
    READERS,
    query=officer_bodies.UnitQuery,
    answers={200: officer_shapes.WindowUnitPage},
    refuses=[DUTY_MISSING, SESSION_ENDED],
)
async def search_units(call: Call, query: officer_bodies.UnitQuery) -> HTTPResponse:
    """Units in the officer's scope with exactly this USCC or 单位编号, masked."""
    found = await officer_units.search(call.tools, call.actor, query.q)
    return as_json(
        officer_shapes.WindowUnitPage([officer_views.found_unit(each) for each in found], None)
    )


@routes.add(
    "GET",
    "/<unit_id:str>",
    READERS,
    query=officer_bodies.ReasonQuery,
    answers={200: officer_shapes.UnitDetail},
    refuses=[DUTY_MISSING, NOT_FOUND, TOO_OFTEN, SESSION_ENDED],
)
async def read_unit(call: Call, query: officer_bodies.ReasonQuery, unit_id: str) -> HTTPResponse:
    """A unit with relations and clerks, masked; with a reason, which is audited, in clear."""
    found = await officer_units.read(
        call.tools, call.actor, unit_id, reason=query.reason.strip(), now=call.now
    )
    return as_json(officer_views.unit_detail(found))


@routes.add(
    "GET",
    "/<unit_id:str>/relations",
    READERS,
    query=officer_bodies.ClerkQuery,
    answers={200: officer_shapes.MarkedRelations},
    refuses=[DUTY_MISSING, NOT_FOUND, SESSION_ENDED],
)
async def mark_relations(
    call: Call, query: officer_bodies.ClerkQuery, unit_id: str
) -> HTTPResponse:
    """The unit's relations in scope, each with whether the clerk has it already (已有权限)."""
    rows = await officer_units.granted_relations(call.actor, unit_id, query.clerk_id)
    items = [
        officer_shapes.MarkedRelation(officer_views.window_relation(row), already)
        for row, already in rows
    ]
    return as_json(officer_shapes.MarkedRelations(items))
