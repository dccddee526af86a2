"""Desks that are elsewhere, browsers that are known, logins that are refused for their risk."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from handlers.risk import NIGHT_ENDS
from handlers.scans import SHANGHAI
from handlers.tools import Tools
from models.audit import Action
from models.errors.scan import (
    RISK_BLOCKED,
)
from models.person import KnownBrowser
from models.store.challenge import digest
from models.vocabulary import ChallengeStatus
from tests.build import (
    DAY,
    DESK,
    FAR_IP,
    NOW,
    OTHER_IP,
    Signed,
    a_challenge,
    a_person,
    a_phone_session,
    a_registered_rep,
)
from tests.handlers.moves import scan
from tests.handlers.traces import audited, challenge_now, refusal_of

NIGHT = NOW.astimezone(SHANGHAI).replace(hour=NIGHT_ENDS - 3)
FAR_DESK = replace(DESK, ip=FAR_IP, name="上海市上海")


async def a_reps_phone(tools: Tools) -> Signed:
    """The phone of a legal representative."""
    return await a_phone_session(tools, (await a_registered_rep()).person)


async def test_a_desk_elsewhere_has_to_pair(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools, place=FAR_DESK)

    found = await scan(tools, phone, shown)

    assert found.pair_code is not None
    assert len(found.pair_code) == 2
    assert not found.same_place
    assert (await challenge_now(tools, shown)).pair_required


async def test_a_desk_in_the_same_city_is_the_same_place(tools: Tools) -> None:
    phone = await a_reps_phone(tools)
    shown = await a_challenge(tools, place=replace(DESK, ip=OTHER_IP, name="黑龙江哈尔滨"))

    found = await scan(tools, phone, shown)

    assert found.same_place
    assert found.pair_code is None


@pytest.mark.parametrize(
    ("whose", "age", "pairs"),
    [("own", DAY, False), ("own", 91 * DAY, True), ("other", DAY, True)],
)
async def test_a_browser_known_to_the_person_needs_no_pairing(
    tools: Tools, whose: str, age: timedelta, pairs: bool
) -> None:
    rep = await a_registered_rep()
    holder = rep.person if whose == "own" else await a_person()
    await KnownBrowser.create(
        id="b1", person=holder, secret_digest=digest("secret"), seen_at=NOW - age
    )
    place = replace(DESK, ip=OTHER_IP, name="黑龙江大庆", known_browser=digest("secret"))
    phone, shown = await a_phone_session(tools, rep.person), await a_challenge(tools, place=place)

    found = await scan(tools, phone, shown)

    assert (found.pair_code is not None) is pairs


async def test_another_province_at_night_is_refused_and_audited(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools, place=FAR_DESK)

    refused = await refusal_of(scan(tools, phone, shown, now=NIGHT))

    (entry,) = await audited()
    now = await challenge_now(tools, shown)
    assert refused.entry is RISK_BLOCKED
    assert (now.status, now.reason) == (ChallengeStatus.DENIED, "risk")
    assert (now.refusal, entry["action"]) == (RISK_BLOCKED.code, Action.LOGIN_REFUSED.value)
    assert entry["result"] == RISK_BLOCKED.code


async def test_digits_owed_stay_the_same_however_often_one_scans(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools, place=FAR_DESK)

    codes = {(await scan(tools, phone, shown)).pair_code for _ in range(6)}

    assert len(codes) == 1
    assert codes != {None}
