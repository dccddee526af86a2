"""Units that the core system 业务系统 has changed, fetched by the clock page by page (同步)."""

import logging
from datetime import datetime, timedelta

from handlers.filing_events import Result, Taken
from handlers.ports import CoreSystem, UnitPage
from handlers.tools import Tools
from handlers.unit_sync import take_in
from models import audit, ingest
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal

logger = logging.getLogger(__name__)

SOURCE = "core.units"
PAGES = 10
"""How many pages one turn reads at most: the other duties wait for it."""

LEASE = timedelta(minutes=10)
"""How long one clock has the cursor to itself; ten pages take less than a minute."""

_SYSTEM = Actor(person_id="system:pull")


async def pull(tools: Tools, core: CoreSystem | None, *, now: datetime) -> int:
    """Take in what has changed since the last turn; how many units.

    Any number of clocks may: one has the cursor, and it moves on only behind a page that was taken
    in whole, so whatever ends half-way is read again and counts once. A core system that does not
    answer is asked again by the next turn.
    """
    if core is None:
        return 0
    cursor = await ingest.lease(SOURCE, now, LEASE)
    if cursor is None:
        return 0
    applied = 0
    try:
        for _ in range(PAGES):
            page = await core.changed_units(cursor.position)
            applied += await _take(tools, page, now)
            moved = page.position != cursor.position
            if moved and not await ingest.advance(cursor, page.position, now):
                # The lease ran out, and another clock goes on from there.
                break
            if not (moved and page.more):
                break
    except Refusal as refusal:
        logger.warning("no units from the core system", extra={"code": refusal.entry.code})
    finally:
        await ingest.release(cursor)
    return applied


async def _take(tools: Tools, page: UnitPage, now: datetime) -> int:
    applied = 0
    for row in page.rows:
        if isinstance(row, Result):
            taken = row
        else:
            taken = await take_in(tools, _SYSTEM, row, now=now)
        if taken.result is Taken.REJECTED:
            await _note(tools, taken, now)
        applied += taken.result is Taken.APPLIED
    return applied


async def _note(tools: Tools, taken: Result, now: datetime) -> None:
    """Nobody waits for an answer, so what was rejected is in the trail and the log."""
    pointers = [each.pointer for each in taken.errors]
    logger.warning(
        "unit rejected",
        extra={"event": taken.event_id, "code": taken.code, "pointers": pointers},
    )
    async with tx():
        await audit.record(
            tools.vault,
            _SYSTEM,
            Action.UNIT_INGEST,
            taken.event_id,
            now=now,
            result=taken.code or "",
            detail={"pointers": pointers},
        )
