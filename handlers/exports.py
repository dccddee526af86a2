"""Exports 导出 of one's own data: made in the background, fetched once, gone in a week."""

import base64
import io
import zipfile
from datetime import datetime, timedelta

import msgspec

from handlers.own_data import everything, open_export
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.filing import STATE_CHANGED
from models.errors.privacy import EXPORT_PREPARING
from models.errors.system import NOT_FOUND
from models.ids import new_id
from models.person import Person
from models.privacy import DataExport, ExportStatus
from models.store.limit import Limit
from models.store.session import Session

KEPT = timedelta(days=7)
A_DAY = Limit("exports", most=3, window_s=24 * 3600)
BATCH = 20
_READ_ME = (
    "本压缩包是您在掌办的个人信息副本,内容见“个人信息.json”(UTF-8 文本)。\n请妥善保管,不要转发。\n"
)


async def ask(tools: Tools, session: Session, actor: Actor, *, now: datetime) -> DataExport:
    """Ask for an export; while one is open, that one. Refuses: TOO_OFTEN."""
    known = await open_export(session.person_id)
    if known is not None:
        return known
    await tools.limiter.spend(A_DAY, session.person_id)
    async with tx():
        row = DataExport(id=new_id(), person_id=session.person_id, asked_at=now)
        await DataExport.bulk_create([row], ignore_conflicts=True)
        found = await open_export(session.person_id)
        if found is None:
            raise STATE_CHANGED.refuse(current="已变化")
        if found.id == row.id:
            await audit.record(tools.vault, actor, Action.EXPORT_ASKED, row.id, now=now)
    return found


async def take(tools: Tools, session: Session, actor: Actor, *, now: datetime) -> bytes:
    """The archive, once; it is deleted in the same step.

    Refuses: EXPORT_PREPARING while it is being made, NOT_FOUND when there is none.
    """
    async with tx():
        row = await open_export(session.person_id)
        if row is None or (row.expires_at is not None and row.expires_at <= now):
            raise NOT_FOUND.refuse()
        if row.archive_sealed is None:
            raise EXPORT_PREPARING.refuse()
        taken = await DataExport.filter(
            id=row.id, status=ExportStatus.READY, revision=row.revision
        ).update(status=ExportStatus.TAKEN, archive_sealed=None, revision=row.revision + 1)
        if not taken:
            raise NOT_FOUND.refuse()
        await audit.record(tools.vault, actor, Action.EXPORT_TAKEN, row.id, now=now)
    text = tools.vault.open(row.archive_sealed, aad=f"data_exports.archive.{row.id}")
    return base64.b64decode(text)


async def make_due(tools: Tools, *, now: datetime) -> int:
    """Make what was asked for, and let go what nobody fetched; how many. A duty of the clock."""
    made = 0
    for row in await DataExport.filter(status=ExportStatus.WAITING).order_by("id").limit(BATCH):
        person = await Person.get(id=row.person_id)
        archive = base64.b64encode(_zipped(await everything(tools, person))).decode()
        sealed = tools.vault.seal(archive, aad=f"data_exports.archive.{row.id}")
        async with tx():
            mine = await DataExport.filter(id=row.id, status=ExportStatus.WAITING).update(
                status=ExportStatus.READY,
                archive_sealed=sealed,
                expires_at=now + KEPT,
                revision=row.revision + 1,
            )
            if not mine:
                continue
            await outbox.put(
                outbox.Topic.ACCOUNT_EXPORT_READY,
                row.id,
                [outbox.person(row.person_id)],
                {"due": (now + KEPT).isoformat()},
                dedupe_key=f"export_ready:{row.id}",
                now=now,
            )
        made += 1
    await DataExport.filter(status=ExportStatus.READY, expires_at__lte=now).update(
        status=ExportStatus.EXPIRED, archive_sealed=None
    )
    return made


def _zipped(content: dict[str, object]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        text = msgspec.json.format(msgspec.json.encode(content), indent=2)
        archive.writestr("个人信息.json", text)
        archive.writestr("说明.txt", _READ_ME)
    return kept.getvalue()
