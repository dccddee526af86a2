"""What time does to filings 申报: promised times pass, and filing windows are about to close.

Each is told once, whoever runs the clock: a filing carries a mark, a window a row with how far the
telling has come. After a pause only the latest step of a window is told.
"""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.audiences import audience_of_filing, everybody_of
from models import outbox
from models.database import tx
from models.filing import FILING_LABELS, Filing
from models.filing_window import STEPS, FilingWindow, WindowNotice, closing_on
from models.unit import Unit
from models.vocabulary import UnitStatus

BATCH, CHUNK = 200, 500


async def tell_of_overdue(*, now: datetime) -> int:
    """Tell of filings that are still under review after their promised time; how many.

    The status stays: the clerk may urge from now on. Source: domain §7.1 (17).
    """
    told = 0
    for filing in await Filing.filter(remind_at__lte=now).order_by("remind_at", "id").limit(BATCH):
        told += await _overdue(filing, now)
    return told


async def _overdue(filing: Filing, now: datetime) -> bool:
    async with tx():
        # Of several clocks one finds the time still there; the key tells once of each promise.
        won = await Filing.filter(
            id=filing.id, revision=filing.revision, remind_at=filing.remind_at
        ).update(remind_at=None)
        if not won or filing.due_at is None:
            return False
        unit = await Unit.get(id=filing.unit_id)
        await outbox.put(
            outbox.Topic.FILING_OVERDUE,
            filing.id,
            await audience_of_filing(filing, now),
            {
                "unit": unit.id,
                "unit_name": unit.name,
                "item": filing.item,
                "number": filing.external_no,
                "status": FILING_LABELS[filing.status],
                "due": filing.due_at.isoformat(),
            },
            dedupe_key=f"filing.overdue:{filing.id}:{filing.due_at:%Y%m%d%H%M}",
            now=now,
        )
    return True


async def tell_of_closing(
    windows: Sequence[FilingWindow], *, today: date, now: datetime, chunk: int = CHUNK
) -> int:
    """Tell everybody of every unit of filing windows about to close; how many units were told.

    A window is told of three days before its last working day and on it. Source: domain §3.6, §5.3.
    """
    told = 0
    for window in windows:
        last = closing_on(window, today)
        steps = [step for step in STEPS if 0 <= (last - today).days <= step]
        if steps:
            while done := await _some(window, last, min(steps), now, chunk):
                told += done
    return told


async def _some(window: FilingWindow, last: date, step: int, now: datetime, chunk: int) -> int:
    """Tell the next few units; 0 when all were told, or while another clock is at it."""
    key = f"{window.item}:{last:%Y%m}:{step}"
    async with tx():
        await WindowNotice.bulk_create([WindowNotice(id=key, begun_at=now)], ignore_conflicts=True)
        notice = (
            await WindowNotice.filter(id=key, done_at=None)
            .select_for_update(skip_locked=True)
            .first()
        )
        if notice is None:
            return 0
        units = (
            await Unit.filter(id__gt=notice.after, status=UnitStatus.ACTIVE)
            .order_by("id")
            .limit(chunk)
        )
        await outbox.put_all(await _debts(window, last, step, units, now))
        done_at = now if len(units) < chunk else None
        after = units[-1].id if units else notice.after
        await WindowNotice.filter(id=key).update(after=after, done_at=done_at)
    return len(units)


async def _debts(
    window: FilingWindow, last: date, step: int, units: Sequence[Unit], now: datetime
) -> list[outbox.Row]:
    people = await everybody_of([unit.id for unit in units], now)
    return [
        outbox.owed(
            outbox.Topic.FILING_WINDOW_CLOSING,
            unit.id,
            people[unit.id],
            {
                "unit": unit.id,
                "unit_name": unit.name,
                "item": window.item,
                "due": last.isoformat(),
                "step": step,
            },
            dedupe_key=f"window:{window.item}:{last:%Y%m}:{step}:{unit.id}",
            now=now,
        )
        for unit in units
    ]
