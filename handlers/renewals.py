"""Renewing certificates online 证书在线更新: people ask, the clock asks the CA."""

import asyncio
import logging
from datetime import datetime, timedelta

from handlers.certificate_changes import move, tell
from handlers.certificate_rows import CertificateView, own, row_of_file, view
from handlers.ports import CaAnswer, CaState, CertificateAuthority, RenewalRequest, Revocation
from handlers.revocations import watched_from
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.certificate import (
    CERTIFICATE_NEXT,
    Certificate,
    CertificateRenewal,
    day_in_china,
    first_step_on,
    status_at,
)
from models.certificate_file import HoldsKey, Reading, Unreadable, read_file
from models.database import tx
from models.errors.certificate import RENEWAL_TOO_EARLY, RENEWAL_TOO_LATE
from models.errors.entry import Refusal
from models.ids import new_id
from models.vocabulary import (
    CertificateSource,
    CertificateState,
    CertificateStatus,
    RenewalStatus,
)
from models.working_days import after_working_days

logger = logging.getLogger(__name__)

PATIENCE_WORKING_DAYS = 3
AGAIN = timedelta(minutes=5)
WITHDRAWN_WITHIN = timedelta(days=1)
BATCH = 50
WRONG_ANSWER = "证书机构给出的新证书与本单位不符,请联系证书机构"
_TOO = {
    CertificateStatus.PENDING: RENEWAL_TOO_EARLY,
    CertificateStatus.ACTIVE: RENEWAL_TOO_EARLY,
    CertificateStatus.REVERIFY: RENEWAL_TOO_LATE,
}


async def ask(
    tools: Tools, actor: Actor, certificate_id: str, *, revision: int, now: datetime
) -> CertificateView:
    """Ask for a successor: from 90 days before the end to 365 after it; the clock sends it on.

    Refuses: NOT_FOUND, RENEWAL_TOO_EARLY, RENEWAL_TOO_LATE, STATE_CHANGED. Source: domain §7.3.
    """
    async with tx():
        row = await own(actor.unit_id, certificate_id)
        too = _TOO.get(status_at(row, now))
        if too is not None:
            raise too.refuse()
        await move(row, CertificateState.RENEWING, revision=revision)
        await CertificateRenewal.create(
            id=new_id(),
            certificate_id=row.id,
            asked_by=actor.person_id,
            asked_at=now,
            give_up_at=after_working_days(now, PATIENCE_WORKING_DAYS),
            next_ask_at=now,
        )
        await audit.record(tools.vault, actor, Action.CERTIFICATE_RENEW, row.id, now=now)
    return await view(tools, await Certificate.get(id=row.id), now)


async def cancel(
    tools: Tools, actor: Actor, certificate_id: str, *, revision: int, now: datetime
) -> CertificateView:
    """Take the request back; the certificate is watched again.

    Refuses: NOT_FOUND, STATE_CHANGED.
    """
    async with tx():
        row = await own(actor.unit_id, certificate_id)
        await _back(row, now, revision=revision)
        await CertificateRenewal.filter(certificate_id=row.id, status=RenewalStatus.ASKED).update(
            status=RenewalStatus.CANCELLED, next_ask_at=now
        )
        await _note(tools, actor, row, RenewalStatus.CANCELLED, now)
    return await view(tools, await Certificate.get(id=row.id), now)


async def look_after(tools: Tools, ca: CertificateAuthority | None, *, now: datetime) -> int:
    """Ask the CA about every request whose time has come; how many came to an end.

    Each is taken by one clock, as whoever moves its time first has it for the next five minutes.
    """
    ended = 0
    for row in await CertificateRenewal.filter(next_ask_at__lte=now).order_by("id").limit(BATCH):
        taken = await CertificateRenewal.filter(
            id=row.id, status=row.status, next_ask_at=row.next_ask_at
        ).update(next_ask_at=now + AGAIN)
        if not taken:
            continue
        try:
            if row.status is RenewalStatus.ASKED:
                ended += await _pursue(tools, ca, row, now)
            else:
                await _withdraw(ca, row, now)
        except Refusal as refusal:
            # No answer, or the certificate changed meanwhile: the next turn sees.
            logger.warning("renewal waits", extra={"code": refusal.entry.code})
    return ended


async def _pursue(
    tools: Tools, ca: CertificateAuthority | None, row: CertificateRenewal, now: datetime
) -> bool:
    old = await Certificate.get(id=row.certificate_id).select_related("unit")
    answer = await _answer(ca, row, old)
    if answer.state is CaState.ISSUED:
        reading = await _read(tools, answer.file, old)
        if reading is not None:
            return await _succeed(tools, row, reading, now)
        answer = CaAnswer(CaState.REFUSED, reason=WRONG_ANSWER)
    if answer.state is CaState.REFUSED:
        return await _fail(tools, row, RenewalStatus.REFUSED, answer.reason, now)
    if now >= row.give_up_at:
        return await _fail(tools, row, RenewalStatus.TIMED_OUT, "", now)
    return False


async def _answer(
    ca: CertificateAuthority | None, row: CertificateRenewal, old: Certificate
) -> CaAnswer:
    """What the CA says; silence is "not yet"."""
    if ca is None:
        return CaAnswer(CaState.PENDING)
    request = RenewalRequest(
        id=row.id,
        uscc=old.unit.uscc,
        unit_name=old.unit.name,
        issuer=old.issuer,
        serial=old.serial,
        not_after=old.not_after,
    )
    try:
        return await ca.renew(request)
    except Refusal as refusal:
        logger.warning("no answer from the CA", extra={"code": refusal.entry.code})
        return CaAnswer(CaState.PENDING)


async def _read(tools: Tools, file: bytes, old: Certificate) -> Reading | None:
    """What was issued; None unless it is this unit's and lasts longer than the old one."""
    try:
        reading = await asyncio.to_thread(read_file, file, "", tools.issuers)
    except (HoldsKey, Unreadable):
        logger.warning("the CA issued no certificate")
        return None
    if old.unit.uscc not in reading.usccs or reading.not_after <= old.not_after:
        logger.error("the CA issued another certificate than asked for")
        return None
    return reading


async def _succeed(tools: Tools, row: CertificateRenewal, reading: Reading, now: datetime) -> bool:
    async with tx():
        if not await _close(row, RenewalStatus.ISSUED, now):
            return False
        old = await Certificate.get(id=row.certificate_id).select_related("unit")
        new = row_of_file(tools, old.unit, reading, CertificateSource.CA, now)
        new.title = old.title
        watched_from(new, Revocation.UNKNOWN, now)
        await Certificate.bulk_create([new], ignore_conflicts=True)
        kept = await Certificate.get(unit_id=old.unit_id, key=new.key)
        # Lost or replaced by hand while the CA was at work: the new one is kept all the same.
        if CertificateState.REPLACED in CERTIFICATE_NEXT[old.state] and kept.id != old.id:
            await move(old, CertificateState.REPLACED, replaced_by=kept.id)
            await tell(outbox.Topic.CERTIFICATE_RENEWED, kept, now)
        actor = Actor(person_id=row.asked_by, unit_id=old.unit_id)
        await audit.record(tools.vault, actor, Action.CERTIFICATE_RENEWED, kept.id, now=now)
    return True


async def _fail(
    tools: Tools, row: CertificateRenewal, how: RenewalStatus, reason: str, now: datetime
) -> bool:
    async with tx():
        if not await _close(row, how, now, reason=reason):
            return False
        old = await Certificate.get(id=row.certificate_id)
        if old.state is CertificateState.RENEWING:
            await _back(old, now)
            await tell(outbox.Topic.CERTIFICATE_RENEWAL_FAILED, old, now)
        actor = Actor(person_id=row.asked_by, unit_id=old.unit_id)
        await _note(tools, actor, old, how, now)
    return True


async def _close(
    row: CertificateRenewal, how: RenewalStatus, now: datetime, *, reason: str = ""
) -> int:
    # What timed out may still be at work there: the CA is told that nobody waits any more.
    again = now if how is RenewalStatus.TIMED_OUT else None
    return await CertificateRenewal.filter(id=row.id, status=RenewalStatus.ASKED).update(
        status=how, reason=reason[:120], next_ask_at=again
    )


async def _back(row: Certificate, now: datetime, *, revision: int | None = None) -> None:
    again = first_step_on(row.expires_on, day_in_china(now))
    await move(row, CertificateState.HELD, revision=revision, next_step_on=again)


async def _note(
    tools: Tools, actor: Actor, row: Certificate, how: RenewalStatus, now: datetime
) -> None:
    detail = {"status": how.value}
    await audit.record(
        tools.vault, actor, Action.CERTIFICATE_RENEWAL_END, row.id, now=now, detail=detail
    )


async def _withdraw(
    ca: CertificateAuthority | None, row: CertificateRenewal, now: datetime
) -> None:
    """Tell the CA that a request is closed here; for a day after its last moment, then no more."""
    if ca is not None and now < row.give_up_at + WITHDRAWN_WITHIN:
        await ca.withdraw(row.id)
    await CertificateRenewal.filter(id=row.id).update(next_ask_at=None)
