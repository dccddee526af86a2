"""Routes of asking for a grant, and of answering (contract §5, §8)."""

from sanic import HTTPResponse, empty

from handlers import grant_answers, grant_managers, grant_requests
from handlers.grant_managers import Decider
from handlers.people import bound_person
from handlers.step_up import require_fresh_identity
from models.errors.filing import STATE_CHANGED
from models.errors.grant import (
    ALREADY_GRANTED,
    GRANT_REQUEST_LAPSED,
    GRANT_REQUEST_OPEN,
    GRANT_TOO_WIDE,
    GRANTS_NOT_YOURS,
    STEP_UP_NEEDED,
)
from models.errors.login import TOO_OFTEN
from models.errors.phone import IDENTITY_NEEDED
from models.errors.scan import QR_EXPIRED, QR_TAKEN
from models.errors.system import IF_MATCH_MISSING, INPUT_WRONG, NOT_FOUND
from models.errors.unit import UNIT_UNKNOWN
from models.grant import Grant
from server.call import Call
from server.operation import Routes
from server.policy import GRANT_DECISIONS, PERSON, SIGNED_IN
from server.routes.answers import as_json
from server.routes.grants import shown
from server.wire import grants as wire
from server.wire.bodies import PageQuery

routes = Routes("grant-requests", "/api/v1")
_ASKING = [UNIT_UNKNOWN, ALREADY_GRANTED, GRANT_REQUEST_OPEN, TOO_OFTEN, INPUT_WRONG]
_ANSWERING = [
    GRANTS_NOT_YOURS,
    NOT_FOUND,
    STATE_CHANGED,
    GRANT_REQUEST_LAPSED,
    STEP_UP_NEEDED,
    IF_MATCH_MISSING,
]


@routes.add(
    "POST",
    "/phone/challenges/<cid:str>/request-grant",
    PERSON,
    body=wire.ScanRequestBody,
    answers={202: wire.ShownRequest},
    refuses=[*_ASKING, QR_EXPIRED, QR_TAKEN, IDENTITY_NEEDED],
    example={"nonce": "n0nce", "uscc": "91239900RLXDJ01N3N", "note": "新接手社保"},
)
async def ask_for_grant_from_scan(call: Call, body: wire.ScanRequestBody, cid: str) -> HTTPResponse:
    """Ask for a grant from the scan that found none; the desk waits and goes on by itself."""
    person = await bound_person(call.signed_in)
    grant = await grant_requests.ask_from_scan(
        call.tools, person, call.actor, cid, body.nonce, _asked(body), now=call.now
    )
    return as_json(await own_request(grant), 202)


@routes.add(
    "POST",
    "/grant-requests",
    SIGNED_IN,
    body=wire.RequestBody,
    answers={201: wire.ShownRequest},
    refuses=[*_ASKING, IDENTITY_NEEDED],
    example={"uscc": "91239900RLXDJ01N3N"},
)
async def ask_for_grant(call: Call, body: wire.RequestBody) -> HTTPResponse:
    """Ask a unit's legal representative for a grant; no unit has to be entered."""
    person = await bound_person(call.signed_in)
    grant = await grant_requests.ask(call.tools, person, call.actor, _asked(body), now=call.now)
    return as_json(await own_request(grant), 201)


@routes.add(
    "GET",
    "/grant-requests",
    SIGNED_IN,
    query=PageQuery,
    answers={200: wire.RequestPage},
    refuses=[IDENTITY_NEEDED],
)
async def list_grant_requests(call: Call, query: PageQuery) -> HTTPResponse:
    """One's own requests, the latest first."""
    person = await bound_person(call.signed_in)
    found = await grant_requests.own_requests(person.id, before=query.cursor, limit=query.limit)
    items = [wire.request(each) for each in found[: query.limit]]
    return as_json(wire.RequestPage(items, items[-1].id if len(found) > query.limit else None))


@routes.add(
    "DELETE",
    "/grant-requests/<grant_id:str>",
    SIGNED_IN,
    answers={204: None},
    refuses=[NOT_FOUND, STATE_CHANGED, IDENTITY_NEEDED],
)
async def withdraw_grant_request(call: Call, grant_id: str) -> HTTPResponse:
    """Take one's own open request back."""
    person = await bound_person(call.signed_in)
    await grant_requests.withdraw(call.tools, person.id, call.actor, grant_id, now=call.now)
    return empty()


@routes.add(
    "POST",
    "/grants/<grant_id:str>/approve",
    GRANT_DECISIONS,
    body=wire.GrantApproval,
    if_match=True,
    answers={200: wire.ShownGrant},
    refuses=[*_ANSWERING, GRANT_TOO_WIDE, INPUT_WRONG],
    example={"valid_to": "2027-06-30T16:00:00Z"},
)
async def approve_request(call: Call, body: wire.GrantApproval, grant_id: str) -> HTTPResponse:
    """Approve a clerk's request, in full or in part; needs a fresh e-card identity."""
    who = await grant_managers.decider(call.actor, call.now)
    await require_fresh_identity(call.signed_in, call.now)
    relations = tuple(body.relation_ids) if body.relation_ids else None
    live = await grant_answers.approve(
        call.tools,
        who.hand,
        call.actor.unit_id,
        grant_id,
        grant_answers.Narrowed(
            relations, body.valid_to, wire.items_text(body.items) if body.items else None
        ),
        revision=call.revision,
        now=call.now,
        limit=who.ceiling,
    )
    return as_json(await _answer(call, live, who))


@routes.add(
    "POST",
    "/grants/<grant_id:str>/deny",
    GRANT_DECISIONS,
    body=wire.GrantDenial,
    if_match=True,
    answers={200: wire.ShownGrant},
    refuses=[*(each for each in _ANSWERING if each is not STEP_UP_NEEDED), GRANT_TOO_WIDE],
    example={"reason": "不认识"},
)
async def deny_request(call: Call, body: wire.GrantDenial, grant_id: str) -> HTTPResponse:
    """Turn a clerk's request down."""
    who = await grant_managers.decider(call.actor, call.now)
    await grant_answers.deny(
        call.tools,
        who.hand,
        call.actor.unit_id,
        grant_id,
        reason=body.reason,
        mute=body.mute,
        revision=call.revision,
        now=call.now,
        limit=who.ceiling,
    )
    return as_json(await _answer(call, grant_id, who))


async def _answer(call: Call, grant_id: str, who: Decider) -> wire.ShownGrant:
    found = await shown(call, grant_id)
    return wire.masked(found) if who.ceiling else found


@routes.add(
    "GET",
    "/units/current/grant-requests",
    GRANT_DECISIONS,
    query=PageQuery,
    answers={200: wire.ToAnswerPage},
    refuses=[GRANTS_NOT_YOURS],
)
async def list_to_answer(call: Call, query: PageQuery) -> HTTPResponse:
    """The unit's open requests, to who may answer them."""
    rows = await grant_managers.to_answer(
        call.tools, call.actor, after=query.cursor, limit=query.limit, now=call.now
    )
    items = [wire.to_answer(row) for row in rows[: query.limit]]
    return as_json(wire.ToAnswerPage(items, items[-1].id if len(rows) > query.limit else None))


def _asked(body: wire.RequestBody) -> grant_requests.Asked:
    return grant_requests.Asked(body.uscc, body.relation_ids, body.note)


async def own_request(grant: Grant) -> wire.ShownRequest:
    """A request just made, to who made it."""
    await grant.fetch_related("unit")
    return wire.request(grant_requests.OwnRequest(grant, grant.unit.name, grant.status))
