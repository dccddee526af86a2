"""Certificates that existing systems send 数字证书对接: each event once, none brings one back."""

from dataclasses import dataclass
from datetime import datetime

from handlers.certificate_changes import move, tell
from handlers.filing_events import Result, Taken, rejected
from handlers.tools import Tools
from models import audit, ingest, outbox
from models.actor import Actor
from models.audit import Action
from models.certificate import Certificate, day_in_china, first_step_on
from models.certificate_file import certificate_key
from models.database import tx
from models.errors.entry import FieldError, Refusal
from models.errors.system import INPUT_WRONG
from models.errors.unit import UNIT_UNKNOWN
from models.ids import new_id
from models.unit import Unit
from models.vocabulary import CertificateSource, CertificateState


@dataclass(frozen=True, slots=True)
class CertificateEvent:
    """What the other system says. replaces: serial of the certificate before it.

    state: held, lost or revoked; issuer: common name of the CA, the same for both; serial: hex.
    """

    event_id: str
    uscc: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    state: CertificateState = CertificateState.HELD
    title: str = "单位数字证书"
    algorithm: str = ""
    replaces: str = ""


_TOPICS = {
    CertificateState.LOST: outbox.Topic.CERTIFICATE_LOST,
    CertificateState.REVOKED: outbox.Topic.CERTIFICATE_REVOKED,
}


async def take_in(tools: Tools, actor: Actor, event: CertificateEvent, *, now: datetime) -> Result:
    """Keep a certificate, or note what became of it; once per event of a system.

    Rejected, with the code: UNIT_UNKNOWN, INPUT_WRONG for an end before the beginning,
    STATE_CHANGED for what would bring a certificate back. A rejected event leaves nothing behind.
    """
    try:
        async with tx():
            if not await ingest.claim(actor.person_id, event.event_id, now):
                return Result(event.event_id, Taken.DUPLICATE)
            row = await _kept(event, now)
            if row is None:
                return Result(event.event_id, Taken.DUPLICATE)
            detail = {"state": event.state.value}
            await audit.record(
                tools.vault, actor, Action.CERTIFICATE_INGEST, row.id, now=now, detail=detail
            )
    except Refusal as refusal:
        return rejected(event.event_id, refusal)
    return Result(event.event_id, Taken.APPLIED)


async def _kept(event: CertificateEvent, now: datetime) -> Certificate | None:
    """The certificate as the event wants it; None when it was so already. Refuses as take_in."""
    unit = await Unit.get_or_none(uscc=event.uscc)
    if unit is None:
        raise UNIT_UNKNOWN.refuse()
    if event.not_after <= event.not_before:
        raise INPUT_WRONG.refuse(errors=[FieldError("/not_after", "到期日须晚于生效日")])
    new = _row(event, unit, now)
    await Certificate.bulk_create([new], ignore_conflicts=True)
    row = await Certificate.get(unit_id=unit.id, key=new.key)
    changed = row.id == new.id
    if event.state is not CertificateState.HELD and row.state is not event.state:
        await move(row, event.state)
        await tell(_TOPICS[event.state], row, now)
        changed = True
    if event.replaces:
        changed |= await _replaced(event, row, now)
    return row if changed else None


async def _replaced(event: CertificateEvent, row: Certificate, now: datetime) -> bool:
    """Whether a predecessor that is known here gave way just now."""
    key = certificate_key(event.issuer, event.replaces)
    old = await Certificate.get_or_none(unit_id=row.unit_id, key=key)
    if old is None or old.id == row.id or old.state is CertificateState.REPLACED:
        return False
    await move(old, CertificateState.REPLACED, replaced_by=row.id)
    await tell(outbox.Topic.CERTIFICATE_RENEWED, row, now)
    return True


def _row(event: CertificateEvent, unit: Unit, now: datetime) -> Certificate:
    expires_on = day_in_china(event.not_after)
    return Certificate(
        id=new_id(),
        unit=unit,
        state=CertificateState.HELD,
        source=CertificateSource.INGEST,
        title=event.title,
        issuer=event.issuer,
        serial=event.serial.lower(),
        key=certificate_key(event.issuer, event.serial),
        uscc=event.uscc,
        algorithm=event.algorithm,
        not_before=event.not_before,
        not_after=event.not_after,
        expires_on=expires_on,
        next_step_on=first_step_on(expires_on, day_in_china(now)),
        created_at=now,
    )
