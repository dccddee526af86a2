"""Routes of password accounts: logging in, forgotten passwords, one's own (contract §4)."""

from sanic import HTTPResponse, empty

from handlers import one_time_codes, password_logins, passwords, resets
from handlers.password_logins import Attempt
from models.errors.filing import STATE_CHANGED
from models.errors.grant import STEP_UP_NEEDED
from models.errors.login import (
    ACCOUNT_DISABLED,
    ACCOUNT_EMPTY,
    ACCOUNT_LOCKED,
    ACCOUNT_UNKNOWN,
    CREDENTIALS_WRONG,
    OTP_WRONG,
    PASSWORD_EMPTY,
    PASSWORD_EXPIRED,
    PASSWORD_NOT_ENABLED,
    PASSWORD_WEAK,
    SESSION_ENDED,
    TOO_OFTEN,
    TRIES_LEFT,
)
from models.errors.scan import LEGAL_REP_UNKNOWN
from models.errors.system import BUSY, CSRF_FAILED, INPUT_WRONG
from models.errors.unit import UNIT_CLOSED
from models.store.challenge import digest
from server.admission import require_same_site
from server.call import BIND_COOKIE, BROWSER_AGE_S, BROWSER_COOKIE, SESSION_COOKIE, Call
from server.moments import moment
from server.operation import Routes
from server.policy import PUBLIC, SIGNED_IN
from server.posting import post
from server.routes.answers import as_json
from server.routes.entry import entry_of_session
from server.wire import account_bodies, account_shapes, shapes

routes = Routes("accounts", "/api/v1")
_EXAMPLE = {"account": "91239900MA0000000X", "password": "Correct-Horse-1"}


@routes.add(
    "POST",
    "/login/password",
    PUBLIC,
    body=account_bodies.PasswordLoginBody,
    answers={200: shapes.ShownEntry},
    refuses=[
        ACCOUNT_EMPTY,
        PASSWORD_EMPTY,
        CREDENTIALS_WRONG,
        ACCOUNT_UNKNOWN,
        PASSWORD_NOT_ENABLED,
        ACCOUNT_LOCKED,
        TRIES_LEFT,
        PASSWORD_EXPIRED,
        ACCOUNT_DISABLED,
        LEGAL_REP_UNKNOWN,
        UNIT_CLOSED,
        TOO_OFTEN,
        BUSY,
        CSRF_FAILED,
    ],
    example=_EXAMPLE,
)
async def log_in(call: Call, body: account_bodies.PasswordLoginBody) -> HTTPResponse:
    """Log in as legal representative by password; answers as the exchange does."""
    require_same_site(call)
    attempt = Attempt(body.account, body.password, call.place, _browser(call))
    entered = await password_logins.sign_in(
        call.tools, call.context.hasher, call.actor, attempt, now=call.now
    )
    call.set_cookie(SESSION_COOKIE, entered.opened.secret)
    if entered.opened.browser:
        call.set_cookie(BROWSER_COOKIE, entered.opened.browser, BROWSER_AGE_S)
    return as_json(await entry_of_session(call, entered))


def _browser(call: Call) -> str:
    """What tells this browser from others behind its address: a cookie of ours, or how it looks."""
    cookie = call.cookie(BROWSER_COOKIE) or call.cookie(BIND_COOKIE)
    return digest(cookie or f"{call.ip} {call.request.headers.get('user-agent', '')}")


@routes.add(
    "POST",
    "/login/otp",
    PUBLIC,
    body=account_bodies.CodeBody,
    answers={202: account_shapes.CodeSent},
    refuses=[TOO_OFTEN, CSRF_FAILED],
    example={"account": "91239900MA0000000X", "way": "phone"},
)
async def send_code(call: Call, body: account_bodies.CodeBody) -> HTTPResponse:
    """Send a one-time code to the bound phone or mailbox; says not whether there is one."""
    require_same_site(call)
    issued = await one_time_codes.issue_reset(
        call.tools, call.actor, body.account, body.way, now=call.now
    )
    post(call.context, issued.letter)
    shown = account_shapes.CodeSent(issued.request_id, moment(issued.expires_at) or "")
    return as_json(shown, 202)


@routes.add(
    "POST",
    "/login/reset",
    PUBLIC,
    body=account_bodies.ResetBody,
    answers={204: None},
    refuses=[OTP_WRONG, PASSWORD_WEAK, STATE_CHANGED, TOO_OFTEN, BUSY, CSRF_FAILED, INPUT_WRONG],
    example={
        "request": "01ja000000000000000000000a",
        "code": "123456",
        "password": "Correct-Horse-2",
    },
)
async def reset(call: Call, body: account_bodies.ResetBody) -> HTTPResponse:
    """Set a password by code or by one-time link; every session of the account ends."""
    require_same_site(call)
    by_code = body.request is not None and body.code is not None
    if by_code is (body.token is not None):
        raise INPUT_WRONG.refuse()
    if body.token is not None:
        await resets.reset_by_link(
            call.tools,
            call.context.hasher,
            call.actor,
            token=body.token,
            password=body.password,
            now=call.now,
        )
    else:
        await resets.reset_by_code(
            call.tools,
            call.context.hasher,
            call.actor,
            request_id=body.request or "",
            code=body.code or "",
            password=body.password,
            now=call.now,
        )
    return empty()


@routes.add(
    "POST",
    "/me/password",
    SIGNED_IN,
    body=account_bodies.OwnPasswordBody,
    answers={204: None},
    refuses=[
        LEGAL_REP_UNKNOWN,
        UNIT_CLOSED,
        STEP_UP_NEEDED,
        CREDENTIALS_WRONG,
        TRIES_LEFT,
        ACCOUNT_LOCKED,
        PASSWORD_WEAK,
        STATE_CHANGED,
        SESSION_ENDED,
        BUSY,
        CSRF_FAILED,
    ],
    example={"password": "Correct-Horse-2", "old": "Correct-Horse-1"},
)
async def set_own_password(call: Call, body: account_bodies.OwnPasswordBody) -> HTTPResponse:
    """Set one's own password, after a fresh scan or with the old one; every session ends."""
    await passwords.set_own(
        call.tools,
        call.context.hasher,
        call.signed_in,
        call.actor,
        password=body.password,
        old=body.old,
        now=call.now,
    )
    call.set_cookie(SESSION_COOKIE, "")
    return empty()
