"""Routes of one's own data: consent, contacts, export, closing (个人信息保护法 44-50条)."""

from sanic import HTTPResponse, empty, raw

from handlers import closings, consents, contacts, exports, own_data
from models.errors.filing import STATE_CHANGED
from models.errors.login import OTP_WRONG, SESSION_ENDED, TOO_OFTEN
from models.errors.privacy import CONSENT_MISSING, EXPORT_PREPARING, FILINGS_OPEN
from models.errors.system import CSRF_FAILED, INPUT_WRONG, NOT_FOUND
from server.call import Call
from server.moments import moment
from server.operation import Routes
from server.policy import PUBLIC, SIGNED_IN
from server.posting import post
from server.routes.answers import as_json
from server.wire import account_bodies, account_shapes, account_views

routes = Routes("me", "/api/v1")


@routes.add("GET", "/privacy/notice", PUBLIC, answers={200: account_shapes.ShownNotice})
async def read_notice(call: Call) -> HTTPResponse:
    """The privacy notice in force: what is kept, why, on what ground, how long."""
    return as_json(account_views.notice())


@routes.add(
    "GET",
    "/me",
    SIGNED_IN,
    answers={200: account_shapes.ShownProfile},
    refuses=[SESSION_ENDED, NOT_FOUND],
)
async def read_me(call: Call) -> HTTPResponse:
    """What is kept of the person who is signed in, and what they have asked for."""
    found = await own_data.profile(call.tools, call.signed_in.person_id)
    return as_json(account_views.profile(found))


@routes.add(
    "POST",
    "/me/consent",
    SIGNED_IN,
    body=account_bodies.ConsentBody,
    answers={200: account_shapes.ShownConsent},
    refuses=[STATE_CHANGED, SESSION_ENDED, CSRF_FAILED],
    example={"version": "2026-11"},
)
async def give_consent(call: Call, body: account_bodies.ConsentBody) -> HTTPResponse:
    """Agree to the privacy notice in force."""
    row = await consents.give(call.tools, call.signed_in, call.actor, body.version, now=call.now)
    return as_json(account_views.consent(row))


@routes.add(
    "DELETE", "/me/consent", SIGNED_IN, answers={204: None}, refuses=[SESSION_ENDED, CSRF_FAILED]
)
async def withdraw_consent(call: Call) -> HTTPResponse:
    """Take consent back; phone and mailbox are deleted."""
    await consents.withdraw(call.tools, call.signed_in, call.actor, now=call.now)
    return empty()


@routes.add(
    "POST",
    "/me/contact",
    SIGNED_IN,
    body=account_bodies.ContactBody,
    answers={202: account_shapes.CodeSent},
    refuses=[INPUT_WRONG, CONSENT_MISSING, TOO_OFTEN, SESSION_ENDED, CSRF_FAILED],
    example={"way": "phone", "address": "13900002399"},
)
async def send_binding_code(call: Call, body: account_bodies.ContactBody) -> HTTPResponse:
    """Send a code to the phone or mailbox that is to be bound."""
    issued = await contacts.ask(
        call.tools, call.signed_in, call.actor, body.way, body.address, now=call.now
    )
    post(call.context, issued.letter)
    shown = account_shapes.CodeSent(issued.request_id, moment(issued.expires_at) or "")
    return as_json(shown, 202)


@routes.add(
    "PUT",
    "/me/contact",
    SIGNED_IN,
    body=account_bodies.BindBody,
    answers={204: None},
    refuses=[OTP_WRONG, CONSENT_MISSING, SESSION_ENDED, CSRF_FAILED],
    example={"request": "01ja000000000000000000000a", "code": "123456"},
)
async def bind_contact(call: Call, body: account_bodies.BindBody) -> HTTPResponse:
    """Bind the phone or mailbox that the code went to; the one before is forgotten."""
    await contacts.bind(
        call.tools, call.signed_in, call.actor, body.request, body.code, now=call.now
    )
    return empty()


@routes.add(
    "GET",
    "/me/export",
    SIGNED_IN,
    answers={200: account_shapes.ShownExport},
    refuses=[SESSION_ENDED, NOT_FOUND],
)
async def read_export(call: Call) -> HTTPResponse:
    """How the export stands that was asked for."""
    row = await own_data.open_export(call.signed_in.person_id)
    if row is None:
        raise NOT_FOUND.refuse()
    return as_json(account_views.export(row))


@routes.add(
    "POST",
    "/me/export",
    SIGNED_IN,
    answers={202: account_shapes.ShownExport},
    refuses=[STATE_CHANGED, TOO_OFTEN, SESSION_ENDED, CSRF_FAILED],
)
async def ask_export(call: Call) -> HTTPResponse:
    """Ask for a copy of one's own data; it is made in the background."""
    row = await exports.ask(call.tools, call.signed_in, call.actor, now=call.now)
    return as_json(account_views.export(row), 202)


@routes.add(
    "POST",
    "/me/export/archive",
    SIGNED_IN,
    answers={200: bytes},
    refuses=[EXPORT_PREPARING, NOT_FOUND, SESSION_ENDED, CSRF_FAILED],
    media="application/zip",
)
async def take_export(call: Call) -> HTTPResponse:
    """Fetch the copy, once; it is deleted in the same step."""
    archive = await exports.take(call.tools, call.signed_in, call.actor, now=call.now)
    headers = {
        "Content-Disposition": 'attachment; filename="zhangban-export.zip"',
        "Cache-Control": "no-store",
    }
    return raw(archive, headers=headers, content_type="application/zip")


@routes.add(
    "DELETE",
    "/me",
    SIGNED_IN,
    answers={202: account_shapes.ShownClosure},
    refuses=[FILINGS_OPEN, STATE_CHANGED, SESSION_ENDED, CSRF_FAILED],
)
async def ask_closing(call: Call) -> HTTPResponse:
    """Ask for one's account to be closed; it is, after fifteen days, unless taken back."""
    row = await closings.ask(call.tools, call.signed_in, call.actor, now=call.now)
    return as_json(account_views.closure(row), 202)


@routes.add(
    "DELETE",
    "/me/closing",
    SIGNED_IN,
    answers={204: None},
    refuses=[STATE_CHANGED, SESSION_ENDED, CSRF_FAILED],
)
async def cancel_closing(call: Call) -> HTTPResponse:
    """Take the request to close one's account back."""
    await closings.cancel(call.tools, call.signed_in, call.actor, now=call.now)
    return empty()
