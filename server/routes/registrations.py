"""The route that registers a unit (contract §7)."""

from collections.abc import Callable
from typing import TypeVar

from sanic import HTTPResponse

from handlers import registrations
from handlers.carried import carried_identity
from handlers.registrations import Registered
from handlers.verifying import Typed
from models.certificate import day_in_china
from models.codes.document import IdDocument
from models.codes.fault import CodeFault
from models.codes.phone import clean_phone
from models.codes.uscc import Uscc
from models.errors.catalogue import entry_of
from models.errors.entry import Entry, FieldError
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.registration import (
    ID_NO_INVALID,
    LEGAL_REP_EXISTS,
    LEGAL_REP_MISMATCH,
    UNIT_NAME_MISMATCH,
    UNIT_NOS_INCONSISTENT,
    UNIT_NOT_VERIFIED,
    USCC_INVALID,
    VERIFICATION_UNAVAILABLE,
)
from models.errors.scan import QR_EXPIRED
from models.errors.system import CSRF_FAILED, INPUT_WRONG, REPEATED
from models.errors.unit import UNIT_CLOSED
from models.identity import Identity
from models.names import clean
from server.admission import require_same_site
from server.call import BIND_COOKIE, Call
from server.errors import ShownAction
from server.operation import Routes
from server.policy import PUBLIC
from server.routes.answers import as_json
from server.wire.registration_bodies import LegalRepBody, RegistrationBody
from server.wire.registration_shapes import ShownRegistration, ShownSentence, ShownSource

routes = Routes("registrations", "/api/v1")
_T = TypeVar("_T")


@routes.add(
    "POST",
    "/registrations",
    PUBLIC,
    body=RegistrationBody,
    answers={201: ShownRegistration},
    refuses=[
        USCC_INVALID,
        ID_NO_INVALID,
        LEGAL_REP_EXISTS,
        UNIT_CLOSED,
        UNIT_NOT_VERIFIED,
        LEGAL_REP_MISMATCH,
        UNIT_NAME_MISMATCH,
        UNIT_NOS_INCONSISTENT,
        VERIFICATION_UNAVAILABLE,
        QR_EXPIRED,
        ACCOUNT_DISABLED,
        TOO_OFTEN,
        REPEATED,
        CSRF_FAILED,
    ],
    once=True,
    example={
        "uscc": "91239900MA0000000X",
        "name": "演示市示例有限公司",
        "legal_rep": {"name": "张三", "id_type": "01", "id_no": "239900198001010014"},
        "phone": "13800000000",
    },
)
async def register(call: Call, body: RegistrationBody) -> HTTPResponse:
    """Register a unit as its legal representative; three registries are asked whether it is so."""
    require_same_site(call)
    registered = await registrations.register(
        call.tools,
        call.context.registries,
        call.actor,
        await _typed(call, body),
        call.once,
        now=call.now,
    )
    return as_json(_shown(registered), 201)


async def _typed(call: Call, body: RegistrationBody) -> Typed:
    if (body.legal_rep is None) is (body.carried is None):
        raise INPUT_WRONG.refuse(errors=[FieldError("/legal_rep", "请填写法人,或扫码带入")])
    uscc = _read(lambda: Uscc(body.uscc).value, USCC_INVALID, "/uscc")
    phone = _read(lambda: clean_phone(body.phone), INPUT_WRONG, "/phone")
    if body.legal_rep is not None:
        rep = _rep(call, body.legal_rep, phone)
    else:
        bind = call.cookie(BIND_COOKIE)
        scanned = await carried_identity(call.tools, body.carried or "", bind, now=call.now)
        rep = Identity(scanned.id_type, scanned.id_no, scanned.name, phone)
    return Typed(uscc, body.name.strip(), rep)


def _rep(call: Call, rep: LegalRepBody, phone: str) -> Identity:
    document = _read(
        lambda: IdDocument.read(rep.id_type, rep.id_no, today=day_in_china(call.now)),
        ID_NO_INVALID,
        "/legal_rep/id_no",
    )
    name = _read(lambda: clean(rep.name), INPUT_WRONG, "/legal_rep/name")
    return Identity(rep.id_type, document.number, name, phone)


def _read(read: Callable[[], _T], entry: Entry, pointer: str) -> _T:
    try:
        return read()
    except CodeFault as fault:
        raise entry.refuse(errors=[FieldError(pointer, str(fault))]) from None


def _shown(registered: Registered) -> ShownRegistration:
    return ShownRegistration(
        id=registered.id,
        status=registered.status.value,
        sources=[
            ShownSource(each.source, each.result.value, [field.value for field in each.mismatched])
            for each in registered.sources
        ],
        sentence=_sentence(entry_of(registered.code)),
    )


def _sentence(entry: Entry | None) -> ShownSentence | None:
    if entry is None:
        return None
    actions = [ShownAction(action.rel, action.title) for action in entry.actions]
    return ShownSentence(entry.code, entry.prompt, entry.explain, list(entry.remedies), actions)
