"""Promised times that pass, windows that close: each told once, to whom it concerns."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from handlers import filing_clock
from handlers.tools import Tools
from models.filing import Filing
from models.filing_window import FilingWindow, WindowNotice, closing_on
from models.unit import Unit
from models.vocabulary import FilingStatus, UnitStatus
from tests.build import NOW, a_granted_clerk, a_unit
from tests.certificates import owed_of
from tests.handlers.test_filing_events import an_event, take

HOUR = timedelta(hours=1)
ADDING = FilingWindow("employee_add", 25)
THREE_BEFORE, ON_THE_DAY = date(2026, 3, 22), date(2026, 3, 25)


async def promised(
    tools: Tools, unit: Unit, status: FilingStatus, due_at: datetime | None, minute: int = 0
) -> None:
    """The other system says that a filing came to a status, and by when it will be decided."""
    event = an_event(unit, status, minute=minute)
    await take(tools, replace(event, due_at=due_at))


async def overdue() -> list[tuple[str, dict[str, object], list[str]]]:
    return await owed_of("filing.overdue")


@pytest.mark.parametrize("status", ["submitted", "reviewing", "second_review"])
async def test_a_promised_time_that_has_passed_is_told_once(tools: Tools, status: str) -> None:
    clerk = await a_granted_clerk()
    await promised(tools, clerk.unit, FilingStatus(status), NOW + HOUR)

    early = await filing_clock.tell_of_overdue(now=NOW + HOUR - timedelta(seconds=1))
    told = [await filing_clock.tell_of_overdue(now=NOW + n * HOUR) for n in (1, 2)]

    assert (early, told) == (0, [1, 0])
    [(_, facts, people)] = await overdue()
    assert (facts["item"], facts["number"]) == ("employee_add", "X1")
    assert f"grant:{clerk.grant.id}" in people
    assert (await Filing.get()).status is FilingStatus(status)


@pytest.mark.parametrize("status", ["correction", "approved", "completed", "rejected"])
async def test_it_is_not_told_of_what_waits_for_somebody_else_or_is_over(
    tools: Tools, status: str
) -> None:
    unit = await a_unit()
    await promised(tools, unit, FilingStatus.SUBMITTED, NOW + HOUR)
    await promised(tools, unit, FilingStatus(status), None, minute=1)

    assert await filing_clock.tell_of_overdue(now=NOW + 2 * HOUR) == 0
    assert await overdue() == []


async def test_a_new_promise_after_a_correction_counts_anew(tools: Tools) -> None:
    unit = await a_unit()
    await promised(tools, unit, FilingStatus.SUBMITTED, NOW + HOUR)
    await filing_clock.tell_of_overdue(now=NOW + HOUR)
    await promised(tools, unit, FilingStatus.CORRECTION, None, minute=61)
    await promised(tools, unit, FilingStatus.SUBMITTED, NOW + 5 * HOUR, minute=62)

    told = [await filing_clock.tell_of_overdue(now=NOW + n * HOUR) for n in (4, 5)]

    assert told == [0, 1]
    assert len(await overdue()) == 2


async def test_a_next_step_under_review_does_not_tell_of_the_old_promise_again(
    tools: Tools,
) -> None:
    unit = await a_unit()
    await promised(tools, unit, FilingStatus.SUBMITTED, NOW + HOUR)
    await filing_clock.tell_of_overdue(now=NOW + HOUR)
    await promised(tools, unit, FilingStatus.REVIEWING, None, minute=61)

    await filing_clock.tell_of_overdue(now=NOW + 2 * HOUR)

    assert len(await overdue()) == 1


async def test_clocks_that_run_at_once_tell_of_an_overdue_filing_once(tools: Tools) -> None:
    for _ in range(5):
        await promised(tools, await a_unit(), FilingStatus.SUBMITTED, NOW + HOUR)

    told = await asyncio.gather(*(filing_clock.tell_of_overdue(now=NOW + HOUR) for _ in range(4)))

    assert (sum(told), len(await overdue())) == (5, 5)


async def close_in(day: date, *, chunk: int = 500) -> int:
    return await filing_clock.tell_of_closing([ADDING], today=day, now=NOW, chunk=chunk)


@pytest.mark.parametrize(
    ("day", "told"),
    [(21, False), (22, True), (24, True), (25, True), (26, False)],
)
async def test_a_window_is_told_of_from_three_days_before_its_end(
    tools: Tools, day: int, told: bool
) -> None:
    unit = await a_unit()

    assert await close_in(date(2026, 3, day)) == told
    assert [facts["unit"] for _, facts, _ in await owed_of("filing.window")] == [unit.id] * told


async def test_each_step_is_told_once_to_everybody_of_every_unit(tools: Tools) -> None:
    clerk, other = await a_granted_clerk(), await a_unit()
    closed = await a_unit()
    await Unit.filter(id=closed.id).update(status=UnitStatus.CLOSED)

    told = [await close_in(day) for day in (THREE_BEFORE, THREE_BEFORE, ON_THE_DAY, ON_THE_DAY)]

    assert told == [2, 0, 2, 0]
    found = await owed_of("filing.window_closing")
    assert sorted({str(facts["unit"]) for _, facts, _ in found}) == sorted(
        [clerk.unit.id, other.id]
    )
    assert {facts["due"] for _, facts, _ in found} == {"2026-03-25"}
    assert any(f"grant:{clerk.grant.id}" in people for _, _, people in found)


async def test_after_a_pause_only_the_last_step_is_told(tools: Tools) -> None:
    await a_unit()

    await close_in(ON_THE_DAY)

    assert [facts["step"] for _, facts, _ in await owed_of("filing.window")] == [0]


async def test_clocks_that_run_at_once_share_the_telling_and_none_is_told_twice(
    tools: Tools,
) -> None:
    units = [await a_unit() for _ in range(7)]

    await asyncio.gather(*(close_in(THREE_BEFORE, chunk=2) for _ in range(4)))
    while await close_in(THREE_BEFORE, chunk=2):
        pass

    found = [str(facts["unit"]) for _, facts, _ in await owed_of("filing.window")]
    assert sorted(found) == sorted(unit.id for unit in units)
    assert (await WindowNotice.get()).done_at == NOW


async def test_a_clock_that_died_half_way_leaves_the_rest_to_the_next(tools: Tools) -> None:
    units = [await a_unit() for _ in range(3)]
    done = await filing_clock._some(ADDING, date(2026, 3, 25), 3, NOW, 2)

    rest = await close_in(THREE_BEFORE, chunk=2)

    assert (done, rest) == (2, 1)
    assert len(await owed_of("filing.window")) == len(units)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (1, 23), (2, 25), (3, 25), (4, 24), (5, 25), (6, 25),
        (7, 24), (8, 25), (9, 24), (10, 23), (11, 25), (12, 25),
    ],
)  # fmt: skip
def test_the_last_day_is_the_last_working_day_of_2026(month: int, day: int) -> None:
    assert closing_on(ADDING, date(2026, month, 1)) == date(2026, month, day)
