"""Taking a grant back at once."""

import asyncio

import pytest
from redis.asyncio import Redis

from handlers import grant_endings, grants, sessions
from handlers.grant_changes import Hand
from handlers.grants import GrantView
from handlers.tools import Tools
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.scan import CLERK_UNKNOWN
from models.errors.system import NOT_FOUND
from models.grant import Grant
from models.store.session import key_of
from models.vocabulary import GrantParty, GrantStatus, Role
from tests.build import (
    NOW,
    Clerk,
    Rep,
    a_challenge,
    a_desk_session,
    a_granted_clerk,
    a_phone_session,
    a_registered_rep,
    an_actor,
)
from tests.handlers.moves import scan
from tests.handlers.traces import audited, chains_hold, debts, refusal_of


async def a_unit_with_a_clerk() -> tuple[Rep, Clerk]:
    """A unit with its legal representative and one clerk."""
    rep = await a_registered_rep()
    return rep, await a_granted_clerk(rep.unit)


async def revoke(
    tools: Tools, rep: Rep, grant_id: str, *, revision: int = 1, reason: str = "人员离职"
) -> GrantView:
    """Take a grant back, signed in as the legal representative."""
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    hand = Hand(an_actor(desk.session), GrantParty.LEGAL_REP)
    await grant_endings.revoke(
        tools, hand, rep.unit.id, grant_id, reason=reason, revision=revision, now=NOW
    )
    view, _ = await grants.read_grant(tools, rep.unit.id, grant_id, now=NOW)
    return view


async def test_a_revocation_is_recorded_owed_and_announced(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    await Grant.filter(id=clerk.grant.id).update(person_id=clerk.person.id)

    view = await revoke(tools, rep, clerk.grant.id)

    row = await Grant.get(id=clerk.grant.id)
    (entry,), (debt,) = await audited(Action.GRANT_REVOKE), await debts()
    assert (view.status, row.status, row.revision) == (GrantStatus.REVOKED, GrantStatus.REVOKED, 2)
    assert row.reason == "人员离职"
    assert (entry["subject"], entry["unit"]) == (clerk.grant.id, rep.unit.id)
    assert entry["actor"] == rep.person.id
    assert (debt.topic, debt.subject) == ("grant.revoked", clerk.grant.id)
    assert (debt.recipients, debt.facts) == (
        [f"grant:{clerk.grant.id}"],
        {"unit": rep.unit.id},
    )
    assert await chains_hold(tools)


async def test_the_free_text_of_a_revocation_stays_out_of_the_outbox(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()

    await revoke(tools, rep, clerk.grant.id, reason="因张三离职")

    (debt,) = await debts()
    assert "张三" not in str(debt)


async def test_a_clerk_who_never_logged_in_is_told_through_the_grant(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()

    await revoke(tools, rep, clerk.grant.id)

    (debt,) = await debts()
    assert debt.recipients == [f"grant:{clerk.grant.id}"]


async def test_a_suspended_grant_can_be_revoked(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    await Grant.filter(id=clerk.grant.id).update(status=GrantStatus.SUSPENDED)

    assert (await revoke(tools, rep, clerk.grant.id)).status is GrantStatus.REVOKED


@pytest.mark.parametrize(
    "status",
    [
        GrantStatus.REVOKED,
        GrantStatus.EXPIRED,
        GrantStatus.DENIED,
        GrantStatus.CANCELLED,
        GrantStatus.LAPSED,
    ],
)
async def test_a_grant_that_is_over_cannot_be_revoked(tools: Tools, status: GrantStatus) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    await Grant.filter(id=clerk.grant.id).update(status=status)

    refused = await refusal_of(revoke(tools, rep, clerk.grant.id))

    assert refused.entry is STATE_CHANGED
    assert (await Grant.get(id=clerk.grant.id)).revision == 1


async def test_a_grant_of_another_unit_is_not_found(tools: Tools) -> None:
    rep, foreign = await a_registered_rep(), await a_granted_clerk()

    refusals = [
        await refusal_of(revoke(tools, rep, foreign.grant.id)),
        await refusal_of(revoke(tools, rep, "none")),
    ]

    assert {refusal.entry for refusal in refusals} == {NOT_FOUND}
    assert (await Grant.get(id=foreign.grant.id)).status is GrantStatus.ACTIVE


async def test_a_stale_revision_revokes_nothing(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()

    refused = await refusal_of(revoke(tools, rep, clerk.grant.id, revision=9))

    assert refused.entry is STATE_CHANGED
    assert (await Grant.get(id=clerk.grant.id)).status is GrantStatus.ACTIVE
    assert await audited(Action.GRANT_REVOKE) == []
    assert await debts() == []


async def test_two_revocations_at_once_are_one(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    hand = Hand(an_actor(desk.session), GrantParty.LEGAL_REP)

    answers = await asyncio.gather(
        *(
            grant_endings.revoke(
                tools, hand, rep.unit.id, clerk.grant.id, reason="离职", revision=1, now=NOW
            )
            for _ in range(2)
        ),
        return_exceptions=True,
    )

    lost = [answer.entry for answer in answers if isinstance(answer, Refusal)]
    assert lost == [STATE_CHANGED]
    assert len(await debts()) == 1


async def test_the_clerks_sessions_under_the_grant_end_and_others_go_on(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    other = await a_granted_clerk(person=clerk.person)
    ended = await a_desk_session(tools, clerk.person, Role.CLERK, clerk.unit)
    kept = await a_desk_session(tools, clerk.person, Role.CLERK, other.unit)

    await revoke(tools, rep, clerk.grant.id)

    touch = await tools.sessions.touch(ended.secret)
    assert (touch.word, touch.reason) == ("gone", "SB-3005")
    assert (await tools.sessions.touch(kept.secret)).session is not None


async def test_a_waiting_stream_is_told_that_its_session_ended(tools: Tools, redis: Redis) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, clerk.unit)
    pubsub = redis.pubsub()
    await pubsub.subscribe(key_of(desk.secret))
    await pubsub.get_message(timeout=1.0)

    await revoke(tools, rep, clerk.grant.id)

    message = await pubsub.get_message(timeout=1.0)
    await pubsub.aclose()  # type: ignore[no-untyped-call]
    assert message is not None
    assert message["data"] == "SB-3005"


async def test_a_session_opened_while_the_revocation_commits_is_not_trusted(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, clerk.unit)
    await sessions.confirm_revisions(tools, desk.session, now=NOW)
    await Grant.filter(id=clerk.grant.id).update(person_id=None)

    await revoke(tools, rep, clerk.grant.id)

    # Nobody is known to hold the grant, so no session was looked for; the revision gives it away.
    assert (await tools.sessions.touch(desk.secret)).word == "mandate"


async def test_a_revocation_of_what_was_not_seen_leaves_the_session_alone(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, clerk.unit)
    await sessions.confirm_revisions(tools, desk.session, now=NOW)

    await refusal_of(revoke(tools, rep, clerk.grant.id, revision=9))

    assert (await tools.sessions.touch(desk.secret)).word == "ok"
    assert await sessions.confirm_revisions(tools, desk.session, now=NOW)


async def test_whoever_was_revoked_cannot_scan_their_way_back(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    await revoke(tools, rep, clerk.grant.id)
    phone, shown = await a_phone_session(tools, clerk.person), await a_challenge(tools, Role.CLERK)

    assert (await refusal_of(scan(tools, phone, shown))).entry is CLERK_UNKNOWN
