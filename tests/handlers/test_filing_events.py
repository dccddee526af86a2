"""Statuses that another system sends: each once, never backwards, told to whom they concern."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

from handlers.filing_events import FilingEvent, Result, Taken, take_in
from handlers.tools import Tools
from models.actor import Actor
from models.filing import FILING_AFTER, Filing, FilingStep
from models.unit import Relation, Unit
from models.vocabulary import FilingStatus
from tests.build import NOW, a_granted_clerk, a_person, a_registered_rep, a_unit
from tests.certificates import owed_of

SYSTEM = Actor(person_id="system:core")
_numbers = itertools.count(1)


def an_event(unit: Unit, status: FilingStatus, *, minute: int = 0) -> FilingEvent:
    return FilingEvent(
        event_id=f"e{next(_numbers)}",
        uscc=unit.uscc,
        external_no="X1",
        item="employee_add",
        status=status,
        at=NOW + timedelta(minutes=minute),
        note="请张三补身份证",
    )


async def take(tools: Tools, event: FilingEvent, actor: Actor = SYSTEM) -> Result:
    return await take_in(tools, actor, event, now=NOW)


async def test_an_unknown_filing_gets_a_shadow_and_its_people_are_told(tools: Tools) -> None:
    unit = await a_unit()
    clerk = await a_granted_clerk(unit)

    taken = await take(tools, an_event(unit, FilingStatus.APPROVED))

    filing = await Filing.get()
    [(topic, facts, people)] = await owed_of("filing.")
    assert taken.result is Taken.APPLIED
    assert (filing.unit_id, filing.external_no, filing.status) == (unit.id, "X1", "approved")
    assert (topic, facts["status"], facts["number"]) == ("filing.approved", "审核通过", "X1")
    assert sorted(people) == sorted([f"unit_legal_rep:{unit.id}", f"grant:{clerk.grant.id}"])
    assert "张三" not in str(facts)


async def test_the_note_is_kept_sealed_with_its_step(tools: Tools) -> None:
    unit = await a_unit()

    await take(tools, an_event(unit, FilingStatus.CORRECTION))

    step = await FilingStep.get()
    assert step.note_sealed is not None
    opened = tools.vault.open(step.note_sealed, aad=f"filing_steps.note.{step.id}")
    assert opened == "请张三补身份证"


async def test_the_same_event_counts_once_also_when_it_comes_twice_at_once(tools: Tools) -> None:
    unit = await a_unit()
    event = an_event(unit, FilingStatus.SUBMITTED)

    results = await asyncio.gather(*(take(tools, event) for _ in range(4)))

    assert sorted(each.result for each in results) == ["applied", *["duplicate"] * 3]
    assert len(await owed_of("filing.")) == 1


async def test_two_systems_may_use_the_same_number_for_their_events(tools: Tools) -> None:
    unit = await a_unit()
    event = an_event(unit, FilingStatus.SUBMITTED)
    await take(tools, event)
    other = replace(event, external_no="Y1")

    taken = await take(tools, other, Actor(person_id="system:other"))

    assert taken.result is Taken.APPLIED


async def test_an_event_that_comes_late_moves_nothing_back(tools: Tools) -> None:
    unit = await a_unit()
    await take(tools, an_event(unit, FilingStatus.APPROVED, minute=2))

    late = await take(tools, an_event(unit, FilingStatus.REVIEWING, minute=1))

    assert (late.result, late.code) == (Taken.REJECTED, "SB-5003")
    assert (await Filing.get()).status is FilingStatus.APPROVED


async def test_a_filing_can_come_back_from_correction_but_only_later(tools: Tools) -> None:
    unit = await a_unit()
    await take(tools, an_event(unit, FilingStatus.CORRECTION, minute=5))

    early = await take(tools, an_event(unit, FilingStatus.SUBMITTED, minute=4))
    later = await take(tools, an_event(unit, FilingStatus.SUBMITTED, minute=6))

    assert (early.result, later.result) == (Taken.REJECTED, Taken.APPLIED)


async def test_every_order_of_arrival_ends_in_the_last_status(tools: Tools) -> None:
    way = ("submitted", "reviewing", "approved", "completed")

    for order in itertools.permutations(range(len(way))):
        unit = await a_unit()
        for place in order:
            await take(tools, an_event(unit, FilingStatus(way[place]), minute=place))
        assert (await Filing.get(unit_id=unit.id)).status is FilingStatus.COMPLETED


async def test_nothing_ever_leaves_an_end(tools: Tools) -> None:
    ends = [status for status in FilingStatus if not FILING_AFTER[status]]
    others = [status for status in FilingStatus if status is not FilingStatus.DRAFT]

    for end in ends:
        unit = await a_unit()
        await take(tools, an_event(unit, end))
        for status in others:
            await take(tools, an_event(unit, status, minute=9))
        assert (await Filing.get(unit_id=unit.id)).status is end


async def test_a_unit_that_is_not_here_is_rejected_and_can_be_sent_again(tools: Tools) -> None:
    unit = await a_unit()
    event = an_event(unit, FilingStatus.SUBMITTED)

    early = await take(tools, replace(event, uscc="91239900RLXDJ01N3N"))
    later = await take(tools, event)

    assert (early.result, early.code) == (Taken.REJECTED, "SB-4001")
    assert later.result is Taken.APPLIED


async def test_with_a_relation_only_its_clerks_are_told(tools: Tools) -> None:
    unit = await a_unit(relations=2)
    first, _ = await Relation.filter(unit_id=unit.id).order_by("id")
    clerk = await a_granted_clerk(unit)
    other = await a_granted_clerk(unit)
    await other.grant.relations.remove(first)

    event = an_event(unit, FilingStatus.REJECTED)
    await take(tools, replace(event, unit_no=first.unit_no))

    [(_, _, people)] = await owed_of("filing.")
    assert sorted(people) == sorted([f"unit_legal_rep:{unit.id}", f"grant:{clerk.grant.id}"])


async def test_who_submitted_a_filing_is_the_one_who_is_told(tools: Tools) -> None:
    rep = await a_registered_rep()
    await take(tools, an_event(rep.unit, FilingStatus.SUBMITTED))
    submitter = await a_person()
    await Filing.all().update(submitted_by_id=submitter.id)

    await take(tools, an_event(rep.unit, FilingStatus.APPROVED, minute=1))

    assert (await owed_of("filing."))[-1][2] == [f"person:{submitter.id}"]
