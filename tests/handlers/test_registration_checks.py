"""The clock checks registrations again: when, once only, and what it tells."""

import asyncio

from handlers import registration_checks
from handlers.ports import Source
from handlers.registrations import register
from handlers.tools import Tools
from models.outbox import OutboxEvent
from models.registration import Registration
from models.unit import LegalRep
from models.vocabulary import RegistrationStatus
from tests.build import (
    DAY,
    NOW,
    vault,
)
from tests.handlers.registering import (
    ACTOR,
    HOUR,
    Played,
    a_record,
    a_typed,
    agreeing,
    status_of,
    topics,
)


async def test_the_clock_registers_what_has_been_synced_and_tells(tools: Tools) -> None:
    typed = a_typed()
    await register(tools, Played(), ACTOR, typed, None, now=NOW)

    early = await registration_checks.check_due(tools, agreeing(typed), now=NOW)
    done = await registration_checks.check_due(tools, agreeing(typed), now=NOW + HOUR)

    assert (early, done) == (0, 1)
    assert await status_of(typed) is RegistrationStatus.ACTIVE
    assert await LegalRep.filter(unit__uscc=typed.uscc, live=True).exists()
    assert await topics() == ["registration.synced"]


async def test_two_clocks_check_a_registration_once(tools: Tools) -> None:
    typed = a_typed()
    await register(tools, Played(), ACTOR, typed, None, now=NOW)

    done = await asyncio.gather(
        *(registration_checks.check_due(tools, agreeing(typed), now=NOW + HOUR) for _ in range(3))
    )

    assert sum(done) == 1
    assert await topics() == ["registration.synced"]


async def test_checks_come_after_one_hour_six_hours_then_daily(tools: Tools) -> None:
    typed, now, waits = a_typed(), NOW, []
    await register(tools, Played(), ACTOR, typed, None, now=now)
    for _ in range(4):
        due = (await Registration.get(uscc=typed.uscc)).next_check_at
        assert due is not None
        waits.append(due - now)
        now = due
        await registration_checks.check_due(tools, Played(), now=now)

    assert waits == [HOUR, 6 * HOUR, DAY, DAY]


async def test_after_thirty_days_the_clock_gives_up_and_tells(tools: Tools) -> None:
    typed = a_typed()
    await register(tools, Played(), ACTOR, typed, None, now=NOW)

    await registration_checks.check_due(tools, Played(), now=NOW + 30 * DAY)

    assert await status_of(typed) is RegistrationStatus.LAPSED
    assert await topics() == ["registration.expired"]
    assert await registration_checks.check_due(tools, Played(), now=NOW + 60 * DAY) == 0


async def test_the_clock_refuses_what_was_wrong_and_names_nobody(tools: Tools) -> None:
    typed = a_typed()
    await register(tools, Played(), ACTOR, typed, None, now=NOW)
    wrong = Played({Source.MARKET: a_record(typed, legal_rep_name="李四")})

    await registration_checks.check_due(tools, wrong, now=NOW + HOUR)

    row = await Registration.get(uscc=typed.uscc)
    assert (row.status, row.code) == (RegistrationStatus.FAILED, "SB-1007")
    assert [each.facts for each in await OutboxEvent.all()] == ["{}"]


async def test_who_registered_meanwhile_is_not_replaced_by_the_clock(tools: Tools) -> None:
    late = a_typed()
    first = a_typed(uscc=late.uscc)
    await register(tools, Played(), ACTOR, late, None, now=NOW)
    await register(tools, agreeing(first), ACTOR, first, None, now=NOW)

    await registration_checks.check_due(tools, agreeing(late), now=NOW + HOUR)

    rep = await LegalRep.get(unit__uscc=late.uscc, live=True)
    assert rep.open(vault()) == first.legal_rep
    rows = await Registration.filter(uscc=late.uscc, code="SB-1002")
    assert [row.status for row in rows] == [RegistrationStatus.FAILED]
