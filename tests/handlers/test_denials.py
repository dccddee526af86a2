"""Saying no on the phone."""

import pytest

from handlers.tools import Tools
from models.audit import Action
from models.errors.scan import (
    LOGIN_DENIED,
    QR_TAKEN,
)
from models.vocabulary import ChallengeStatus, Role
from tests.build import (
    Clerk,
    Shown,
    Signed,
    a_challenge,
    a_granted_clerk,
    a_person,
    a_phone_session,
)
from tests.handlers.moves import approve, deny, scan
from tests.handlers.traces import audited, challenge_now, debts, refusal_of


async def a_clerks_phone(tools: Tools) -> tuple[Clerk, Signed, Shown]:
    """A clerk's phone in front of a desk that waits for a clerk."""
    clerk = await a_granted_clerk()
    return clerk, await a_phone_session(tools, clerk.person), await a_challenge(tools, Role.CLERK)


async def test_a_cancelled_scan_ends_the_login_and_warns_nobody(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)

    await deny(tools, phone, scanned)

    (entry,) = await audited(Action.DENY)
    now = await challenge_now(tools, shown)
    assert (now.status, now.reason) == (ChallengeStatus.DENIED, "cancel")
    assert entry["detail"] == {"reason": "cancel"}
    assert await debts() == []
    assert (await refusal_of(approve(tools, phone, scanned))).entry is LOGIN_DENIED


async def test_not_me_owes_the_person_a_warning(tools: Tools) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)

    await deny(tools, phone, scanned, "not_me")

    (debt,) = await debts()
    assert (debt.topic, debt.subject) == ("login.denied_not_me", shown.cid)
    assert debt.recipients == [f"person:{clerk.person.id}"]


@pytest.mark.parametrize("reason", ["cancel", "not_me"])
async def test_a_denial_that_is_sent_again_is_the_same_denial(tools: Tools, reason: str) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)

    for _ in range(2):
        await deny(tools, phone, scanned, reason)  # type: ignore[arg-type]

    assert len(await debts()) == (1 if reason == "not_me" else 0)


async def test_an_approval_can_be_taken_back_before_it_is_redeemed(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)
    await approve(tools, phone, scanned)

    await deny(tools, phone, scanned, "not_me")

    assert (await tools.challenges.exchange(shown.cid, shown.bind)).word == "denied"


async def test_what_was_redeemed_can_no_longer_be_denied(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)
    await approve(tools, phone, scanned)
    await tools.challenges.exchange(shown.cid, shown.bind)

    assert (await refusal_of(deny(tools, phone, scanned, "not_me"))).entry is QR_TAKEN
    assert await debts() == []
    assert await audited(Action.DENY) == []


async def test_a_denial_needs_the_nonce(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)

    refused = await refusal_of(deny(tools, phone, scanned, nonce="guess"))

    assert refused.entry is QR_TAKEN
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.SCANNED


async def test_somebody_without_any_unit_may_still_say_that_it_was_not_them(
    tools: Tools,
) -> None:
    person = await a_person()
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools, Role.CLERK)
    refused = await refusal_of(scan(tools, phone, shown))
    nonce = str(refused.extra["nonce"])

    word = (await tools.challenges.deny(shown.cid, person.id, nonce, "not_me")).word

    assert word == "ok"
