"""Requests that are denied, withdrawn, or answered by a manager; the desks that wait for them."""

from handlers import grant_managers, grant_requests, session_reloads, sessions
from handlers.entries import view_of
from handlers.grant_answers import Narrowed
from handlers.tools import Tools
from models.errors.grant import (
    GRANT_PAUSED,
    GRANT_TOO_WIDE,
    GRANTS_NOT_YOURS,
)
from models.errors.system import NOT_FOUND
from models.grant import Grant, GrantScope
from models.unit import Relation
from models.vocabulary import ChallengeStatus, GrantStatus, Role, Suspension
from tests.build import (
    DAY,
    NOW,
    a_challenge,
    a_desk_session,
    a_granted_clerk,
    a_person,
    a_phone_session,
    a_registered_rep,
    a_unit,
    an_actor,
)
from tests.handlers.moves import approve, scan
from tests.handlers.request_desk import YEAR, a_decider, ask, ask_at, say_no, say_yes
from tests.handlers.traces import challenge_now, debts, refusal_of


async def test_a_denial_is_told_with_its_reason_kept_from_the_outbox(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    found = await ask(tools, person, rep.unit)

    await say_no(tools, await a_decider(tools, rep), found)

    row = await Grant.get(id=found.id)
    assert (row.status, row.reason) == (GrantStatus.DENIED, "不认识")
    assert [debt.topic for debt in await debts()] == ["grant.requested", "grant.denied"]
    assert "不认识" not in str(await debts())


async def test_a_muted_clerk_is_seen_but_not_heard(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    desk = await a_decider(tools, rep)
    await say_no(tools, desk, await ask(tools, person, rep.unit), mute=True)
    told = len(await debts())

    await ask(tools, person, rep.unit)

    waiting = await grant_managers.to_answer(
        tools, an_actor(desk.session), after="", limit=5, now=NOW
    )
    assert len(await debts()) == told
    assert len(waiting) == 1


async def test_another_units_legal_rep_does_not_find_the_request(tools: Tools) -> None:
    rep, other, person = await a_registered_rep(), await a_registered_rep(), await a_person()
    found, desk = await ask(tools, person, rep.unit), await a_decider(tools, other)

    assert (await refusal_of(say_yes(tools, desk, found))).entry is NOT_FOUND
    assert (await refusal_of(say_no(tools, desk, found))).entry is NOT_FOUND


async def test_a_manager_answers_within_the_own_scope_and_only_there(tools: Tools) -> None:
    unit = await a_unit(relations=2)
    manager, wide, narrow = await a_granted_clerk(unit), await a_person(), await a_person()
    first, second = await Relation.filter(unit_id=unit.id).order_by("id")
    await GrantScope.filter(grant_id=manager.grant.id, relation_id=second.id).delete()
    await Grant.filter(id=manager.grant.id).update(
        manager_slot=1, person_id=manager.person.id, valid_to=NOW + DAY
    )
    desk = await a_desk_session(tools, manager.person, Role.CLERK, unit)
    too_wide = await ask(tools, wide, unit)
    fitting = await ask(tools, narrow, unit, relation_ids=(first.id,))

    refused = await refusal_of(say_yes(tools, desk, too_wide))
    longer = await refusal_of(say_yes(tools, desk, fitting, Narrowed(valid_to=NOW + YEAR)))
    await say_yes(tools, desk, fitting)

    assert refused.entry is longer.entry is GRANT_TOO_WIDE
    assert (await Grant.get(id=fitting.id)).valid_to == NOW + DAY


async def test_a_clerk_who_is_no_manager_answers_nothing(tools: Tools) -> None:
    clerk = await a_granted_clerk()
    found = await ask(tools, await a_person(), clerk.unit)
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, clerk.unit)

    assert (await refusal_of(say_yes(tools, desk, found))).entry is GRANTS_NOT_YOURS
    assert (await refusal_of(say_no(tools, desk, found))).entry is GRANTS_NOT_YOURS


async def test_a_manager_cannot_approve_the_own_request(tools: Tools) -> None:
    unit = await a_unit(relations=2)
    manager = await a_granted_clerk(unit)
    _, second = await Relation.filter(unit_id=unit.id).order_by("id")
    await GrantScope.filter(grant_id=manager.grant.id, relation_id=second.id).delete()
    await Grant.filter(id=manager.grant.id).update(manager_slot=1, person_id=manager.person.id)
    found = await ask(tools, manager.person, unit)
    desk = await a_desk_session(tools, manager.person, Role.CLERK, unit)

    assert (await refusal_of(say_yes(tools, desk, found))).entry is GRANTS_NOT_YOURS


async def test_a_withdrawn_request_makes_room_for_another(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    found = await ask(tools, person, rep.unit)
    actor = an_actor((await a_phone_session(tools, person)).session)
    stranger = await a_person()

    foreign = await refusal_of(
        grant_requests.withdraw(tools, stranger.id, actor, found.id, now=NOW)
    )
    await grant_requests.withdraw(tools, person.id, actor, found.id, now=NOW)

    assert foreign.entry is NOT_FOUND
    assert (await Grant.get(id=found.id)).status is GrantStatus.CANCELLED
    assert (await ask(tools, person, rep.unit)).status is GrantStatus.REQUESTED


async def test_a_desk_waits_for_the_answer_and_goes_on_by_itself(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools, Role.CLERK)

    found = await ask_at(tools, person, phone, shown, rep.unit)
    waiting = await challenge_now(tools, shown)
    await say_yes(tools, await a_decider(tools, rep), found)
    going_on = await challenge_now(tools, shown)

    assert waiting.status is ChallengeStatus.GRANT_WAIT
    assert (going_on.status, going_on.refusal) == (ChallengeStatus.SCANNED, "")
    again = await scan(tools, phone, shown)
    await approve(tools, phone, again, rep.unit)
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.APPROVED


async def test_a_denied_desk_is_told_so(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools, Role.CLERK)
    found = await ask_at(tools, person, phone, shown, rep.unit)

    await say_no(tools, await a_decider(tools, rep), found)

    desk = await challenge_now(tools, shown)
    assert (desk.status, desk.reason) == (ChallengeStatus.DENIED, "grant_denied")


async def test_a_desk_whose_request_is_withdrawn_waits_no_longer(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools, Role.CLERK)
    found = await ask_at(tools, person, phone, shown, rep.unit)

    await grant_requests.withdraw(tools, person.id, an_actor(phone.session), found.id, now=NOW)

    assert (await challenge_now(tools, shown)).status is ChallengeStatus.DENIED


async def test_a_merge_lets_what_rested_on_the_older_revision_go_on_with_more(
    tools: Tools,
) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    clerk = await a_granted_clerk(rep.unit)
    _, second = await Relation.filter(unit_id=rep.unit.id).order_by("id")
    await GrantScope.filter(grant_id=clerk.grant.id, relation_id=second.id).delete()
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, rep.unit)
    found = await ask(tools, clerk.person, rep.unit)

    await say_yes(tools, await a_decider(tools, rep), found)

    assert not await sessions.confirm_revisions(tools, desk.session, now=NOW)
    reloaded = await session_reloads.reload(tools, desk.session, desk.secret, now=NOW)
    assert reloaded is not None
    assert len(view_of(tools, reloaded).relations) == 2


async def test_a_desk_whose_request_went_into_a_paused_grant_hears_why_it_cannot_go_on(
    tools: Tools,
) -> None:
    unit = await a_unit()
    manager, clerk = await a_granted_clerk(unit), await a_granted_clerk(unit)
    await Grant.filter(id=manager.grant.id).update(manager_slot=1, person_id=manager.person.id)
    await Grant.filter(id=clerk.grant.id).update(
        status=GrantStatus.SUSPENDED, suspension=Suspension.WISHED
    )
    phone, shown = await a_phone_session(tools, clerk.person), await a_challenge(tools, Role.CLERK)
    found = await ask_at(tools, clerk.person, phone, shown, unit)

    await say_yes(tools, await a_desk_session(tools, manager.person, Role.CLERK, unit), found)

    desk = await challenge_now(tools, shown)
    assert (desk.status, desk.refusal) == (ChallengeStatus.DENIED, GRANT_PAUSED.code)
    assert (await Grant.get(id=clerk.grant.id)).status is GrantStatus.SUSPENDED
