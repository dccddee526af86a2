"""What existing systems have told us, and how far they were read, so that nothing counts twice."""

from datetime import datetime, timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.database import require_transaction
from models.ids import new_id

LONGEST_POSITION = 200


class IngestEvent(Model):
    """One event of another system 对接事件 that was taken in. key_id: the sender's."""

    id = fields.CharField(max_length=26, primary_key=True)
    key_id = fields.CharField(max_length=40)
    event_id = fields.CharField(max_length=64)
    received_at = fields.DatetimeField()

    class Meta:
        table = "ingest_events"
        unique_together = (("key_id", "event_id"),)


async def claim(key_id: str, event_id: str, now: datetime) -> bool:
    """Whether this event is taken in here and now; False: somebody did so before.

    Must be called inside the transaction of the change, so that both stay or neither does.
    """
    require_transaction()
    row = IngestEvent(id=new_id(), key_id=key_id, event_id=event_id, received_at=now)
    await IngestEvent.bulk_create([row], ignore_conflicts=True)
    return await IngestEvent.filter(id=row.id).exists()


class SyncCursor(Model):
    """How far a source 数据源 has been read 同步进度.

    position: the source's own word, '' before the first; leased_until: until when one clock has the
    cursor to itself; revision moves with every step.
    """

    source = fields.CharField(max_length=16, primary_key=True)
    position = fields.CharField(max_length=LONGEST_POSITION, default="")
    revision = fields.IntField(default=1)
    leased_until = fields.DatetimeField(null=True)
    moved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sync_cursors"


async def lease(source: str, now: datetime, span: timedelta) -> SyncCursor | None:
    """The cursor of a source, for this clock alone for so long; None while another has it."""
    await SyncCursor.bulk_create([SyncCursor(source=source)], ignore_conflicts=True)
    row = await SyncCursor.get(source=source)
    if row.leased_until is not None and row.leased_until > now:
        return None
    return row if await _move(row, leased_until=now + span) else None


async def advance(row: SyncCursor, position: str, now: datetime) -> bool:
    """Move a leased cursor on; False when another clock has taken it over."""
    return await _move(row, position=position, moved_at=now)


async def release(row: SyncCursor) -> None:
    """Let others have the cursor; nothing happens when one has it already."""
    await _move(row, leased_until=None)


async def _move(row: SyncCursor, **columns: Any) -> bool:
    columns["revision"] = row.revision + 1
    moved = await SyncCursor.filter(source=row.source, revision=row.revision).update(**columns)
    if moved:
        row.update_from_dict(columns)
    return bool(moved)
