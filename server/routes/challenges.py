"""Routes of the desk's login challenge (contract §4)."""

import secrets

from sanic import HTTPResponse, empty, raw, text

from handlers import carried, challenges, exchanges
from models.errors.filing import STATE_CHANGED
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.phone import CHALLENGE_UNKNOWN, PAIR_CODE_WRONG
from models.errors.scan import (
    CLERK_UNKNOWN,
    ECARD_UNAVAILABLE,
    LEGAL_REP_UNKNOWN,
    LOGIN_DENIED,
    PAIRING_OWED,
    QR_EXPIRED,
    QR_TAKEN,
)
from models.errors.system import BUSY, CSRF_FAILED, INPUT_WRONG
from models.errors.unit import UNIT_CLOSED
from models.vocabulary import Channel, Role
from server import streams
from server.admission import require_same_site
from server.call import BIND_COOKIE, BROWSER_AGE_S, BROWSER_COOKIE, SESSION_COOKIE, Call
from server.moments import moment
from server.operation import Routes
from server.policy import BROWSER, PUBLIC
from server.qr import Symbol, drawn_once
from server.routes.answers import as_json
from server.routes.entry import entry_of_session
from server.wire import bodies, shapes, views
from server.wire.registration_shapes import ShownCarried

routes = Routes("login", "/api/v1/login/challenges")
_EXAMPLE = {"role": "legal_rep", "channel": "miniapp"}


@routes.add(
    "POST",
    "",
    PUBLIC,
    body=bodies.IssueBody,
    answers={201: shapes.ShownChallenge},
    refuses=[TOO_OFTEN, ECARD_UNAVAILABLE, CSRF_FAILED],
    brief=True,
    example=_EXAMPLE,
)
async def issue_challenge(call: Call, body: bodies.IssueBody) -> HTTPResponse:
    """Ask for a login QR; the answer's cookie binds it to this browser."""
    require_same_site(call)
    if body.channel not in call.context.settings.login_channels:
        raise INPUT_WRONG.refuse()
    bind = call.cookie(BIND_COOKIE)
    if len(bind) != _BIND_LENGTH:
        bind = secrets.token_urlsafe(24)
        call.set_cookie(BIND_COOKIE, bind)
    made = await challenges.issue(
        call.tools,
        call.context.ecard,
        bind=bind,
        role=Role(body.role),
        channel=body.channel,
        place=call.place,
    )
    return as_json(views.challenge(call.tools.frames, made), 201)


_BIND_LENGTH = 32
BIND_AFTERLIFE_S = 60


@routes.add(
    "GET",
    "/<cid:str>",
    BROWSER,
    query=bodies.WaitQuery,
    answers={200: shapes.ShownChallenge, 204: None},
    refuses=[CHALLENGE_UNKNOWN, TOO_OFTEN],
)
async def read_challenge(call: Call, query: bodies.WaitQuery, cid: str) -> HTTPResponse:
    """Read a challenge; with `wait`, sleep until its revision is another one."""
    found = await streams.next_change(call, cid, query.revision, query.wait)
    if found is None:
        return empty()
    return as_json(views.challenge(call.tools.frames, found))


@routes.add(
    "GET",
    "/<cid:str>/events",
    BROWSER,
    answers={200: str},
    refuses=[CHALLENGE_UNKNOWN, BUSY],
    media="text/event-stream",
)
async def watch_challenge(call: Call, cid: str) -> None:
    """Events of a challenge: `frame`, `status`, `end`."""
    await streams.challenge_events(call, cid)


@routes.add(
    "GET",
    "/<cid:str>/qr.svg",
    BROWSER,
    answers={200: str},
    refuses=[CHALLENGE_UNKNOWN, TOO_OFTEN],
    media="image/svg+xml",
)
async def draw_svg(call: Call, cid: str) -> HTTPResponse:
    """The QR of this moment, drawn by the server."""
    symbol = await _current(call, cid)
    return text(symbol.svg(), content_type="image/svg+xml")


@routes.add(
    "GET",
    "/<cid:str>/qr.png",
    BROWSER,
    answers={200: bytes},
    refuses=[CHALLENGE_UNKNOWN, TOO_OFTEN],
    media="image/png",
)
async def draw_png(call: Call, cid: str) -> HTTPResponse:
    """The QR of this moment as a picture."""
    symbol = await _current(call, cid)
    return raw(symbol.png(), content_type="image/png")


async def _current(call: Call, cid: str) -> Symbol:
    shown = views.challenge(
        call.tools.frames, await challenges.look(call.tools, cid, call.bind, poll=True)
    )
    if shown.channel is Channel.ECARD:
        return drawn_once(shown.url)
    return call.context.ready[2].table.symbol(shown.frame)


@routes.add(
    "PATCH",
    "/<cid:str>",
    BROWSER,
    body=bodies.RoleBody,
    if_match=True,
    answers={200: shapes.ShownChallenge},
    refuses=[CHALLENGE_UNKNOWN, STATE_CHANGED, TOO_OFTEN, ECARD_UNAVAILABLE],
    example={"role": "clerk"},
)
async def switch_role(call: Call, body: bodies.RoleBody, cid: str) -> HTTPResponse:
    """Turn a challenge to the other role; frames shown before are refused with SB-2105."""
    found = await challenges.switch_role(
        call.tools,
        call.context.ecard,
        cid,
        call.bind,
        revision=call.revision,
        role=Role(body.role),
    )
    return as_json(views.challenge(call.tools.frames, found))


@routes.add(
    "POST",
    "/<cid:str>/pair",
    BROWSER,
    body=bodies.PairBody,
    answers={200: shapes.ShownChallenge},
    refuses=[CHALLENGE_UNKNOWN, PAIR_CODE_WRONG, LOGIN_DENIED, STATE_CHANGED],
    example={"code": "47"},
)
async def pair(call: Call, body: bodies.PairBody, cid: str) -> HTTPResponse:
    """Type the digits that the phone shows."""
    found = await challenges.pair(call.tools, call.actor, cid, call.bind, body.code, now=call.now)
    return as_json(views.challenge(call.tools.frames, found))


@routes.add(
    "POST",
    "/<cid:str>/carry",
    BROWSER,
    answers={200: ShownCarried},
    refuses=[CHALLENGE_UNKNOWN, PAIRING_OWED, STATE_CHANGED, ACCOUNT_DISABLED],
)
async def carry_identity(call: Call, cid: str) -> HTTPResponse:
    """Carry over whoever scanned without being registered to this browser's registration form."""
    found = await carried.carry(call.tools, cid, call.bind, now=call.now)
    until = moment(found.until) or ""
    return as_json(ShownCarried(found.token, found.name, until))


@routes.add("DELETE", "/<cid:str>", BROWSER, answers={204: None}, refuses=[CHALLENGE_UNKNOWN])
async def cancel_challenge(call: Call, cid: str) -> HTTPResponse:
    """Give a challenge up."""
    await challenges.cancel(call.tools, call.actor, cid, call.bind, now=call.now)
    return empty()


@routes.add(
    "POST",
    "/<cid:str>/exchange",
    BROWSER,
    once=True,
    answers={200: shapes.ShownEntry},
    refuses=[
        CHALLENGE_UNKNOWN,
        QR_TAKEN,
        QR_EXPIRED,
        LOGIN_DENIED,
        STATE_CHANGED,
        ACCOUNT_DISABLED,
        LEGAL_REP_UNKNOWN,
        UNIT_CLOSED,
        CLERK_UNKNOWN,
    ],
)
async def exchange(call: Call, cid: str) -> HTTPResponse:
    """Redeem an approved challenge, once, for this browser's session."""
    entered = await exchanges.exchange(
        call.tools, call.actor, cid, call.bind, call.once, now=call.now
    )
    call.set_cookie(SESSION_COOKIE, entered.opened.secret)
    # It has done its work; a second exchange within a minute still learns that it came too late.
    call.set_cookie(BIND_COOKIE, call.bind, BIND_AFTERLIFE_S)
    if entered.opened.browser:
        call.set_cookie(BROWSER_COOKIE, entered.opened.browser, BROWSER_AGE_S)
    return as_json(await entry_of_session(call, entered))
