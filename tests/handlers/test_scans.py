"""Scanning a desk's QR: what it claims and shows, and what is refused before anything else."""

import asyncio
from typing import Literal

import pytest

from handlers.scans import BAD_SCANS
from handlers.tools import Tools
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.phone import IDENTITY_NEEDED
from models.errors.scan import (
    NOT_FROM_CAMERA,
    NOT_OUR_QR,
    QR_TAKEN,
)
from models.person import Person
from models.vocabulary import ChallengeStatus, PersonStatus, Platform, Role
from tests.build import (
    DESK,
    NOW_MS,
    SITE,
    Signed,
    a_challenge,
    a_person,
    a_phone_session,
    a_registered_rep,
    a_unit,
    text_of,
)
from tests.handlers.moves import scan
from tests.handlers.traces import audited, chains_hold, challenge_now, refusal_of


async def a_reps_phone(tools: Tools, platform: Platform = Platform.WECHAT) -> Signed:
    """The phone of a legal representative."""
    return await a_phone_session(tools, (await a_registered_rep()).person, platform=platform)


async def test_a_scan_claims_the_challenge_and_shows_the_desk_and_the_units(tools: Tools) -> None:
    unit = await a_unit("北方公司", relations=2)
    rep = await a_registered_rep(unit)
    phone, shown = await a_phone_session(tools, rep.person), await a_challenge(tools)

    found = await scan(tools, phone, shown)

    now = await challenge_now(tools, shown)
    assert (found.challenge_id, found.role, found.desk) == (shown.cid, Role.LEGAL_REP, DESK)
    assert (found.at_ms, found.same_place, found.pair_code) == (NOW_MS, True, None)
    assert [(m.unit.name, len(m.relations)) for m in found.mandates] == [("北方公司", 2)]
    assert (now.status, now.revision, now.scanned_by) == (ChallengeStatus.SCANNED, 2, "张*")


async def test_a_scan_is_audited_without_personal_values(tools: Tools) -> None:
    rep = await a_registered_rep()
    phone, shown = await a_phone_session(tools, rep.person), await a_challenge(tools)

    await scan(tools, phone, shown)

    (entry,) = await audited()
    assert (entry["action"], entry["subject"], entry["result"]) == ("login.scan", shown.cid, "ok")
    assert (entry["actor"], entry["ip"]) == (rep.person.id, DESK.ip)
    assert entry["detail"] == {"role": "legal_rep", "hint": "", "again": False}
    assert rep.person.open(tools.vault).id_no not in str(entry)
    assert await chains_hold(tools)


async def test_several_units_are_all_offered(tools: Tools) -> None:
    person = await a_person()
    units = {(await a_registered_rep(person=person)).unit.id for _ in range(3)}
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools)

    found = await scan(tools, phone, shown)

    assert {mandate.unit.id for mandate in found.mandates} == units


@pytest.mark.parametrize(
    ("scene", "source"),
    [
        (1012, "scanner"),
        (1013, "scanner"),
        (1048, "link"),
        (1049, "scanner"),
        (1007, "link"),
        (1008, "link"),
        (1001, "link"),
        (1044, "link"),
        (1065, "link"),
        (0, "link"),
    ],
)
async def test_a_picture_of_a_code_is_not_a_scan(
    tools: Tools, scene: int, source: Literal["link", "scanner"]
) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)

    refused = await refusal_of(scan(tools, phone, shown, scene=scene, source=source))

    assert refused.entry is NOT_FROM_CAMERA
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.PENDING


@pytest.mark.parametrize("scene", [1011, 1047])
async def test_a_link_that_wechats_camera_opened_is_a_scan(tools: Tools, scene: int) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)

    assert (await scan(tools, phone, shown, scene=scene, source="link")).mandates


async def test_our_own_scanner_may_be_used_in_a_program_opened_from_a_chat(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)

    assert (await scan(tools, phone, shown, scene=1007, source="scanner")).mandates


async def test_of_alipays_scenes_only_what_is_known_to_be_no_camera_is_refused(
    tools: Tools,
) -> None:
    phone, shown = await a_reps_phone(tools, Platform.ALIPAY), await a_challenge(tools)

    card = await refusal_of(scan(tools, phone, shown, scene=1007, source="link"))
    found = await scan(tools, phone, shown, scene=1300, source="link")

    assert card.entry is NOT_FROM_CAMERA
    assert found.mandates


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "https://elsewhere.example/l/1AAAAAAAAAAAAAAAA000BBBBBBBBBBBB",
        f"{SITE}/l/1AAAAAAAAAAAAAAAA000BBBBBBBBBBBB",
        f"{SITE}/l/2AAAAAAAAAAAAAAAA000BBBBBBBBBBBB",
        f"{SITE}/x/1AAAAAAAAAAAAAAAA000BBBBBBBBBBBB",
        "一" * 40,
        "",
    ],
)
async def test_a_text_that_we_did_not_make_is_refused(tools: Tools, text: str) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)

    refused = await refusal_of(scan(tools, phone, shown, text=text or " "))

    assert refused.entry is NOT_OUR_QR
    assert await audited() == []


async def test_a_code_changed_in_one_character_is_refused(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    text = text_of(tools, shown)
    changed = text[:-1] + ("A" if text[-1] != "A" else "B")

    assert (await refusal_of(scan(tools, phone, shown, text=changed))).entry is NOT_OUR_QR


async def test_whoever_scans_nonsense_too_often_has_to_wait(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    for _ in range(BAD_SCANS.most):
        await refusal_of(scan(tools, phone, shown, text="nonsense"))

    refused = await refusal_of(scan(tools, phone, shown))

    assert refused.entry is TOO_OFTEN
    assert 0 < (refused.retry_after_s or 0) <= BAD_SCANS.window_s


async def test_a_phone_without_a_card_is_asked_for_one(tools: Tools) -> None:
    phone, shown = await a_phone_session(tools), await a_challenge(tools)

    assert (await refusal_of(scan(tools, phone, shown))).entry is IDENTITY_NEEDED
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.PENDING


async def test_a_person_disabled_since_sign_in_cannot_scan(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    await Person.all().update(status=PersonStatus.DISABLED)

    assert (await refusal_of(scan(tools, phone, shown))).entry is ACCOUNT_DISABLED
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.PENDING


async def test_the_first_of_two_phones_wins(tools: Tools) -> None:
    shown = await a_challenge(tools)
    first, second = await a_reps_phone(tools), await a_reps_phone(tools)

    await scan(tools, first, shown)

    assert (await refusal_of(scan(tools, second, shown))).entry is QR_TAKEN


async def test_of_many_phones_at_the_same_moment_one_wins(tools: Tools) -> None:
    shown = await a_challenge(tools)
    phones = [await a_reps_phone(tools) for _ in range(4)]

    answers = await asyncio.gather(
        *(scan(tools, phone, shown) for phone in phones), return_exceptions=True
    )

    lost = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.entry for refusal in lost] == [QR_TAKEN] * 3
    assert len(await audited(Action.SCAN)) == 1


async def test_the_same_phone_may_scan_again_and_gets_a_fresh_nonce(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)

    first, second = await scan(tools, phone, shown), await scan(tools, phone, shown)

    assert first.nonce != second.nonce
    assert [entry["detail"]["again"] for entry in await audited()] == [False, True]
