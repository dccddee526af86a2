"""Scans by people who have nothing to enter: told on the phone and on the desk."""

import pytest

from handlers.tools import Tools
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED, GRANT_SUSPENDED
from models.errors.scan import (
    CLERK_MISMATCH,
    CLERK_UNKNOWN,
    LEGAL_REP_UNKNOWN,
)
from models.person import Person
from models.vocabulary import GrantStatus, Role, Suspension, UnitStatus
from tests.build import (
    DAY,
    NOW,
    Shown,
    a_challenge,
    a_grant,
    a_granted_clerk,
    a_legal_rep,
    a_person,
    a_phone_session,
    a_unit,
)
from tests.handlers.moves import scan
from tests.handlers.traces import audited, challenge_now, refusal_of


async def a_refused_scan(tools: Tools, person: Person, role: Role) -> tuple[Refusal, Shown]:
    """A scan by somebody who has nothing to enter."""
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools, role)
    return await refusal_of(scan(tools, phone, shown)), shown


async def test_whoever_is_no_legal_rep_is_told_on_phone_and_desk(tools: Tools) -> None:
    refused, shown = await a_refused_scan(tools, await a_person(), Role.LEGAL_REP)

    (entry,) = await audited(Action.SCAN)
    assert refused.entry is LEGAL_REP_UNKNOWN
    assert refused.extra["challenge_id"] == shown.cid
    assert refused.extra["nonce"]
    assert (await challenge_now(tools, shown)).refusal == LEGAL_REP_UNKNOWN.code
    assert entry["result"] == LEGAL_REP_UNKNOWN.code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "张珊"}, CLERK_UNKNOWN.code),
        ({"valid_to": NOW}, GRANT_EXPIRED.code),
        ({"valid_from": NOW + DAY}, CLERK_UNKNOWN.code),
        ({"status": GrantStatus.SUSPENDED, "suspension": Suspension.DORMANT}, GRANT_PAUSED.code),
        (
            {"status": GrantStatus.SUSPENDED, "suspension": Suspension.LEGAL_REP_CHANGED},
            GRANT_SUSPENDED.code,
        ),
        ({"status": GrantStatus.REVOKED}, CLERK_UNKNOWN.code),
    ],
    ids=["misnamed", "expired", "scheduled", "paused", "legal rep changed", "revoked"],
)
async def test_a_clerk_whose_grant_does_not_hold_is_told_on_phone_and_desk(
    tools: Tools, change: dict[str, object], code: str
) -> None:
    person = await a_person()
    await a_grant(await a_unit(), person, **change)  # type: ignore[arg-type]

    refused, shown = await a_refused_scan(tools, person, Role.CLERK)

    assert refused.entry.code == code
    assert (await challenge_now(tools, shown)).refusal == code


async def test_a_clerk_of_a_closed_unit_is_refused(tools: Tools) -> None:
    clerk = await a_granted_clerk(await a_unit(status=UnitStatus.CLOSED))

    refused, _ = await a_refused_scan(tools, clerk.person, Role.CLERK)

    assert refused.entry is GRANT_PAUSED


async def test_a_name_that_differs_is_noted_for_those_who_help(tools: Tools) -> None:
    person = await a_person()
    await a_grant(await a_unit(), person, name="张珊")

    await a_refused_scan(tools, person, Role.CLERK)

    (entry,) = await audited(Action.SCAN)
    assert entry["detail"]["hint"] == CLERK_MISMATCH.code


async def test_a_legal_rep_of_another_name_is_refused(tools: Tools) -> None:
    person = await a_person()
    await a_legal_rep(await a_unit(), person, name="张珊")

    refused, _ = await a_refused_scan(tools, person, Role.LEGAL_REP)

    assert refused.entry is LEGAL_REP_UNKNOWN
