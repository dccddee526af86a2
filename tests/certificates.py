"""Builders of certificates, and what is owed to people."""

from datetime import date, timedelta

import msgspec

from models.certificate import CHINA, Certificate, first_step_on
from models.ids import new_id
from models.outbox import OutboxEvent
from models.unit import Unit
from models.vocabulary import CertificateSource, CertificateState
from tests.registered import NOW

TODAY = NOW.astimezone(CHINA).date()


def a_certificate_row(
    unit: Unit,
    left: int,
    *,
    state: CertificateState = CertificateState.HELD,
    today: date = TODAY,
) -> Certificate:
    """A certificate with so many days left, watched from now on if it is held."""
    row_id = new_id()
    not_after = NOW + timedelta(days=left)
    expires_on = not_after.astimezone(CHINA).date()
    held = state is CertificateState.HELD
    return Certificate(
        id=row_id,
        unit=unit,
        state=state,
        source=CertificateSource.MANUAL,
        title="单位数字证书",
        issuer="测试机构",
        serial="00ff",
        key=row_id,
        not_before=not_after - timedelta(days=365),
        not_after=not_after,
        expires_on=expires_on,
        next_step_on=first_step_on(expires_on, today) if held else None,
        created_at=NOW,
    )


async def a_certificate(
    unit: Unit, left: int = 200, *, state: CertificateState = CertificateState.HELD
) -> Certificate:
    """The same, kept."""
    row = a_certificate_row(unit, left, state=state)
    await row.save(force_create=True)
    return row


async def owed_of(prefix: str) -> list[tuple[str, dict[str, object], list[str]]]:
    """Topic, facts and recipients of every debt under a topic's beginning, oldest first."""
    rows = await OutboxEvent.filter(topic__startswith=prefix).order_by("id")
    return [
        (row.topic.value, msgspec.json.decode(row.facts), msgspec.json.decode(row.recipients))
        for row in rows
    ]
