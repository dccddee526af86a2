"""Routes of the grants, for the legal representative (contract §8)."""

from msgspec import UNSET
from sanic import HTTPResponse

from handlers import grant_edits, grant_endings, grant_offers, grants
from handlers.grant_changes import Hand
from models.errors.entry import FieldError
from models.errors.filing import STATE_CHANGED
from models.errors.grant import ALREADY_GRANTED, CLERK_FIXED, GRANTS_NOT_YOURS
from models.errors.system import IF_MATCH_MISSING, INPUT_WRONG, NOT_FOUND
from models.vocabulary import GrantParty
from server.call import Call
from server.operation import Routes
from server.policy import UNIT_GRANTS
from server.routes.answers import as_json
from server.wire import grants as wire

routes = Routes("grants", "/api/v1")
_CHANGING = [GRANTS_NOT_YOURS, NOT_FOUND, STATE_CHANGED, IF_MATCH_MISSING]


def hand_of(call: Call) -> Hand:
    """The legal representative who calls."""
    return Hand(call.actor, GrantParty.LEGAL_REP)


async def shown(call: Call, grant_id: str) -> wire.ShownGrant:
    """A grant of the caller's unit as it is now."""
    unit_id = call.actor.unit_id
    return wire.grant(await grants.one_grant(call.tools, unit_id, grant_id, now=call.now))


@routes.add(
    "GET",
    "/grants",
    UNIT_GRANTS,
    query=wire.GrantQuery,
    answers={200: wire.GrantPage},
    refuses=[GRANTS_NOT_YOURS],
)
async def list_grants(call: Call, query: wire.GrantQuery) -> HTTPResponse:
    """The unit's grants, to its legal representative."""
    rows = await grants.list_grants(
        call.tools,
        call.actor.unit_id,
        grants.Wanted(query.status, query.clerk.strip(), query.suspension),
        after=query.cursor,
        limit=query.limit,
        now=call.now,
    )
    items = [wire.grant(row) for row in rows[: query.limit]]
    return as_json(wire.GrantPage(items, items[-1].id if len(rows) > query.limit else None))


@routes.add(
    "GET",
    "/grants/<grant_id:str>",
    UNIT_GRANTS,
    answers={200: wire.ShownHistory},
    refuses=[GRANTS_NOT_YOURS, NOT_FOUND],
)
async def read_grant(call: Call, grant_id: str) -> HTTPResponse:
    """One grant and its history."""
    view, changes = await grants.read_grant(call.tools, call.actor.unit_id, grant_id, now=call.now)
    return as_json(wire.history(view, changes))


@routes.add(
    "GET",
    "/units/current/relations",
    UNIT_GRANTS,
    query=wire.RelationQuery,
    answers={200: wire.ChoicePage},
    refuses=[GRANTS_NOT_YOURS],
)
async def list_relations(call: Call, query: wire.RelationQuery) -> HTTPResponse:
    """The unit's relations; those a clerk already has are marked."""
    found = await grants.relations(call.actor.unit_id, query.clerk_id)
    return as_json(wire.ChoicePage([wire.choice(each) for each in found], None))


@routes.add(
    "POST",
    "/grants",
    UNIT_GRANTS,
    body=wire.GrantBody,
    answers={201: wire.ShownGrant},
    refuses=[GRANTS_NOT_YOURS, ALREADY_GRANTED, STATE_CHANGED, INPUT_WRONG],
    example={
        "clerk": {
            "id_type": "01",
            "id_no": "239900196905180577",
            "name": "李四",
            "phone": "13800138000",
        },
        "relation_ids": ["01ja000000000000000000000a"],
    },
)
async def offer_grant(call: Call, body: wire.GrantBody) -> HTTPResponse:
    """Add a clerk, or give one more relations; what they already have stays as it is."""
    wanted = grant_offers.Offer(
        wire.identity(body.clerk, call.now.date()),
        wire.scope(body.relation_ids, body.items),
        body.valid_from or call.now,
        body.valid_to,
    )
    grant_id = await grant_offers.offer(
        call.tools, hand_of(call), call.actor.unit_id, wanted, now=call.now
    )
    return as_json(await shown(call, grant_id), 201)


@routes.add(
    "PATCH",
    "/grants/<grant_id:str>",
    UNIT_GRANTS,
    body=wire.GrantPatch,
    if_match=True,
    answers={200: wire.ShownGrant},
    refuses=[*_CHANGING, CLERK_FIXED, INPUT_WRONG],
    example={"valid_to": "2027-06-30T16:00:00Z"},
)
async def edit_grant(call: Call, body: wire.GrantPatch, grant_id: str) -> HTTPResponse:
    """Change a clerk's particulars, relations or dates; what is taken away ends open sessions."""
    wanted = grant_edits.Edit(
        clerk=wire.identity(body.clerk, call.now.date()) if body.clerk else None,
        scope=_scope(body),
        valid_from=body.valid_from,
        valid_to=grant_edits.KEEP if body.valid_to is UNSET else body.valid_to,
        manager=body.manager,
    )
    await grant_edits.edit(
        call.tools,
        hand_of(call),
        call.actor.unit_id,
        grant_id,
        wanted,
        revision=call.revision,
        now=call.now,
    )
    return as_json(await shown(call, grant_id))


@routes.add(
    "POST",
    "/grants/<grant_id:str>/revoke",
    UNIT_GRANTS,
    body=wire.ReasonBody,
    if_match=True,
    answers={200: wire.ShownGrant},
    refuses=_CHANGING,
    example={"reason": "人员离职"},
)
async def revoke_grant(call: Call, body: wire.ReasonBody, grant_id: str) -> HTTPResponse:
    """Take a grant back; the clerk's sessions under it end at once."""
    await grant_endings.revoke(
        call.tools,
        hand_of(call),
        call.actor.unit_id,
        grant_id,
        reason=body.reason,
        revision=call.revision,
        now=call.now,
    )
    return as_json(await shown(call, grant_id))


@routes.add(
    "POST",
    "/grants/<grant_id:str>/suspend",
    UNIT_GRANTS,
    body=wire.ReasonBody,
    if_match=True,
    answers={200: wire.ShownGrant},
    refuses=_CHANGING,
    example={"reason": "休假"},
)
async def suspend_grant(call: Call, body: wire.ReasonBody, grant_id: str) -> HTTPResponse:
    """Pause a grant; the clerk's sessions under it end at once."""
    await grant_endings.suspend(
        call.tools,
        hand_of(call),
        call.actor.unit_id,
        grant_id,
        reason=body.reason,
        revision=call.revision,
        now=call.now,
    )
    return as_json(await shown(call, grant_id))


@routes.add(
    "POST",
    "/grants/<grant_id:str>/resume",
    UNIT_GRANTS,
    if_match=True,
    answers={200: wire.ShownGrant},
    refuses=_CHANGING,
)
async def resume_grant(call: Call, grant_id: str) -> HTTPResponse:
    """Let a paused grant go on; after 法人变更 the new legal representative's confirmation."""
    await grant_endings.resume(
        call.tools,
        hand_of(call),
        call.actor.unit_id,
        grant_id,
        revision=call.revision,
        now=call.now,
    )
    return as_json(await shown(call, grant_id))


def _scope(body: wire.GrantPatch) -> dict[str, str] | None:
    if not body.relation_ids:
        if body.items is not None:
            # Which relations they are of has to be said, or nothing would come of them.
            raise INPUT_WRONG.refuse(errors=[FieldError("/relation_ids", "请选择参保关系")])
        return None
    return wire.scope(body.relation_ids, body.items, absent="")
