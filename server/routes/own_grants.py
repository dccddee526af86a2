"""Routes of one's own grants: what one may do where, and asking for more time."""

from sanic import HTTPResponse

from handlers import own_grants
from handlers.people import bound_person
from models.errors.grant import ALREADY_GRANTED, GRANT_REQUEST_OPEN
from models.errors.login import TOO_OFTEN
from models.errors.phone import IDENTITY_NEEDED
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.errors.unit import UNIT_UNKNOWN
from server.call import Call
from server.operation import Routes
from server.policy import SIGNED_IN
from server.routes.answers import as_json
from server.routes.grant_requests import own_request
from server.wire import grants as wire
from server.wire import own_grants as shapes
from server.wire.bodies import PageQuery

routes = Routes("own-grants", "/api/v1/session")


@routes.add(
    "GET",
    "/grants",
    SIGNED_IN,
    query=PageQuery,
    answers={200: shapes.OwnGrantPage},
    refuses=[IDENTITY_NEEDED],
)
async def list_own_grants(call: Call, query: PageQuery) -> HTTPResponse:
    """One's own grants of every unit, the latest first."""
    person = await bound_person(call.signed_in)
    found = await own_grants.own_grants(
        call.tools, person, before=query.cursor, limit=query.limit, now=call.now
    )
    items = [shapes.own_grant(each) for each in found[: query.limit]]
    return as_json(shapes.OwnGrantPage(items, items[-1].id if len(found) > query.limit else None))


@routes.add(
    "POST",
    "/grants/<grant_id:str>/renewal",
    SIGNED_IN,
    answers={201: wire.ShownRequest},
    refuses=[
        NOT_FOUND,
        UNIT_UNKNOWN,
        ALREADY_GRANTED,
        GRANT_REQUEST_OPEN,
        TOO_OFTEN,
        INPUT_WRONG,
        IDENTITY_NEEDED,
    ],
)
async def renew_own_grant(call: Call, grant_id: str) -> HTTPResponse:
    """Ask the legal representative to let a grant go on as it is."""
    person = await bound_person(call.signed_in)
    grant = await own_grants.renew(call.tools, person, call.actor, grant_id, now=call.now)
    return as_json(await own_request(grant), 201)
