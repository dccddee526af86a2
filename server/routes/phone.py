"""Routes of the phone (contract §5)."""

from datetime import timedelta

from sanic import HTTPResponse

from handlers import approvals, people, scans, sessions
from handlers.entries import Entered
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED, GRANT_SUSPENDED, RELATION_NOT_GRANTED
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.phone import (
    IDENTITY_NEEDED,
    IDENTITY_TAKEN,
    PLATFORM_CODE_INVALID,
    PLATFORM_UNAVAILABLE,
)
from models.errors.scan import (
    CARD_ABNORMAL,
    CARD_MISSING,
    CLERK_UNKNOWN,
    ECARD_UNAVAILABLE,
    LEGAL_REP_UNKNOWN,
    NOT_FROM_CAMERA,
    NOT_OUR_QR,
    PAIRING_OWED,
    QR_EXPIRED,
    QR_TAKEN,
    RISK_BLOCKED,
    ROLE_SWITCHED,
)
from models.errors.system import INPUT_WRONG
from models.errors.unit import UNIT_CLOSED
from models.masking import mask_id_no
from models.person import Person
from models.vocabulary import Platform, Role
from server.call import Call
from server.moments import moment
from server.operation import Routes
from server.policy import PERSON, PHONE, PUBLIC
from server.routes.answers import as_json
from server.routes.entry import entry_of_session
from server.wire import bodies, shapes, views

routes = Routes("phone", "/api/v1/phone")


@routes.add(
    "POST",
    "/login",
    PUBLIC,
    body=bodies.PhoneLoginBody,
    answers={200: shapes.PhoneToken},
    refuses=[PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE, ACCOUNT_DISABLED],
    example={"platform": "wechat", "code": "0b3aBcDeFgHiJk"},
)
async def sign_in(call: Call, body: bodies.PhoneLoginBody) -> HTTPResponse:
    """Sign a phone in by its platform's one-time code."""
    platform = call.context.platforms.get(Platform(body.platform))
    if platform is None:
        raise PLATFORM_UNAVAILABLE.refuse(platform="该平台")
    entered = await people.sign_in_phone(
        call.tools, platform, body.code, call.place, now=call.now, trace_id=call.trace_id
    )
    ends = call.now + timedelta(milliseconds=people.PHONE_SPAN.idle_ms)
    person = entered.person
    return as_json(
        shapes.PhoneToken(
            token=entered.token,
            expires_at=moment(ends) or "",
            identity="bound" if person else "unbound",
            person=_shown(call, person) if person else None,
        )
    )


def _shown(call: Call, person: Person) -> shapes.ShownPerson:
    identity = person.open(call.tools.vault)
    return shapes.ShownPerson(identity.name, mask_id_no(identity.id_no))


@routes.add(
    "POST",
    "/identity",
    PHONE,
    body=bodies.IdentityBody,
    answers={200: shapes.Bound},
    refuses=[CARD_ABNORMAL, CARD_MISSING, ECARD_UNAVAILABLE, IDENTITY_TAKEN, ACCOUNT_DISABLED],
    example={"ecard": {"sign_no": "S2399000001"}},
)
async def bind_identity(call: Call, body: bodies.IdentityBody) -> HTTPResponse:
    """Bind the e-card identity that the e-card mini-program handed over."""
    card = body.ecard
    if (card.security is None) is (card.sign_no is None):
        raise INPUT_WRONG.refuse()
    person = await people.bind_identity(
        call.tools,
        call.context.ecard,
        call.signed_in,
        call.secret,
        call.actor,
        security=card.security,
        sign_no=card.sign_no,
        now=call.now,
    )
    return as_json(shapes.Bound("bound", _shown(call, person)))


@routes.add(
    "POST",
    "/scans",
    PERSON,
    body=bodies.ScanBody,
    answers={200: shapes.ShownScan},
    refuses=[
        NOT_FROM_CAMERA,
        NOT_OUR_QR,
        TOO_OFTEN,
        QR_EXPIRED,
        QR_TAKEN,
        ROLE_SWITCHED,
        RISK_BLOCKED,
        LEGAL_REP_UNKNOWN,
        UNIT_CLOSED,
        CLERK_UNKNOWN,
        GRANT_EXPIRED,
        GRANT_SUSPENDED,
        GRANT_PAUSED,
        IDENTITY_NEEDED,
    ],
    example={
        "text": "https://sb.example.cn/l/1AAAAAAAAAAAAAAAA000BBBBBBBBBBBB",
        "scene": 1011,
        "source": "scanner",
    },
)
async def scan(call: Call, body: bodies.ScanBody) -> HTTPResponse:
    """Scan a desk's QR: claims it and shows what would be approved."""
    seen = scans.Scan(
        text=body.text,
        scene=body.scene,
        scanned_at_s=body.scancode_time,
        source=body.source,
    )
    found = await scans.scan(call.tools, call.signed_in, seen, call.actor, now=call.now)
    return as_json(views.scan(found, call.context.settings.public_url.partition("://")[2]))


@routes.add(
    "POST",
    "/challenges/<cid:str>/approve",
    PERSON,
    body=bodies.ApproveBody,
    answers={200: shapes.Done},
    refuses=[
        QR_EXPIRED,
        QR_TAKEN,
        ROLE_SWITCHED,
        PAIRING_OWED,
        RELATION_NOT_GRANTED,
        LEGAL_REP_UNKNOWN,
        UNIT_CLOSED,
        CLERK_UNKNOWN,
        STATE_CHANGED,
    ],
    once=True,
    example={"nonce": "n0nce", "role": "clerk"},
)
async def approve(call: Call, body: bodies.ApproveBody, cid: str) -> HTTPResponse:
    """Approve what the confirm page showed. Safe to repeat."""
    await approvals.approve(
        call.tools,
        call.signed_in,
        call.actor,
        cid,
        nonce=body.nonce,
        role=Role(body.role),
        unit_id=body.unit_id,
        now=call.now,
    )
    return as_json(shapes.Done("approved"))


@routes.add(
    "POST",
    "/challenges/<cid:str>/deny",
    PERSON,
    body=bodies.DenyBody,
    answers={200: shapes.Done},
    refuses=[QR_EXPIRED, QR_TAKEN],
    once=True,
    example={"nonce": "n0nce", "reason": "not_me"},
)
async def deny(call: Call, body: bodies.DenyBody, cid: str) -> HTTPResponse:
    """Say no; `not_me` warns the person as well."""
    await approvals.deny(
        call.tools,
        call.signed_in,
        call.actor,
        cid,
        nonce=body.nonce,
        reason=body.reason,
        now=call.now,
    )
    return as_json(shapes.Done("denied"))


@routes.add(
    "POST",
    "/session",
    PERSON,
    body=bodies.PhoneSessionBody,
    answers={200: shapes.ShownEntry},
    refuses=[LEGAL_REP_UNKNOWN, CLERK_UNKNOWN, RELATION_NOT_GRANTED],
    once=True,
    example={"role": "clerk"},
)
async def enter_unit(call: Call, body: bodies.PhoneSessionBody) -> HTTPResponse:
    """Open a unit on the phone itself; the answer carries a new token."""
    if call.session is None:
        opened = await sessions.switched_before(call.tools, call.once, now=call.now)
        entered = Entered(opened, ())
        return as_json(await entry_of_session(call, entered, token=opened.secret))
    entered = await sessions.enter_on_phone(
        call.tools,
        call.session,
        call.secret,
        call.actor,
        role=Role(body.role),
        unit_id=body.unit_id,
        once=call.once,
        now=call.now,
    )
    return as_json(await entry_of_session(call, entered, token=entered.opened.secret))
