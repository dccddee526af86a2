"""Routes of the console around a legal representative's account (domain §7.4, 常见问题 1.1)."""

from sanic import HTTPResponse

from handlers import account_stops, officer_accounts
from models.errors.account import PHONE_MISSING
from models.errors.filing import STATE_CHANGED
from models.errors.login import SESSION_ENDED, TOO_OFTEN
from models.errors.officer import DUTY_MISSING, NO_ACCOUNT, SECOND_OFFICER_NEEDED
from models.errors.system import CSRF_FAILED, NOT_FOUND
from models.vocabulary import Duty
from server.call import Call
from server.operation import Routes
from server.policy import WINDOW, officers
from server.posting import post
from server.routes.answers import as_json
from server.wire import officer_bodies, officer_shapes, officer_views, shapes

routes = Routes("window-accounts", "/api/v1/officer/units")
READERS = officers(Duty.WINDOW, Duty.SUPERVISOR)
SUPERVISOR = officers(Duty.SUPERVISOR)
_REFUSES = [DUTY_MISSING, NOT_FOUND, SESSION_ENDED, CSRF_FAILED]
_EXAMPLE = {"reason": "法人本人到窗口办理"}


@routes.add(
    "GET",
    "/<unit_id:str>/account",
    READERS,
    answers={200: officer_shapes.ShownAccount},
    refuses=[DUTY_MISSING, NOT_FOUND, SESSION_ENDED],
)
async def read_account(call: Call, unit_id: str) -> HTTPResponse:
    """How the account of the unit's legal representative stands."""
    return await _shown(call, unit_id)


@routes.add(
    "POST",
    "/<unit_id:str>/account/invite",
    WINDOW,
    answers={202: shapes.Done},
    refuses=[*_REFUSES, TOO_OFTEN, PHONE_MISSING],
)
async def invite(call: Call, unit_id: str) -> HTTPResponse:
    """Send a one-time link to set a password to the phone that the unit has registered."""
    letter = await officer_accounts.invite(call.tools, call.actor, unit_id, now=call.now)
    post(call.context, letter)
    return as_json(shapes.Done("ok"), 202)


@routes.add(
    "POST",
    "/<unit_id:str>/account/unlock",
    READERS,
    body=officer_bodies.AccountReasonBody,
    answers={200: officer_shapes.ShownAccount},
    refuses=[*_REFUSES, NO_ACCOUNT],
    example=_EXAMPLE,
)
async def unlock(call: Call, body: officer_bodies.AccountReasonBody, unit_id: str) -> HTTPResponse:
    """Unlock the account after too many wrong passwords."""
    await officer_accounts.unlock(call.tools, call.actor, unit_id, body.reason, now=call.now)
    return await _shown(call, unit_id)


@routes.add(
    "POST",
    "/<unit_id:str>/account/stop",
    SUPERVISOR,
    body=officer_bodies.AccountReasonBody,
    answers={200: officer_shapes.ShownAccount},
    refuses=[*_REFUSES, NO_ACCOUNT, STATE_CHANGED],
    example=_EXAMPLE,
)
async def stop(call: Call, body: officer_bodies.AccountReasonBody, unit_id: str) -> HTTPResponse:
    """Keep the legal representative from logging in at all, at once."""
    await account_stops.stop(call.tools, call.actor, unit_id, body.reason, now=call.now)
    return await _shown(call, unit_id)


@routes.add(
    "POST",
    "/<unit_id:str>/account/lift",
    SUPERVISOR,
    body=officer_bodies.AccountReasonBody,
    answers={200: officer_shapes.ShownAccount},
    refuses=[*_REFUSES, NO_ACCOUNT, STATE_CHANGED, SECOND_OFFICER_NEEDED],
    example=_EXAMPLE,
)
async def lift(call: Call, body: officer_bodies.AccountReasonBody, unit_id: str) -> HTTPResponse:
    """Agree to lift a stop; the second officer's agreement lifts it."""
    await account_stops.lift(call.tools, call.actor, unit_id, body.reason, now=call.now)
    return await _shown(call, unit_id)


async def _shown(call: Call, unit_id: str) -> HTTPResponse:
    found = await officer_accounts.look(call.tools, call.actor, unit_id, now=call.now)
    return as_json(officer_views.account(found))
