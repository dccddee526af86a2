"""The bound phone and mailbox 绑定手机, 绑定邮箱: changed by whoever proves to hold the new."""

from datetime import datetime

from handlers import consents
from handlers.one_time_codes import Issued, Way, issue_binding, spend, try_code
from handlers.tools import Tools
from models import audit
from models.account import CodePurpose
from models.actor import Actor
from models.audit import Action
from models.codes.email import clean_email
from models.codes.fault import CodeFault
from models.codes.phone import clean_phone
from models.database import tx
from models.errors.entry import FieldError
from models.errors.login import OTP_WRONG
from models.errors.system import INPUT_WRONG
from models.person import Person
from models.store.session import Session

_PURPOSES = (CodePurpose.BIND_PHONE, CodePurpose.BIND_EMAIL)


async def ask(
    tools: Tools, session: Session, actor: Actor, way: Way, address: str, *, now: datetime
) -> Issued:
    """Send a code to the phone or mailbox that is to be bound.

    Refuses: INPUT_WRONG, CONSENT_MISSING, TOO_OFTEN.
    """
    try:
        address = clean_phone(address) if way == "phone" else clean_email(address)
    except CodeFault as fault:
        raise INPUT_WRONG.refuse(errors=[FieldError("/address", str(fault))]) from None
    await consents.require(session.person_id)
    person = await Person.get(id=session.person_id)
    return await issue_binding(tools, actor, person, way, address, now=now)


async def bind(
    tools: Tools, session: Session, actor: Actor, request_id: str, code: str, *, now: datetime
) -> None:
    """Bind the address that the code went to. Refuses: OTP_WRONG, CONSENT_MISSING."""
    await consents.require(session.person_id)
    row = await try_code(tools, request_id, code, _PURPOSES, now=now)
    if row.person_id != session.person_id or row.address_sealed is None:
        raise OTP_WRONG.refuse()
    address = tools.vault.open(row.address_sealed, aad=f"one_time_codes.address.{row.id}")
    by_phone = row.purpose is CodePurpose.BIND_PHONE
    sealed = Person.sealed_phone if by_phone else Person.sealed_email
    async with tx():
        await spend(row, now)
        await Person.filter(id=session.person_id).update(
            **sealed(tools.vault, session.person_id, address)
        )
        await audit.record(
            tools.vault,
            actor,
            Action.CONTACT_BOUND,
            session.person_id,
            now=now,
            detail={"way": "phone" if by_phone else "email"},
        )
