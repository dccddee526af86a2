"""Reminders of certificates: on their day, to those concerned, once (domain §7.3)."""

import asyncio
from datetime import timedelta

from handlers.certificate_reminders import remind_of_expiry
from handlers.tools import Tools
from models.certificate import Certificate, CertificateReminder
from models.outbox import OutboxEvent
from models.vocabulary import CertificateState, GrantStatus
from tests.build import NOW, a_grant, a_granted_clerk, a_person, a_registered_rep, a_unit
from tests.certificates import TODAY, a_certificate, a_certificate_row, owed_of


async def remind(days: int = 0) -> int:
    later = timedelta(days=days)
    return await remind_of_expiry(today=TODAY + later, now=NOW + later)


async def test_a_certificate_is_told_of_to_its_clerks_and_legal_rep(tools: Tools) -> None:
    unit = await a_unit()
    await a_registered_rep(unit)
    clerk = await a_granted_clerk(unit)
    await a_grant(unit, await a_person(), status=GrantStatus.SUSPENDED)
    row = await a_certificate(unit, 7)

    assert await remind() == 1

    [(topic, facts, people)] = await owed_of("certificate.")
    assert topic == "certificate.expiring"
    assert facts["days"] == facts["step"] == 7
    assert facts["due"] == row.expires_on.isoformat()
    assert sorted(people) == sorted([f"unit_legal_rep:{unit.id}", f"grant:{clerk.grant.id}"])


async def test_each_step_is_owed_on_its_day_and_never_again(tools: Tools) -> None:
    await a_certificate(await a_unit(), 100)

    days = [day for day in range(450) if await remind(day)]

    assert days == [10, 70, 85, 93, 97, 99, 100, 101, 130, 280, 435]
    assert [topic for topic, _, _ in await owed_of("certificate.")] == (
        ["certificate.expiring"] * 7 + ["certificate.expired"] * 4
    )


async def test_after_a_pause_only_the_latest_missed_step_is_owed(tools: Tools) -> None:
    await a_certificate(await a_unit(), 100)

    assert await remind(98) == 1

    [(_, facts, _)] = await owed_of("certificate.")
    assert facts["step"] == 3
    assert facts["days"] == 2


async def test_the_same_day_again_owes_nothing(tools: Tools) -> None:
    await a_certificate(await a_unit(), 30)
    await remind()

    assert await remind() == 0
    assert await CertificateReminder.all().count() == 1


async def test_what_is_not_held_is_not_reminded_of(tools: Tools) -> None:
    unit = await a_unit()
    for state in CertificateState:
        if state is not CertificateState.HELD:
            await a_certificate(unit, 1, state=state)

    assert await remind() == 0


async def test_a_reminder_that_was_owed_is_not_owed_again_whatever_the_row_says(
    tools: Tools,
) -> None:
    row = await a_certificate(await a_unit(), 15)
    await remind()
    await Certificate.filter(id=row.id).update(next_step_on=TODAY)

    await remind()

    assert await OutboxEvent.all().count() == 1


async def test_four_clocks_at_once_owe_each_reminder_once(tools: Tools) -> None:
    unit = await a_unit()
    await Certificate.bulk_create([a_certificate_row(unit, left % 120) for left in range(600)])

    counts = await asyncio.gather(
        *(remind_of_expiry(today=TODAY, now=NOW, chunk=50) for _ in range(4))
    )

    due = sum(left % 120 <= 90 for left in range(600))
    assert sum(counts) == due
    assert await OutboxEvent.all().count() == await CertificateReminder.all().count() == due
    assert await remind() == 0
