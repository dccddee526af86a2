"""The desk's side of a login by QR."""

import pytest

from handlers import challenges
from handlers.tools import Tools
from models.actor import Actor
from models.errors.filing import STATE_CHANGED
from models.errors.login import TOO_OFTEN
from models.errors.phone import CHALLENGE_UNKNOWN
from models.errors.scan import (
    ECARD_UNAVAILABLE,
    QR_EXPIRED,
    ROLE_SWITCHED,
)
from models.store.challenge import Challenge
from models.vocabulary import ChallengeStatus, Channel, Role
from tests.build import (
    DESK,
    NOW,
    NOW_MS,
    Shown,
    a_challenge,
    a_phone_session,
    a_registered_rep,
    an_approved_challenge,
    at,
    text_of,
)
from tests.handlers.fakes import Cards
from tests.handlers.moves import scan
from tests.handlers.traces import challenge_now, refusal_of


async def issue(
    tools: Tools, cards: Cards | None = None, *, channel: Channel = Channel.MINIAPP
) -> Challenge:
    """Ask for a QR as a browser does."""
    return await challenges.issue(
        tools, cards, bind="b" * 32, role=Role.CLERK, channel=channel, place=DESK
    )


async def switch(tools: Tools, shown: Shown, role: Role, *, revision: int = 1) -> Challenge:
    """Turn a challenge to another role."""
    return await challenges.switch_role(
        tools, None, shown.cid, shown.bind, revision=revision, role=role
    )


async def test_a_challenge_begins_pending_for_two_minutes(tools: Tools) -> None:
    made = await issue(tools)

    assert (made.status, made.revision, made.role) == (ChallengeStatus.PENDING, 1, Role.CLERK)
    assert made.expires_at_ms - NOW_MS == 120_000
    assert len(made.cid) == 16


async def test_an_address_gets_only_so_many_challenges_and_is_told_when_to_return(
    tools: Tools,
) -> None:
    for _ in range(tools.issue_rate.capacity):
        await issue(tools)

    refused = await refusal_of(issue(tools))

    assert refused.entry is TOO_OFTEN
    assert refused.retry_after_s == 1


async def test_an_e_card_challenge_draws_the_platforms_own_code(tools: Tools) -> None:
    made = await issue(tools, Cards(), channel=Channel.ECARD)

    assert made.content == "https://ecard.example.cn/q?c=1"


async def test_without_an_e_card_platform_there_is_no_e_card_challenge(tools: Tools) -> None:
    nowhere = await refusal_of(issue(tools, None, channel=Channel.ECARD))
    silent = await refusal_of(issue(tools, Cards(broken=ECARD_UNAVAILABLE), channel=Channel.ECARD))

    assert nowhere.entry is silent.entry is ECARD_UNAVAILABLE


async def test_another_browser_does_not_know_the_challenge(tools: Tools) -> None:
    shown, other = await a_challenge(tools), "x" * 32

    refusals = [
        await refusal_of(challenges.look(tools, shown.cid, other)),
        await refusal_of(switch(tools, Shown(shown.challenge, other), Role.CLERK)),
        await refusal_of(challenges.pair(tools, Actor(), shown.cid, other, "47", now=NOW)),
        await refusal_of(challenges.cancel(tools, Actor(), shown.cid, other, now=NOW)),
    ]

    assert {refusal.entry for refusal in refusals} == {CHALLENGE_UNKNOWN}
    assert (await challenge_now(tools, shown)).revision == 1


async def test_a_challenge_nobody_made_is_unknown(tools: Tools) -> None:
    refusals = [
        await refusal_of(challenges.look(tools, "none", "x" * 32)),
        await refusal_of(challenges.pair(tools, Actor(), "none", "x" * 32, "47", now=NOW)),
        await refusal_of(challenges.cancel(tools, Actor(), "none", "x" * 32, now=NOW)),
    ]

    assert {refusal.entry for refusal in refusals} == {CHALLENGE_UNKNOWN}


async def test_a_page_that_polls_too_fast_is_slowed_and_recovers_by_waiting(
    tools: Tools,
) -> None:
    shown = await a_challenge(tools)

    async def poll() -> Challenge:
        return await challenges.look(tools, shown.cid, shown.bind, poll=True)

    for _ in range(tools.poll_rate.capacity):
        await poll()
    refused = await refusal_of(poll())
    at(tools, tools.poll_rate.refill_ms)

    assert (refused.entry, refused.retry_after_s) == (TOO_OFTEN, 1)
    assert (await poll()).status is ChallengeStatus.PENDING


async def test_a_role_is_switched_and_codes_shown_before_are_refused(tools: Tools) -> None:
    rep = await a_registered_rep()
    phone = await a_phone_session(tools, rep.person)
    shown = await a_challenge(tools, Role.CLERK)
    before = text_of(tools, shown)

    turned = await switch(tools, shown, Role.LEGAL_REP)

    refused = await refusal_of(scan(tools, phone, shown, text=before))
    scanned = await scan(tools, phone, Shown(turned, shown.bind))
    assert (turned.role, turned.revision) == (Role.LEGAL_REP, 2)
    assert refused.entry is ROLE_SWITCHED
    assert scanned.role is Role.LEGAL_REP


async def test_switching_to_the_role_that_it_has_changes_nothing(tools: Tools) -> None:
    shown = await a_challenge(tools, Role.CLERK)

    assert (await switch(tools, shown, Role.CLERK)).revision == 1


async def test_a_stale_revision_switches_nothing(tools: Tools) -> None:
    shown = await a_challenge(tools, Role.CLERK)

    refused = await refusal_of(switch(tools, shown, Role.LEGAL_REP, revision=9))

    assert refused.entry is STATE_CHANGED
    assert (await challenge_now(tools, shown)).role is Role.CLERK


async def test_a_scanned_challenge_keeps_its_role(tools: Tools) -> None:
    rep = await a_registered_rep()
    shown, phone = await a_challenge(tools), await a_phone_session(tools, rep.person)
    await scan(tools, phone, shown)
    revision = (await challenge_now(tools, shown)).revision

    refused = await refusal_of(switch(tools, shown, Role.CLERK, revision=revision))

    assert refused.entry is STATE_CHANGED


async def test_the_role_can_be_turned_fifteen_times(tools: Tools) -> None:
    shown = await a_challenge(tools, Role.CLERK)
    turns = [Role.LEGAL_REP, Role.CLERK]
    for turn in range(15):
        await switch(tools, shown, turns[turn % 2], revision=turn + 1)

    refused = await refusal_of(switch(tools, shown, Role.CLERK, revision=16))

    assert refused.entry is TOO_OFTEN


async def test_an_e_card_challenge_gets_a_new_code_with_its_new_role(tools: Tools) -> None:
    cards = Cards()
    made = await issue(tools, cards, channel=Channel.ECARD)

    turned = await challenges.switch_role(
        tools, cards, made.cid, "b" * 32, revision=1, role=Role.LEGAL_REP
    )

    assert turned.content != made.content


@pytest.mark.parametrize("times", [1, 2])
async def test_a_challenge_is_given_up_however_often(tools: Tools, times: int) -> None:
    rep = await a_registered_rep()
    shown, phone = await a_challenge(tools), await a_phone_session(tools, rep.person)

    for _ in range(times):
        await challenges.cancel(tools, Actor(), shown.cid, shown.bind, now=NOW)

    assert (await challenge_now(tools, shown)).status is ChallengeStatus.CANCELLED
    assert (await refusal_of(scan(tools, phone, shown))).entry is QR_EXPIRED


async def test_an_approved_challenge_can_still_be_given_up(tools: Tools) -> None:
    rep = await a_registered_rep()
    shown = await an_approved_challenge(tools, rep.person, Role.LEGAL_REP, rep.unit)

    await challenges.cancel(tools, Actor(), shown.cid, shown.bind, now=NOW)

    assert (await challenge_now(tools, shown)).status is ChallengeStatus.CANCELLED


async def test_a_challenge_lapses_by_itself(tools: Tools) -> None:
    shown = await a_challenge(tools)

    at(tools, 120_000)

    assert (await challenge_now(tools, shown)).status is ChallengeStatus.EXPIRED
