"""Answers that cross one another, and rows that changed while a request was open."""

import asyncio

import pytest

from handlers import grant_endings, grant_requests
from handlers.grant_answers import Narrowed
from handlers.grant_changes import SYSTEM, changing, scope_of
from handlers.grant_endings import suspend_all_of_unit
from handlers.mandates import standing_of
from handlers.tools import Tools
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANTS_NOT_YOURS
from models.errors.system import INPUT_WRONG
from models.grant import Grant, GrantEvent
from models.unit import LegalRep, Relation
from models.vocabulary import GrantStatus, Role, Suspension
from tests.build import (
    DAY,
    NOW,
    a_desk_session,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    a_unit,
)
from tests.handlers.grant_desk import approve, offer, relation_ids, rep_hand
from tests.handlers.request_desk import a_decider, ask, say_yes
from tests.handlers.traces import chains_hold, refusal_of
from tests.registered import a_legal_rep

LIVE = (GrantStatus.OFFERED, GrantStatus.SCHEDULED, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)


@pytest.mark.parametrize("revoked_first", [True, False])
async def test_of_an_approval_and_a_revocation_at_once_both_cannot_have_seen_the_same_grant(
    tools: Tools, revoked_first: bool
) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    before = await a_desk_session(tools, clerk.person, Role.CLERK, rep.unit)
    await Relation.create(
        id="01ja0000000000000000000new",
        unit=rep.unit,
        insurance="210",
        unit_no="23999999",
        agency_id=(await Relation.filter(unit=rep.unit).first()).agency_id,  # type: ignore[union-attr]
        recorded_uscc=rep.unit.uscc,
    )
    request = await ask(tools, clerk.person, rep.unit)
    yes = approve(tools, rep, request)
    no = grant_endings.revoke(
        tools, rep_hand(rep), rep.unit.id, clerk.grant.id, reason="离职", revision=1, now=NOW
    )

    told = await asyncio.gather(
        *((no, yes) if revoked_first else (yes, no)), return_exceptions=True
    )

    refused = [each for each in told if isinstance(each, Refusal)]
    live = await Grant.filter(unit_id=rep.unit.id, status__in=LIVE)
    assert {each.entry for each in refused} <= {STATE_CHANGED}
    assert len(refused) <= 1
    assert len(live) <= 1
    held = await Grant.get(id=clerk.grant.id)
    # Whoever came second met the grant as the first had left it: widened, or no longer there.
    revoked = held.status is GrantStatus.REVOKED
    assert [row.id for row in live] == (
        [] if revoked and refused else [request.id if revoked else held.id]
    )
    assert (await tools.sessions.touch(before.secret)).word != "ok"
    assert await chains_hold(tools)


async def test_of_two_approvals_at_once_one_gives_and_the_other_is_told_of_it(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(), await a_person()
    request, desk = await ask(tools, person, rep.unit), await a_decider(tools, rep)

    told = await asyncio.gather(
        say_yes(tools, desk, request), say_yes(tools, desk, request), return_exceptions=True
    )

    refused = [each.entry for each in told if isinstance(each, Refusal)]
    row = await Grant.get(id=request.id)
    assert (refused, row.status, row.revision) == ([STATE_CHANGED], GrantStatus.ACTIVE, 2)
    assert await GrantEvent.filter(grant_id=row.id, status=GrantStatus.ACTIVE).count() == 1


async def test_a_request_for_relations_that_have_all_left_cannot_be_approved(tools: Tools) -> None:
    rep, other = await a_registered_rep(), await a_unit()
    request, desk = await ask(tools, await a_person(), rep.unit), await a_decider(tools, rep)
    await Relation.filter(unit_id=rep.unit.id).update(unit_id=other.id)

    refused = await refusal_of(say_yes(tools, desk, request))

    assert refused.entry is INPUT_WRONG
    assert (await Grant.get(id=request.id)).status is GrantStatus.REQUESTED


async def test_a_relation_that_went_over_to_another_unit_is_no_longer_entered_by_the_grant(
    tools: Tools,
) -> None:
    rep, other = await a_registered_rep(await a_unit(relations=2)), await a_unit()
    clerk = await a_granted_clerk(rep.unit)
    kept, gone = await relation_ids(rep)
    await Relation.filter(id=gone).update(unit_id=other.id)

    (mandate,) = (await standing_of(tools.vault, clerk.person, NOW)).of(Role.CLERK)

    assert [one.id for one in mandate.relations] == [kept]


async def test_a_clerk_who_has_become_the_legal_rep_cannot_approve_the_own_request(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(), await a_person()
    request = await ask(tools, person, rep.unit)
    await LegalRep.filter(unit_id=rep.unit.id).update(live=False)
    await a_legal_rep(rep.unit, person)

    own = await a_desk_session(tools, person, Role.LEGAL_REP, rep.unit)
    refused = await refusal_of(say_yes(tools, own, request))

    assert refused.entry is GRANTS_NOT_YOURS
    assert (await Grant.get(id=request.id)).status is GrantStatus.REQUESTED


async def test_a_legal_rep_may_be_a_clerk_elsewhere_and_losing_that_leaves_the_own_unit_open(
    tools: Tools,
) -> None:
    rep, elsewhere = await a_registered_rep(), await a_registered_rep()
    await a_granted_clerk(elsewhere.unit, rep.person)
    as_clerk = await a_desk_session(tools, rep.person, Role.CLERK, elsewhere.unit)
    as_rep = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    grant = await Grant.get(unit_id=elsewhere.unit.id)

    await grant_endings.revoke(
        tools,
        rep_hand(elsewhere),
        elsewhere.unit.id,
        grant.id,
        reason="离职",
        revision=grant.revision,
        now=NOW,
    )

    assert (await tools.sessions.touch(as_clerk.secret)).word == "gone"
    assert (await tools.sessions.touch(as_rep.secret)).session is not None


async def test_a_request_cannot_be_resumed_past_the_fresh_identity_that_approving_needs(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(), await a_person()
    request = await ask(tools, person, rep.unit)

    refused = await refusal_of(
        grant_endings.resume(tools, rep_hand(rep), rep.unit.id, request.id, revision=1, now=NOW)
    )

    assert refused.entry is STATE_CHANGED
    assert (await Grant.get(id=request.id)).status is GrantStatus.REQUESTED


async def test_approving_more_for_a_clerk_whose_day_has_not_come_keeps_the_day(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(await a_unit(relations=2)), await a_person()
    first, second = await relation_ids(rep)
    known = person.open(tools.vault)
    held = await offer(tools, rep, known, relations=[first], valid_from=NOW + 3 * DAY)
    request = await ask(tools, person, rep.unit, relation_ids=[second])

    too_soon = await refusal_of(approve(tools, rep, request, valid_to=NOW + DAY))
    live = await approve(tools, rep, request)

    assert too_soon.entry is INPUT_WRONG
    assert (live.id, live.status) == (held.id, GrantStatus.SCHEDULED)
    assert set(await scope_of(live.id)) == {first, second}


async def test_what_a_manager_approves_for_a_paused_clerk_stays_paused_and_says_why(
    tools: Tools,
) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    manager, clerk = await a_granted_clerk(rep.unit), await a_granted_clerk(rep.unit)
    async with changing(tools, NOW) as changes:
        await suspend_all_of_unit(changes, SYSTEM, rep.unit.id, Suspension.LEGAL_REP_CHANGED)
    await Grant.filter(id=manager.grant.id).update(
        status=GrantStatus.ACTIVE, manager_slot=1, suspension=None
    )
    request = await ask(tools, clerk.person, rep.unit)
    desk = await a_desk_session(tools, manager.person, Role.CLERK, rep.unit)

    await say_yes(tools, desk, request, Narrowed())

    row = await Grant.get(id=clerk.grant.id)
    (own,) = await grant_requests.own_requests(clerk.person.id, before="", limit=5)
    assert (row.status, row.suspension) == (GrantStatus.SUSPENDED, Suspension.LEGAL_REP_CHANGED)
    assert own.status is GrantStatus.SUSPENDED
