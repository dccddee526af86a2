"""Consent 同意 to the privacy notice: recorded with version, time and way, and taken back."""

from datetime import datetime

from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.filing import STATE_CHANGED
from models.errors.privacy import CONSENT_MISSING
from models.ids import new_id
from models.notice import VERSION
from models.person import Person
from models.privacy import Consent
from models.store.session import Session


async def current(person_id: str) -> Consent | None:
    """The person's consent to the notice in force, None when it was never given or taken back."""
    return await Consent.get_or_none(person_id=person_id, version=VERSION, withdrawn_at=None)


async def require(person_id: str) -> None:
    """Before anything that stands on consent alone. Refuses: CONSENT_MISSING."""
    if await current(person_id) is None:
        raise CONSENT_MISSING.refuse()


async def give(
    tools: Tools, session: Session, actor: Actor, version: str, *, now: datetime
) -> Consent:
    """Agree to the notice in force. Safe to repeat.

    Refuses: STATE_CHANGED for another version than the one in force: it has to be read first.
    """
    if version != VERSION:
        raise STATE_CHANGED.refuse(current="指引已更新")
    async with tx():
        row = Consent(
            id=new_id(),
            person_id=session.person_id,
            version=version,
            kind=session.kind.value,
            given_at=now,
        )
        await Consent.bulk_create([row], ignore_conflicts=True)
        await Consent.filter(
            person_id=session.person_id, version=version, withdrawn_at__not_isnull=True
        ).update(withdrawn_at=None, given_at=now, kind=session.kind.value)
        await audit.record(tools.vault, actor, Action.CONSENT_GIVEN, version, now=now)
        return await Consent.get(person_id=session.person_id, version=version)


async def withdraw(tools: Tools, session: Session, actor: Actor, *, now: datetime) -> None:
    """Take consent back: what was kept on its ground, phone and mailbox, is deleted at once."""
    async with tx():
        changed = await Consent.filter(person_id=session.person_id, withdrawn_at=None).update(
            withdrawn_at=now
        )
        if not changed:
            return
        person_id = session.person_id
        await Person.filter(id=person_id).update(
            **Person.sealed_phone(tools.vault, person_id, None),
            **Person.sealed_email(tools.vault, person_id, None),
        )
        await audit.record(tools.vault, actor, Action.CONSENT_WITHDRAWN, VERSION, now=now)
