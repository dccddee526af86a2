"""A unit's certificates 数字证书管理: read, checked, kept, watched; replaced, reported, removed."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from handlers import revocations
from handlers.certificate_changes import move, tell
from handlers.certificate_rows import CertificateView, dates, own, row_of_file, view, views
from handlers.ports import Revocation, RevocationLists
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.certificate import Certificate, CertificateReminder
from models.certificate_file import HoldsKey, Reading, Unreadable, certificate_key, read_file
from models.database import tx
from models.errors.certificate import (
    CERTIFICATE_EXPIRED,
    CERTIFICATE_OF_OTHER_UNIT,
    CERTIFICATE_REVOKED,
    CERTIFICATE_UNRECOGNISED,
)
from models.errors.entry import FieldError
from models.errors.system import INPUT_WRONG
from models.ids import new_id
from models.unit import Unit
from models.vocabulary import CertificateSource, CertificateState


@dataclass(frozen=True, slots=True)
class TypedDates:
    """What people type who have no file: enough to be reminded."""

    title: str
    not_before: datetime
    not_after: datetime
    issuer: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was uploaded; name is empty when it came raw."""

    data: bytes
    name: str = ""


async def list_certificates(
    tools: Tools, unit_id: str, *, after: str, limit: int, now: datetime
) -> list[CertificateView]:
    """The unit's certificates, oldest first, those after a given id; at most limit + 1."""
    rows = await Certificate.filter(unit_id=unit_id, id__gt=after).order_by("id").limit(limit + 1)
    return await views(tools, rows, now)


async def read_certificate(
    tools: Tools, unit_id: str, certificate_id: str, *, now: datetime
) -> CertificateView:
    """One certificate of the unit. Refuses: NOT_FOUND."""
    return await view(tools, await own(unit_id, certificate_id), now)


async def add_file(
    tools: Tools,
    actor: Actor,
    file: SentFile,
    *,
    replaces: str,
    lists: RevocationLists | None,
    now: datetime,
) -> CertificateView:
    """Keep what a file says; the file itself is not kept. The same one again changes nothing.

    replaces: the certificate that it succeeds, if any; lists: who knows what was revoked. Refuses:
    CERTIFICATE_UNRECOGNISED for what cannot be read, may hold a private key or is of a CA that is
    not recognised, CERTIFICATE_OF_OTHER_UNIT, CERTIFICATE_REVOKED, CERTIFICATE_EXPIRED for a
    successor, NOT_FOUND, STATE_CHANGED. Source: 常见问题 6.2, domain §7.3.
    """
    reading = await _read(tools, file)
    unit = await Unit.get(id=actor.unit_id)
    if reading.usccs and unit.uscc not in reading.usccs:
        raise CERTIFICATE_OF_OTHER_UNIT.refuse()
    row = row_of_file(tools, unit, reading, CertificateSource.UPLOAD, now)
    found = await revocations.asked_now(tools, lists, row)
    if found is Revocation.REVOKED:
        raise CERTIFICATE_REVOKED.refuse()
    revocations.watched_from(row, found, now)
    return await _keep(tools, actor, row, replaces, now)


async def _read(tools: Tools, file: SentFile) -> Reading:
    try:
        reading = await asyncio.to_thread(read_file, file.data, file.name, tools.issuers)
    except HoldsKey:
        fault = "不能上传含有私钥的文件(.pfx、.p12、.key);请在证书工具里导出不含私钥的.cer文件"
        raise CERTIFICATE_UNRECOGNISED.refuse(errors=[FieldError("/file", fault)]) from None
    except Unreadable:
        fault = "文件里没有证书;请上传.cer、.pem或.p7b文件"
        raise CERTIFICATE_UNRECOGNISED.refuse(errors=[FieldError("/file", fault)]) from None
    if tools.issuers and not reading.trusted_by:
        fault = "证书的颁发机构不在本平台认可的名单里;请换用认可机构颁发的证书"
        raise CERTIFICATE_UNRECOGNISED.refuse(errors=[FieldError("/file", fault)])
    return reading


async def add_dates(
    tools: Tools, actor: Actor, typed: TypedDates, *, replaces: str, now: datetime
) -> CertificateView:
    """Keep dates that somebody typed, to be reminded of them.

    Refuses: INPUT_WRONG for an end before the beginning, CERTIFICATE_EXPIRED for a successor,
    NOT_FOUND, STATE_CHANGED.
    """
    if typed.not_after <= typed.not_before:
        raise INPUT_WRONG.refuse(errors=[FieldError("/not_after", "到期日须晚于生效日")])
    row_id = new_id()
    row = Certificate(
        id=row_id,
        unit_id=actor.unit_id,
        state=CertificateState.HELD,
        source=CertificateSource.MANUAL,
        title=typed.title,
        issuer=typed.issuer,
        serial=typed.serial.lower(),
        key=certificate_key(typed.issuer, typed.serial) if typed.serial else row_id,
        **dates(typed.not_before, typed.not_after, now),
    )
    return await _keep(tools, actor, row, replaces, now)


async def _keep(
    tools: Tools, actor: Actor, row: Certificate, replaces: str, now: datetime
) -> CertificateView:
    if replaces and now >= row.not_after:
        # Taking its predecessor's reminders away would leave the unit with nothing that works.
        raise CERTIFICATE_EXPIRED.refuse()
    async with tx():
        await Certificate.bulk_create([row], ignore_conflicts=True)
        kept = await Certificate.get(unit_id=actor.unit_id, key=row.key)
        if replaces and replaces != kept.id:
            await _replace(actor, replaces, kept, now)
        if kept.id == row.id:
            await audit.record(tools.vault, actor, Action.CERTIFICATE_ADD, row.id, now=now)
    return await view(tools, kept, now)


async def _replace(actor: Actor, old_id: str, new: Certificate, now: datetime) -> None:
    old = await own(actor.unit_id, old_id)
    await move(old, CertificateState.REPLACED, replaced_by=new.id)
    await tell(outbox.Topic.CERTIFICATE_RENEWED, new, now)


async def report_lost(
    tools: Tools, actor: Actor, certificate_id: str, *, revision: int, now: datetime
) -> CertificateView:
    """Note that a certificate was lost; everybody of the unit is told at once.

    Refuses: NOT_FOUND, STATE_CHANGED.
    """
    async with tx():
        row = await own(actor.unit_id, certificate_id)
        await move(row, CertificateState.LOST, revision=revision)
        await tell(outbox.Topic.CERTIFICATE_LOST, row, now)
        await audit.record(tools.vault, actor, Action.CERTIFICATE_REPORT, row.id, now=now)
    return await view(tools, await Certificate.get(id=row.id), now)


async def remove(tools: Tools, actor: Actor, certificate_id: str, *, now: datetime) -> None:
    """Forget a certificate and its reminders. Refuses: NOT_FOUND."""
    async with tx():
        row = await own(actor.unit_id, certificate_id)
        await CertificateReminder.filter(id__startswith=f"{row.id}:").delete()
        await Certificate.filter(id=row.id).delete()
        await audit.record(tools.vault, actor, Action.CERTIFICATE_REMOVE, row.id, now=now)
