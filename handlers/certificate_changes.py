"""Changes of a certificate that several handlers make: its kept state, and telling its people."""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.audiences import everybody_of
from models import outbox
from models.certificate import (
    CERTIFICATE_LABELS,
    CERTIFICATE_NEXT,
    Certificate,
    day_in_china,
    days_left,
)
from models.errors.filing import STATE_CHANGED
from models.unit import Unit
from models.vocabulary import CertificateState, CertificateStatus


async def move(
    row: Certificate,
    to: CertificateState,
    *,
    revision: int | None = None,
    replaced_by: str | None = None,
    next_step_on: date | None = None,
) -> None:
    """Change what a certificate is kept as; its reminders stop, or go on at a day.

    Refuses: STATE_CHANGED.
    """
    refusal = STATE_CHANGED.refuse(current=CERTIFICATE_LABELS[_kept_as(row)])
    if to not in CERTIFICATE_NEXT[row.state]:
        raise refusal
    seen = row.revision if revision is None else revision
    changed = await Certificate.filter(id=row.id, state=row.state, revision=seen).update(
        state=to, next_step_on=next_step_on, replaced_by=replaced_by, revision=seen + 1
    )
    if not changed:
        raise refusal


def _kept_as(row: Certificate) -> CertificateStatus:
    held = row.state is CertificateState.HELD
    return CertificateStatus.ACTIVE if held else CertificateStatus(row.state.value)


async def tell(topic: outbox.Topic, row: Certificate, now: datetime) -> None:
    """Owe everybody of the unit news of a certificate."""
    unit = await Unit.get(id=row.unit_id)
    people: Sequence[outbox.Recipient] = (await everybody_of([unit.id], now))[unit.id]
    facts = {
        "unit": unit.id,
        "unit_name": unit.name,
        "certificate": row.title,
        "due": row.expires_on.isoformat(),
        "days": days_left(row.expires_on, day_in_china(now)),
    }
    key = f"{topic.value}:{row.id}:{row.revision}"
    await outbox.put(topic, row.id, people, facts, dedupe_key=key, now=now)
