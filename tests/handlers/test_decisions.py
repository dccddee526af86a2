"""Approving on the phone."""

import msgspec
import pytest

from handlers.approvals import Approved
from handlers.tools import Tools
from models.audit import Action
from models.errors.grant import RELATION_NOT_GRANTED
from models.errors.login import ACCOUNT_DISABLED
from models.errors.scan import (
    CLERK_UNKNOWN,
    QR_EXPIRED,
    QR_TAKEN,
    ROLE_SWITCHED,
)
from models.grant import Grant
from models.person import Person
from models.vocabulary import ChallengeStatus, GrantStatus, PersonStatus, Role
from tests.build import (
    Clerk,
    Shown,
    Signed,
    a_challenge,
    a_granted_clerk,
    a_phone_session,
    a_registered_rep,
    a_unit,
    at,
)
from tests.handlers.moves import approve, deny, scan
from tests.handlers.traces import audited, chains_hold, challenge_now, refusal_of


async def a_clerks_phone(tools: Tools) -> tuple[Clerk, Signed, Shown]:
    """A clerk's phone in front of a desk that waits for a clerk."""
    clerk = await a_granted_clerk()
    return clerk, await a_phone_session(tools, clerk.person), await a_challenge(tools, Role.CLERK)


async def approved_by(tools: Tools, shown: Shown) -> Approved:
    """What the desk gets when it redeems."""
    redeemed = (await tools.challenges.exchange(shown.cid, shown.bind)).value
    assert redeemed is not None
    return msgspec.json.decode(redeemed.approved, type=Approved)


@pytest.mark.parametrize("named", [True, False])
async def test_an_approval_names_the_mandate_and_is_audited(tools: Tools, named: bool) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)

    await approve(tools, phone, scanned, clerk.unit if named else None)

    (entry,) = await audited(Action.APPROVE)
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.APPROVED
    assert entry["detail"] == {"role": "clerk", "unit": clerk.unit.id}
    assert await approved_by(tools, shown) == Approved(
        clerk.person.id, Role.CLERK, f"g:{clerk.grant.id}", 1
    )
    assert await chains_hold(tools)


async def test_with_several_units_and_none_named_the_desk_chooses(tools: Tools) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    await a_granted_clerk(person=clerk.person)
    scanned = await scan(tools, phone, shown)

    await approve(tools, phone, scanned)

    assert (await approved_by(tools, shown)).mandate == ""


async def test_a_unit_that_is_not_the_persons_cannot_be_approved(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned, other = await scan(tools, phone, shown), await a_unit()

    refusals = [
        await refusal_of(approve(tools, phone, scanned, other)),
        await refusal_of(approve(tools, phone, scanned, "none")),
    ]

    assert {refusal.entry for refusal in refusals} == {RELATION_NOT_GRANTED}
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.SCANNED
    assert [entry["result"] for entry in await audited(Action.APPROVE)] == [
        RELATION_NOT_GRANTED.code
    ] * 2


async def test_the_same_approval_may_be_repeated(tools: Tools) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)

    for _ in range(2):
        await approve(tools, phone, scanned, clerk.unit)

    assert (await challenge_now(tools, shown)).status is ChallengeStatus.APPROVED


async def test_an_approval_cannot_be_turned_to_another_unit(tools: Tools) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    other = await a_granted_clerk(person=clerk.person)
    scanned = await scan(tools, phone, shown)
    await approve(tools, phone, scanned, clerk.unit)

    refused = await refusal_of(approve(tools, phone, scanned, other.unit))

    assert refused.entry is QR_TAKEN
    assert (await approved_by(tools, shown)).mandate == f"g:{clerk.grant.id}"


async def test_without_the_nonce_of_the_scan_nothing_is_approved(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)
    again = await scan(tools, phone, shown)

    guessed = await refusal_of(approve(tools, phone, scanned, nonce="guess"))
    outdated = await refusal_of(approve(tools, phone, scanned))
    await approve(tools, phone, again)

    assert guessed.entry is outdated.entry is QR_TAKEN
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.APPROVED


async def test_a_role_that_was_not_shown_cannot_be_approved(tools: Tools) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    await a_registered_rep(person=clerk.person)
    scanned = await scan(tools, phone, shown)

    refused = await refusal_of(approve(tools, phone, scanned, role=Role.LEGAL_REP))

    assert refused.entry is ROLE_SWITCHED
    assert [entry["result"] for entry in await audited(Action.APPROVE)] == ["role"]


async def test_another_phone_can_neither_approve_nor_deny(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    other = await a_phone_session(tools, (await a_granted_clerk()).person)
    scanned = await scan(tools, phone, shown)

    refusals = [
        await refusal_of(approve(tools, other, scanned)),
        await refusal_of(deny(tools, other, scanned)),
    ]

    assert {refusal.entry for refusal in refusals} == {QR_TAKEN}
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.SCANNED


async def test_a_grant_revoked_between_scan_and_approval_is_refused(tools: Tools) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)
    await Grant.filter(id=clerk.grant.id).update(status=GrantStatus.REVOKED, revision=2)

    assert (await refusal_of(approve(tools, phone, scanned))).entry is CLERK_UNKNOWN


async def test_a_person_disabled_between_scan_and_approval_is_refused(tools: Tools) -> None:
    clerk, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)
    await Person.filter(id=clerk.person.id).update(status=PersonStatus.DISABLED)

    assert (await refusal_of(approve(tools, phone, scanned))).entry is ACCOUNT_DISABLED
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.SCANNED


async def test_a_scan_that_nobody_confirms_lapses_after_ninety_seconds(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)
    at(tools, 90_000)

    assert (await refusal_of(approve(tools, phone, scanned))).entry is QR_EXPIRED
    assert [entry["result"] for entry in await audited(Action.APPROVE)] == ["expired"]


async def test_a_challenge_given_up_at_the_desk_cannot_be_approved(tools: Tools) -> None:
    _, phone, shown = await a_clerks_phone(tools)
    scanned = await scan(tools, phone, shown)
    await tools.challenges.cancel(shown.cid, shown.bind)

    assert (await refusal_of(approve(tools, phone, scanned))).entry is QR_EXPIRED
