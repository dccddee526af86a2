"""Routes by which officers come in and leave (contract §11)."""

from sanic import HTTPResponse, empty

from handlers import officer_invitations, officer_logins, officer_sessions
from handlers.officer_logins import OfficerAttempt
from models.errors.login import (
    ACCOUNT_DISABLED,
    OTP_WRONG,
    PASSWORD_EXPIRED,
    PASSWORD_WEAK,
    SESSION_ENDED,
    TOO_OFTEN,
)
from models.errors.officer import (
    OFFICER_CREDENTIALS_WRONG,
    OFFICER_LOCKED,
    OFFICER_TOKEN_INVALID,
)
from models.errors.system import BUSY, CSRF_FAILED
from server.admission import live_session, require_same_site
from server.call import SESSION_COOKIE, Call, csrf_token
from server.operation import Routes
from server.policy import OFFICER, PUBLIC
from server.routes.answers import as_json
from server.wire import officer_bodies, officer_shapes, officer_views

routes = Routes("officers", "/api/v1/officer")
_EXAMPLE = "Zq3vJt0kq8Jm2uH5d1xYb7nW4cR6sF9gA0eL3iO8pTk"


@routes.add(
    "POST",
    "/login",
    PUBLIC,
    body=officer_bodies.OfficerLoginBody,
    answers={200: officer_shapes.ShownOfficerSession},
    refuses=[
        OFFICER_CREDENTIALS_WRONG,
        OFFICER_LOCKED,
        ACCOUNT_DISABLED,
        PASSWORD_EXPIRED,
        PASSWORD_WEAK,
        TOO_OFTEN,
        BUSY,
        CSRF_FAILED,
    ],
    example={"account": "window01", "password": "Correct-Horse-1", "code": "123456"},
)
async def log_in_officer(call: Call, body: officer_bodies.OfficerLoginBody) -> HTTPResponse:
    """Sign in to the console with password and authenticator code."""
    require_same_site(call)
    attempt = OfficerAttempt(body.account, body.password, body.code, call.place, body.new_password)
    opened = await officer_logins.sign_in(
        call.tools, call.context.hasher, call.actor, attempt, now=call.now
    )
    call.secret = opened.secret
    call.session = await live_session(call)
    call.set_cookie(SESSION_COOKIE, opened.secret)
    return _shown(call)


@routes.add(
    "GET",
    "/session",
    OFFICER,
    answers={200: officer_shapes.ShownOfficerSession},
    refuses=[SESSION_ENDED],
)
async def read_console(call: Call) -> HTTPResponse:
    """Who is signed in to the console, where and with which duties."""
    return _shown(call)


def _shown(call: Call) -> HTTPResponse:
    view = officer_sessions.view_of(call.tools, call.signed_in)
    token = csrf_token(call.tools, call.secret)
    return as_json(officer_views.session(call.signed_in, view, token))


@routes.add(
    "DELETE", "/session", OFFICER, answers={204: None}, refuses=[SESSION_ENDED, CSRF_FAILED]
)
async def leave_console(call: Call) -> HTTPResponse:
    """Leave the console."""
    await officer_sessions.sign_out(call.tools, call.secret, call.actor, now=call.now)
    call.set_cookie(SESSION_COOKIE, "")
    return empty()


@routes.add(
    "POST",
    "/invitations/look",
    PUBLIC,
    body=officer_bodies.InvitationBody,
    answers={200: officer_shapes.ShownInvitation},
    refuses=[OFFICER_TOKEN_INVALID, TOO_OFTEN, CSRF_FAILED],
    example={"token": _EXAMPLE},
)
async def look_at_invitation(call: Call, body: officer_bodies.InvitationBody) -> HTTPResponse:
    """What a one-time token is for; a POST, so that the token stands in no address."""
    require_same_site(call)
    found = await officer_invitations.look(call.tools, call.actor, body.token, now=call.now)
    return as_json(officer_views.invitation(found))


@routes.add(
    "POST",
    "/invitations/accept",
    PUBLIC,
    body=officer_bodies.AcceptBody,
    answers={204: None},
    refuses=[OFFICER_TOKEN_INVALID, PASSWORD_WEAK, OTP_WRONG, TOO_OFTEN, BUSY, CSRF_FAILED],
    example={"token": _EXAMPLE, "password": "Correct-Horse-1", "code": "123456"},
)
async def accept_invitation(call: Call, body: officer_bodies.AcceptBody) -> HTTPResponse:
    """Set password and authenticator with a one-time token."""
    require_same_site(call)
    await officer_invitations.accept(
        call.tools,
        call.context.hasher,
        call.actor,
        token=body.token,
        password=body.password,
        code=body.code,
        now=call.now,
    )
    return empty()
