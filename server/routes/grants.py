"""Routes of the grants as far as logging in needs them (contract §8)."""

from sanic import HTTPResponse

from handlers import grants
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANTS_NOT_YOURS
from models.errors.system import IF_MATCH_MISSING, NOT_FOUND
from server.call import Call
from server.operation import Routes
from server.policy import UNIT_GRANTS
from server.routes.answers import as_json
from server.wire import bodies, shapes, views

routes = Routes("grants", "/api/v1/grants")


@routes.add(
    "GET",
    "",
    UNIT_GRANTS,
    query=bodies.PageQuery,
    answers={200: shapes.GrantPage},
    refuses=[GRANTS_NOT_YOURS],
)
async def list_grants(call: Call, query: bodies.PageQuery) -> HTTPResponse:
    """The unit's grants, to its legal representative."""
    rows = await grants.list_grants(
        call.tools, call.actor.unit_id, after=query.cursor, limit=query.limit, now=call.now
    )
    shown = [views.grant(row) for row in rows[: query.limit]]
    more = shown[-1].id if len(rows) > query.limit else None
    return as_json(shapes.GrantPage(shown, more))


@routes.add(
    "POST",
    "/<grant_id:str>/revoke",
    UNIT_GRANTS,
    body=bodies.RevokeBody,
    if_match=True,
    answers={200: shapes.ShownGrant},
    refuses=[GRANTS_NOT_YOURS, NOT_FOUND, STATE_CHANGED, IF_MATCH_MISSING],
    example={"reason": "人员离职"},
)
async def revoke(call: Call, body: bodies.RevokeBody, grant_id: str) -> HTTPResponse:
    """Take a grant back; the clerk's sessions under it end at once."""
    revoked = await grants.revoke(
        call.tools,
        call.actor,
        grant_id,
        reason=body.reason,
        revision=call.revision,
        now=call.now,
    )
    return as_json(views.grant(revoked))
