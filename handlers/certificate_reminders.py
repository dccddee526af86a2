"""Reminders of certificates that end 证书到期提醒: owed by the clock, each once, whoever runs it.

A certificate carries the day of its next reminder, so a scan touches what is due and nothing else.
Clocks that run at once take different rows, because each skips what another holds.
"""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.audiences import everybody_of
from models import outbox
from models.certificate import (
    Certificate,
    CertificateReminder,
    day_of_next_step,
    days_left,
    step_due,
)
from models.database import tx
from models.unit import Unit

CHUNK = 500


async def remind_of_expiry(*, today: date, now: datetime, chunk: int = CHUNK) -> int:
    """Owe every reminder that is due on this day in China; how many.

    After a pause only the latest missed step is owed. A chunk is a transaction of its own.
    Source: domain §7.3.
    """
    count = 0
    while done := await _remind_some(today, now, chunk):
        count += done
    return count


async def _remind_some(today: date, now: datetime, chunk: int) -> int:
    async with tx():
        rows = (
            await Certificate.filter(next_step_on__lte=today)
            .order_by("next_step_on", "id")
            .limit(chunk)
            .select_for_update(skip_locked=True)
        )
        if rows:
            await CertificateReminder.bulk_create(
                [_reminder(row, today, now) for row in rows], ignore_conflicts=True
            )
            await outbox.put_all(await _debts(rows, today, now))
            await _move_on(rows, today)
    return len(rows)


def _reminder(row: Certificate, today: date, now: datetime) -> CertificateReminder:
    return CertificateReminder(id=_key(row, today), owed_at=now)


def _key(row: Certificate, today: date) -> str:
    return f"{row.id}:{row.expires_on:%Y%m%d}:{step_due(row.expires_on, today)}"


async def _debts(rows: Sequence[Certificate], today: date, now: datetime) -> list[outbox.Row]:
    unit_ids = {row.unit_id for row in rows}
    people = await everybody_of(unit_ids, now)
    names = dict(await Unit.filter(id__in=list(unit_ids)).values_list("id", "name"))
    return [_debt(row, people[row.unit_id], names[row.unit_id], today, now) for row in rows]


def _debt(
    row: Certificate,
    people: Sequence[outbox.Recipient],
    unit_name: str,
    today: date,
    now: datetime,
) -> outbox.Row:
    left = days_left(row.expires_on, today)
    topic = outbox.Topic.CERTIFICATE_EXPIRING if left >= 0 else outbox.Topic.CERTIFICATE_EXPIRED
    return outbox.owed(
        topic,
        row.id,
        people,
        {
            "unit": row.unit_id,
            "unit_name": unit_name,
            "certificate": row.title,
            "due": row.expires_on.isoformat(),
            "days": left,
            "step": step_due(row.expires_on, today),
        },
        dedupe_key=f"certificate:{_key(row, today)}",
        now=now,
    )


async def _move_on(rows: Sequence[Certificate], today: date) -> None:
    together: dict[date | None, list[str]] = {}
    for row in rows:
        following = day_of_next_step(row.expires_on, step_due(row.expires_on, today))
        together.setdefault(following, []).append(row.id)
    for following, ids in together.items():
        await Certificate.filter(id__in=ids).update(next_step_on=following)
