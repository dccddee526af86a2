"""Units pulled from the core system: each change once, nothing lost, whatever fails in between."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from handlers.filing_events import rejected
from handlers.ports import UnitPage
from handlers.tools import Tools
from handlers.unit_pull import LEASE, PAGES, SOURCE, pull
from handlers.unit_sync import SentUnit
from models import ingest
from models.audit import AuditEntry
from models.errors.entry import FieldError
from models.errors.system import INPUT_WRONG
from models.errors.unit import CORE_UNAVAILABLE
from models.ingest import IngestEvent, SyncCursor
from models.unit import FormerName, Unit
from server.demo.identifiers import credit_code
from server.demo.shapes import UnitKind
from tests.build import AREA, NOW, a_unit
from tests.registered import numbers

MINUTE = timedelta(minutes=1)


@dataclass
class Played:
    """A core system with so many rows to tell, a page of two at a time.

    fails: called with the position before each answer; asked: the positions in turn.
    """

    rows: Sequence[object]
    fails: Callable[[str], None] = lambda _: None
    page: int = 2
    asked: list[str] = field(default_factory=list)

    async def changed_units(self, after: str) -> UnitPage:
        """The rows behind the number that is the position."""
        self.asked.append(after)
        await asyncio.sleep(0)
        self.fails(after)
        start = int(after or 0)
        rows = tuple(self.rows[start : start + self.page])
        end = start + len(rows)
        return UnitPage(rows, str(end) if rows else after, end < len(self.rows))  # type: ignore[arg-type]


def a_row(name: str = "新单位", *, uscc: str = "", at: datetime = NOW) -> SentUnit:
    number = next(numbers)
    uscc = uscc or credit_code(UnitKind.COMPANY, AREA, number)
    return SentUnit(f"p{number}", uscc, name, at)


def silent_at(position: str, *, times: int = 1) -> Callable[[str], None]:
    """No answer the first times it is asked for what is behind this position."""
    left = [times]

    def fails(after: str) -> None:
        if after == position and left[0]:
            left[0] -= 1
            raise CORE_UNAVAILABLE.refuse(retry_after_s=1)

    return fails


async def position() -> str:
    return (await SyncCursor.get(source=SOURCE)).position


async def test_every_page_is_read_and_a_second_turn_finds_nothing_new(tools: Tools) -> None:
    core = Played([a_row() for _ in range(5)])

    turns = [await pull(tools, core, now=NOW) for _ in range(2)]

    assert turns == [5, 0]
    assert core.asked == ["", "2", "4", "5"]
    assert (await Unit.all().count(), await position()) == (5, "5")
    assert await AuditEntry.filter(body__contains="unit.ingest").count() == 5


async def test_what_is_told_twice_counts_once(tools: Tools) -> None:
    unit = await a_unit("旧名公司")
    row = a_row("新名公司", uscc=unit.uscc)
    core = Played([row, row, row])

    assert await pull(tools, core, now=NOW) == 1

    assert await FormerName.all().count() == 1


async def test_an_outage_between_pages_is_made_up_for_by_the_next_turn(
    tools: Tools, caplog: pytest.LogCaptureFixture
) -> None:
    core = Played([a_row() for _ in range(5)], silent_at("2"))

    first = await pull(tools, core, now=NOW)
    after = await position()
    second = await pull(tools, core, now=NOW + MINUTE)

    assert (first, after, second) == (2, "2", 3)
    assert await Unit.all().count() == 5
    (record,) = [each for each in caplog.records if each.name == "handlers.unit_pull"]
    assert record.__dict__["code"] == CORE_UNAVAILABLE.code


async def test_an_outage_at_the_first_page_leaves_everything_as_it_was(tools: Tools) -> None:
    core = Played([a_row()], silent_at("", times=3))

    turns = [await pull(tools, core, now=NOW + turn * MINUTE) for turn in range(4)]

    assert turns == [0, 0, 0, 1]


async def test_a_fault_within_a_page_loses_nothing_and_doubles_nothing(tools: Tools) -> None:
    rows = [a_row() for _ in range(4)]

    class Torn(tuple[SentUnit, ...]):
        """A page whose reader dies after the second row."""

        def __iter__(self) -> Iterator[SentUnit]:
            yield from rows[:2]
            raise ConnectionError("the database is gone")

    class Dying(Played):
        async def changed_units(self, after: str) -> UnitPage:
            return UnitPage(Torn(rows), "4", more=False)

    with pytest.raises(ConnectionError):
        await pull(tools, Dying(rows), now=NOW)
    half = await Unit.all().count()

    assert (half, await position()) == (2, "")
    assert await pull(tools, Played(rows, page=4), now=NOW + MINUTE) == 2
    assert (await Unit.all().count(), await IngestEvent.all().count()) == (4, 4)


async def test_a_process_that_ends_between_pages_is_followed_by_another(tools: Tools) -> None:
    reached = asyncio.Event()

    class Hanging(Played):
        async def changed_units(self, after: str) -> UnitPage:
            if after == "2":
                reached.set()
                await asyncio.Event().wait()
            return await super().changed_units(after)

    rows = [a_row() for _ in range(5)]
    dying = asyncio.create_task(pull(tools, Hanging(rows), now=NOW))
    await reached.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)

    assert await pull(tools, Played(rows), now=NOW + MINUTE) == 3
    assert await Unit.all().count() == 5


async def test_a_process_that_ends_without_a_word_keeps_others_off_for_its_lease_only(
    tools: Tools,
) -> None:
    core = Played([a_row()])
    assert await ingest.lease(SOURCE, NOW, LEASE) is not None

    turns = [await pull(tools, core, now=NOW + wait) for wait in (MINUTE, LEASE)]

    assert turns == [0, 1]


async def test_of_clocks_at_once_one_reads_each_page(tools: Tools) -> None:
    core = Played([a_row() for _ in range(6)])

    turns = await asyncio.gather(*(pull(tools, core, now=NOW) for _ in range(4)))

    assert sum(turns) == 6
    assert sorted(set(core.asked)) == ["", "2", "4", *(["6"] if "6" in core.asked else [])]
    assert all(core.asked.count(each) == 1 for each in ("", "2", "4"))


async def test_a_clock_whose_lease_ran_out_moves_the_cursor_no_more(tools: Tools) -> None:
    rows = [a_row() for _ in range(4)]
    late = Played(rows)

    class Slow(Played):
        async def changed_units(self, after: str) -> UnitPage:
            page = await super().changed_units(after)
            if after == "":
                await pull(tools, late, now=NOW + LEASE)
            return page

    slow = Slow(rows)
    await pull(tools, slow, now=NOW)

    assert (slow.asked, late.asked) == ([""], ["", "2"])
    assert (await position(), await Unit.all().count()) == ("4", 4)


async def test_one_turn_reads_so_many_pages_at_most(tools: Tools) -> None:
    core = Played([a_row() for _ in range(PAGES + 2)], page=1)

    turns = [await pull(tools, core, now=NOW) for _ in range(2)]

    assert turns == [PAGES, 2]


async def test_a_core_system_that_says_more_without_moving_on_is_not_asked_for_ever(
    tools: Tools,
) -> None:
    class Stuck(Played):
        async def changed_units(self, after: str) -> UnitPage:
            self.asked.append(after)
            return UnitPage((), after, more=True)

    core = Stuck([])

    assert await pull(tools, core, now=NOW) == 0
    assert core.asked == [""]


async def test_rejected_rows_are_in_the_trail_and_keep_none_of_the_others(tools: Tools) -> None:
    unread = rejected("u7", INPUT_WRONG.refuse(errors=[FieldError("/units/0/name", "类型不正确")]))
    core = Played([unread, a_row(uscc="91239900RLXDJ01N3X"), a_row()], page=3)

    assert await pull(tools, core, now=NOW) == 1

    entries = [entry.body for entry in await AuditEntry.filter(body__contains="unit.ingest")]
    assert [("SB-9007" in body, "SB-1003" in body) for body in entries].count((True, False)) == 1
    assert any("SB-1003" in body and "/uscc" in body for body in entries)
    assert any("u7" in body and "/units/0/name" in body for body in entries)


async def test_without_a_core_system_nothing_is_asked(tools: Tools) -> None:
    assert await pull(tools, None, now=NOW) == 0
    assert not await SyncCursor.exists()
