"""Pairing: two digits shown on the phone and typed at a desk that is elsewhere."""

import asyncio

from msgspec.structs import replace

from handlers import challenges
from handlers.tools import Tools
from models.actor import Actor
from models.errors.filing import STATE_CHANGED
from models.errors.phone import PAIR_CODE_WRONG
from models.errors.scan import (
    LOGIN_DENIED,
    PAIRING_OWED,
)
from models.vocabulary import ChallengeStatus
from tests.build import (
    DESK,
    NOW,
    OTHER_IP,
    Shown,
    Signed,
    a_challenge,
    a_phone_session,
    a_registered_rep,
)
from tests.handlers.moves import approve, scan
from tests.handlers.traces import challenge_now, refusal_of

FAR_DESK = replace(DESK, ip=OTHER_IP, name="黑龙江大庆")


async def a_pairing(tools: Tools) -> tuple[Shown, Signed, str]:
    """A scan from elsewhere in the province: pairing digits are owed."""
    rep = await a_registered_rep()
    phone = await a_phone_session(tools, rep.person)
    shown = await a_challenge(tools, place=FAR_DESK)
    scanned = await scan(tools, phone, shown)
    assert scanned.pair_code is not None
    return shown, phone, scanned.pair_code


async def test_the_digits_of_the_phone_let_the_approval_count(tools: Tools) -> None:
    shown, _, digits = await a_pairing(tools)

    paired = await challenges.pair(tools, Actor(), shown.cid, shown.bind, digits, now=NOW)

    assert not paired.pair_required


async def test_an_approval_before_pairing_is_refused(tools: Tools) -> None:
    rep = await a_registered_rep()
    phone = await a_phone_session(tools, rep.person)
    shown = await a_challenge(tools, place=FAR_DESK)
    scanned = await scan(tools, phone, shown)

    assert (await refusal_of(approve(tools, phone, scanned))).entry is PAIRING_OWED
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.SCANNED


async def test_wrong_digits_are_forgiven_once_and_then_end_the_login(tools: Tools) -> None:
    shown, _, digits = await a_pairing(tools)
    wrong = f"{(int(digits) + 1) % 100:02d}"

    first = await refusal_of(challenges.pair(tools, Actor(), shown.cid, shown.bind, wrong, now=NOW))
    second = await refusal_of(
        challenges.pair(tools, Actor(), shown.cid, shown.bind, wrong, now=NOW)
    )

    assert first.entry is PAIR_CODE_WRONG
    assert "1次" in first.title
    assert second.entry is LOGIN_DENIED
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.DENIED


async def test_digits_tried_at_the_same_time_are_counted_one_by_one(tools: Tools) -> None:
    shown, _, digits = await a_pairing(tools)
    wrong = [f"{(int(digits) + more) % 100:02d}" for more in range(1, 6)]

    refusals = await asyncio.gather(
        *(
            refusal_of(challenges.pair(tools, Actor(), shown.cid, shown.bind, guess, now=NOW))
            for guess in wrong
        )
    )

    entries = [refusal.entry for refusal in refusals]
    assert entries.count(PAIR_CODE_WRONG) == 1
    late = await refusal_of(challenges.pair(tools, Actor(), shown.cid, shown.bind, digits, now=NOW))
    assert late.entry in (STATE_CHANGED, LOGIN_DENIED)


async def test_digits_that_nobody_asked_for_are_refused(tools: Tools) -> None:
    shown = await a_challenge(tools)

    refused = await refusal_of(
        challenges.pair(tools, Actor(), shown.cid, shown.bind, "47", now=NOW)
    )

    assert refused.entry is STATE_CHANGED
