"""Signed-in sessions: the units to choose from, and switching between them."""

import asyncio

import pytest

from handlers import entries, sessions
from handlers.entries import Opened
from handlers.tools import Tools
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.grant import RELATION_NOT_GRANTED
from models.errors.login import ACCOUNT_DISABLED, SESSION_ENDED
from models.grant import Grant
from models.idempotency import Once
from models.person import Person
from models.store.session import Stage
from models.unit import Unit
from models.vocabulary import GrantStatus, PersonStatus, Role, UnitStatus
from tests.build import (
    NOW,
    NOW_MS,
    Clerk,
    Signed,
    a_desk_session,
    a_granted_clerk,
    a_registered_rep,
    a_unit,
    an_actor,
    at,
)
from tests.handlers.traces import audited, chains_hold, refusal_of

ONCE = Once("session", "key-1", "f" * 64)


async def switch(
    tools: Tools, desk: Signed, unit: Unit, role: Role = Role.CLERK, once: Once | None = None
) -> Opened:
    """Enter a unit, or another one."""
    return await sessions.switch_unit(
        tools,
        desk.session,
        desk.secret,
        an_actor(desk.session),
        unit_id=unit.id,
        role=role,
        once=once,
        now=NOW,
    )


async def two_units(tools: Tools) -> tuple[Clerk, Clerk, Signed]:
    """A clerk of two units, signed in to the first."""
    first = await a_granted_clerk()
    second = await a_granted_clerk(person=first.person)
    return first, second, await a_desk_session(tools, first.person, Role.CLERK, first.unit)


async def test_units_of_both_roles_are_listed(tools: Tools) -> None:
    first, second, desk = await two_units(tools)
    rep = await a_registered_rep(person=first.person)

    found = await sessions.units(tools, desk.session, now=NOW)

    assert {(m.unit.id, m.role) for m in found} == {
        (first.unit.id, Role.CLERK),
        (second.unit.id, Role.CLERK),
        (rep.unit.id, Role.LEGAL_REP),
    }
    assert found[0].unit.id == first.unit.id


async def test_a_switch_opens_a_new_session_and_ends_the_old_one(tools: Tools) -> None:
    _, second, desk = await two_units(tools)
    at(tools, 5000)

    opened = await switch(tools, desk, second.unit)

    new, old = await tools.sessions.touch(opened.secret), await tools.sessions.touch(desk.secret)
    assert new.session is not None
    assert (new.session.unit_id, new.session.mandate) == (second.unit.id, f"g:{second.grant.id}")
    assert (new.session.epoch, new.session.id) == (desk.session.epoch + 1, opened.session_id)
    assert (new.session.opened_at_ms, new.session.ends_at_ms) == (NOW_MS, desk.session.ends_at_ms)
    assert (old.word, old.reason) == ("gone", "switched")


async def test_a_switch_is_audited_under_the_new_unit(tools: Tools) -> None:
    _, second, desk = await two_units(tools)

    opened = await switch(tools, desk, second.unit)

    (entry,) = await audited(Action.SWITCH_UNIT)
    used = await Grant.get(id=second.grant.id)
    assert (entry["subject"], entry["unit"]) == (second.unit.id, second.unit.id)
    assert (entry["session"], used.last_used_at) == (opened.session_id, NOW)
    assert await chains_hold(tools)


async def test_a_choosing_session_enters_its_unit_for_the_full_time(tools: Tools) -> None:
    clerk = await a_granted_clerk()
    desk = await a_desk_session(tools, clerk.person, Role.CLERK)

    opened = await switch(tools, desk, clerk.unit)

    session = (await tools.sessions.touch(opened.secret)).session
    assert session is not None
    assert (session.stage, session.idle_ms) == (Stage.UNIT, entries.DESK_SPAN.idle_ms)


async def test_a_clerk_may_change_to_being_the_legal_rep_of_another_unit(tools: Tools) -> None:
    first, _, desk = await two_units(tools)
    rep = await a_registered_rep(person=first.person)

    opened = await switch(tools, desk, rep.unit, Role.LEGAL_REP)

    assert opened.role is Role.LEGAL_REP


@pytest.mark.parametrize("case", ["foreign", "wrong role", "revoked", "closed", "missing"])
async def test_a_unit_that_is_not_the_persons_now_cannot_be_entered(
    tools: Tools, case: str
) -> None:
    _, second, desk = await two_units(tools)
    unit, role = second.unit, Role.CLERK
    if case == "foreign":
        unit = await a_unit()
    elif case == "wrong role":
        role = Role.LEGAL_REP
    elif case == "revoked":
        await Grant.filter(id=second.grant.id).update(status=GrantStatus.REVOKED)
    elif case == "closed":
        await Unit.filter(id=unit.id).update(status=UnitStatus.CLOSED)
    else:
        unit = Unit(id="none")

    refused = await refusal_of(switch(tools, desk, unit, role))

    assert refused.entry is RELATION_NOT_GRANTED
    (entry,) = await audited(Action.SWITCH_UNIT)
    assert (await tools.sessions.touch(desk.secret)).session is not None
    assert (entry["actor"], entry["subject"], entry["result"]) == (
        desk.session.person_id,
        unit.id,
        RELATION_NOT_GRANTED.code,
    )


async def test_a_disabled_person_cannot_switch(tools: Tools) -> None:
    first, second, desk = await two_units(tools)
    await Person.filter(id=first.person.id).update(status=PersonStatus.DISABLED)

    assert (await refusal_of(switch(tools, desk, second.unit))).entry is ACCOUNT_DISABLED


async def test_a_session_is_switched_once(tools: Tools) -> None:
    first, second, desk = await two_units(tools)
    await switch(tools, desk, second.unit)

    refused = await refusal_of(switch(tools, desk, first.unit))

    assert refused.entry is SESSION_ENDED
    assert [entry["result"] for entry in await audited(Action.SWITCH_UNIT)] == [
        "ok",
        SESSION_ENDED.code,
    ]


async def test_two_tabs_that_switch_at_once_leave_one_session(tools: Tools) -> None:
    first, second, desk = await two_units(tools)

    answers = await asyncio.gather(
        switch(tools, desk, second.unit), switch(tools, desk, first.unit), return_exceptions=True
    )

    lost = [answer.entry for answer in answers if isinstance(answer, Refusal)]
    assert lost == [SESSION_ENDED]
    assert len(await tools.sessions.of_person(first.person.id)) == 1


async def test_a_switch_sent_again_gets_the_first_answer(tools: Tools) -> None:
    _, second, desk = await two_units(tools)

    first = await switch(tools, desk, second.unit, once=ONCE)
    again = await switch(tools, desk, second.unit, once=ONCE)
    found = await sessions.switched_before(tools, ONCE, now=NOW)

    assert first == again == found
    assert len(await audited(Action.SWITCH_UNIT)) == 1


async def test_a_switch_that_was_never_made_has_no_answer(tools: Tools) -> None:
    refusals = [
        await refusal_of(sessions.switched_before(tools, once, now=NOW)) for once in (ONCE, None)
    ]

    assert {refusal.entry for refusal in refusals} == {SESSION_ENDED}
