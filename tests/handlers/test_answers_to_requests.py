"""A clerk asks for a grant, and it is approved."""

from datetime import timedelta

import pytest

from handlers import grant_requests
from handlers.grant_answers import Narrowed
from handlers.grant_changes import scope_of
from handlers.tools import Tools
from models.audit import Action
from models.errors.filing import STATE_CHANGED
from models.errors.grant import (
    ALREADY_GRANTED,
    GRANT_REQUEST_LAPSED,
    GRANT_REQUEST_OPEN,
    GRANT_TOO_WIDE,
)
from models.errors.login import TOO_OFTEN
from models.errors.system import INPUT_WRONG
from models.errors.unit import UNIT_UNKNOWN
from models.grant import Grant, GrantScope
from models.unit import Relation
from models.vocabulary import GrantStatus, Role, UnitStatus
from tests.build import (
    NOW,
    a_desk_session,
    a_grant,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    a_unit,
)
from tests.handlers.request_desk import YEAR, a_decider, ask, say_yes
from tests.handlers.traces import audited, chains_hold, debts, refusal_of


async def test_a_request_is_recorded_and_the_legal_rep_is_told(tools: Tools) -> None:
    rep, person = await a_registered_rep(await a_unit(relations=2)), await a_person()

    found = await ask(tools, person, rep.unit, note="负责社保")

    row = await Grant.get(id=found.id)
    (debt,), (entry,) = await debts(), await audited(Action.GRANT_REQUEST)
    assert (row.status, row.person_id) == (GrantStatus.REQUESTED, person.id)
    assert row.answer_by == NOW + timedelta(days=21)
    assert len(await scope_of(row.id)) == 2
    assert (debt.topic, debt.recipients) == ("grant.requested", [f"unit_legal_rep:{rep.unit.id}"])
    assert "负责社保" not in str(debt)
    assert (entry["subject"], entry["actor"]) == (row.id, person.id)
    assert await chains_hold(tools)


async def test_a_second_request_to_the_same_unit_is_refused_while_the_first_is_open(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(), await a_person()
    await ask(tools, person, rep.unit)

    refused = await refusal_of(ask(tools, person, rep.unit))

    assert refused.entry is GRANT_REQUEST_OPEN
    assert await Grant.filter(status=GrantStatus.REQUESTED).count() == 1


async def test_a_person_asks_three_times_a_day_at_most(tools: Tools) -> None:
    person, units = await a_person(), [(await a_registered_rep()).unit for _ in range(4)]
    for unit in units[:3]:
        await ask(tools, person, unit)

    refused = await refusal_of(ask(tools, person, units[3]))

    assert refused.entry is TOO_OFTEN
    assert await Grant.all().count() == 3


@pytest.mark.parametrize("status", [UnitStatus.CLOSED, UnitStatus.WAITING_SYNC])
async def test_only_registered_units_can_be_asked(tools: Tools, status: UnitStatus) -> None:
    refused = await refusal_of(ask(tools, await a_person(), await a_unit(status=status)))

    assert refused.entry is UNIT_UNKNOWN


async def test_relations_of_another_unit_cannot_be_asked_for(tools: Tools) -> None:
    rep, other = await a_registered_rep(), await a_unit()
    foreign = await Relation.get(unit_id=other.id)

    refused = await refusal_of(ask(tools, await a_person(), rep.unit, relation_ids=(foreign.id,)))

    assert refused.entry is INPUT_WRONG


async def test_the_legal_rep_needs_no_grant_of_the_own_unit(tools: Tools) -> None:
    rep = await a_registered_rep()

    assert (await refusal_of(ask(tools, rep.person, rep.unit))).entry is INPUT_WRONG


async def test_whoever_has_everything_asked_for_needs_not_ask(tools: Tools) -> None:
    clerk = await a_granted_clerk()

    assert (await refusal_of(ask(tools, clerk.person, clerk.unit))).entry is ALREADY_GRANTED


async def test_an_approval_opens_the_unit_to_the_clerk(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    found = await ask(tools, person, rep.unit)

    given = await say_yes(tools, await a_decider(tools, rep), found, Narrowed(valid_to=NOW + YEAR))

    row = await Grant.get(id=given)
    desk = await a_desk_session(tools, person, Role.CLERK, rep.unit)
    assert (row.id, row.status, row.valid_to) == (found.id, GrantStatus.ACTIVE, NOW + YEAR)
    assert desk.session.unit_id == rep.unit.id
    assert [debt.topic for debt in await debts()].count("grant.approved") == 1


async def test_an_approval_can_be_narrower_than_the_request_and_never_wider(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(await a_unit(relations=3)), await a_person()
    first, second, third = await Relation.filter(unit_id=rep.unit.id).order_by("id")
    found = await ask(tools, person, rep.unit, relation_ids=(first.id, second.id))
    desk = await a_decider(tools, rep)

    refused = await refusal_of(say_yes(tools, desk, found, Narrowed((first.id, third.id))))
    await say_yes(tools, desk, found, Narrowed((first.id,)))

    assert refused.entry is GRANT_TOO_WIDE
    assert await scope_of(found.id) == {first.id: "*"}


async def test_two_approvals_are_one(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    found, desk = await ask(tools, person, rep.unit), await a_decider(tools, rep)
    await say_yes(tools, desk, found)

    assert (await refusal_of(say_yes(tools, desk, found))).entry is STATE_CHANGED


async def test_a_request_that_went_unanswered_too_long_cannot_be_approved(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    found, desk = await ask(tools, person, rep.unit), await a_decider(tools, rep)
    await Grant.filter(id=found.id).update(answer_by=NOW)

    assert (await refusal_of(say_yes(tools, desk, found))).entry is GRANT_REQUEST_LAPSED


async def test_a_relation_that_the_unit_lost_meanwhile_drops_out(tools: Tools) -> None:
    rep, other = await a_registered_rep(await a_unit(relations=2)), await a_unit()
    found = await ask(tools, await a_person(), rep.unit)
    kept, gone = await Relation.filter(unit_id=rep.unit.id).order_by("id")
    await Relation.filter(id=gone.id).update(unit_id=other.id)

    await say_yes(tools, await a_decider(tools, rep), found)

    assert list(await scope_of(found.id)) == [kept.id]


async def test_approving_more_for_a_clerk_who_has_a_grant_adds_to_it(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    clerk = await a_granted_clerk(rep.unit)
    first, second = await Relation.filter(unit_id=rep.unit.id).order_by("id")
    await GrantScope.filter(grant_id=clerk.grant.id, relation_id=second.id).delete()
    found = await ask(tools, clerk.person, rep.unit)

    given = await say_yes(tools, await a_decider(tools, rep), found)

    asked = await Grant.get(id=found.id)
    (shown,) = await grant_requests.own_requests(clerk.person.id, before="", limit=5)
    assert given == asked.merged_into == clerk.grant.id
    assert set(await scope_of(clerk.grant.id)) == {first.id, second.id}
    assert (asked.status, shown.status) == (GrantStatus.CANCELLED, GrantStatus.ACTIVE)


async def test_a_clerk_granted_under_a_wrong_name_is_put_right_by_a_request(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(), await a_person()
    held = await a_grant(rep.unit, person, name="张珊")
    found = await ask(tools, person, rep.unit)

    await say_yes(tools, await a_decider(tools, rep), found)

    row = await Grant.get(id=held.id)
    assert row.open(tools.vault).name == person.open(tools.vault).name
    assert (await a_desk_session(tools, person, Role.CLERK, rep.unit)).session.unit_id
