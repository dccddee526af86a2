"""Scanning a desk's QR: what is refused, what the confirm page shows, how suspicion is handled."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from handlers.risk import NIGHT_ENDS
from handlers.scans import BAD_SCANS, SHANGHAI
from handlers.tools import Tools
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.grant import GRANT_EXPIRED, GRANT_SUSPENDED
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.phone import IDENTITY_NEEDED
from models.errors.scan import (
    CLERK_MISMATCH,
    CLERK_UNKNOWN,
    LEGAL_REP_UNKNOWN,
    NOT_FROM_CAMERA,
    NOT_OUR_QR,
    QR_EXPIRED,
    QR_TAKEN,
    RISK_BLOCKED,
)
from models.person import KnownBrowser, Person
from models.store.challenge import digest
from models.vocabulary import ChallengeStatus, GrantStatus, PersonStatus, Platform, Role, UnitStatus
from tests.build import (
    DAY,
    DESK,
    FAR_IP,
    NOW,
    NOW_MS,
    OTHER_IP,
    SITE,
    Shown,
    Signed,
    a_challenge,
    a_grant,
    a_granted_clerk,
    a_legal_rep,
    a_person,
    a_phone_session,
    a_registered_rep,
    a_unit,
    an_approved_challenge,
    at,
    text_of,
)
from tests.handlers.moves import scan
from tests.handlers.traces import audited, chains_hold, challenge_now, refusal_of

NIGHT = NOW.astimezone(SHANGHAI).replace(hour=NIGHT_ENDS - 3)
FAR_DESK = replace(DESK, ip=FAR_IP, name="上海市上海")


async def a_reps_phone(tools: Tools) -> Signed:
    """The phone of a legal representative."""
    return await a_phone_session(tools, (await a_registered_rep()).person)


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
    ],
)
async def test_a_picture_of_a_code_is_not_a_scan(
    tools: Tools, scene: int, source: Literal["link", "scanner"]
) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)

    refused = await refusal_of(scan(tools, phone, shown, scene=scene, source=source))

    assert refused.entry is NOT_FROM_CAMERA
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.PENDING


async def test_our_own_scanner_may_be_used_in_a_program_opened_from_a_chat(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)

    assert (await scan(tools, phone, shown, scene=1007, source="scanner")).mandates


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


@pytest.mark.parametrize(("age_ms", "fresh"), [(0, True), (9_999, True), (15_000, False)])
async def test_a_photographed_code_is_too_old(tools: Tools, age_ms: int, fresh: bool) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    at(tools, age_ms)

    if fresh:
        assert (await scan(tools, phone, shown)).mandates
    else:
        assert (await refusal_of(scan(tools, phone, shown))).entry is QR_EXPIRED


async def test_the_time_that_wechat_reports_counts_up_to_a_minute(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    scanned_at_s = NOW_MS // 1000
    at(tools, 50_000)

    found = await scan(tools, phone, shown, scanned_at_s=scanned_at_s, source="link")
    at(tools, 70_000)
    late = await refusal_of(
        scan(tools, await a_reps_phone(tools), shown, scanned_at_s=scanned_at_s, source="link")
    )

    assert found.mandates
    assert late.entry is QR_TAKEN


async def test_a_scan_reported_more_than_a_minute_late_is_refused(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    at(tools, 61_000)

    refused = await refusal_of(scan(tools, phone, shown, scanned_at_s=NOW_MS // 1000))

    assert refused.entry is QR_EXPIRED


async def test_alipay_links_without_a_time_get_twenty_seconds_of_grace(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    at(tools, 25_000)

    as_wechat = await refusal_of(scan(tools, phone, shown, source="link"))
    found = await scan(tools, phone, shown, source="link", platform=Platform.ALIPAY)

    assert as_wechat.entry is QR_EXPIRED
    assert found.mandates


async def test_an_approved_challenge_is_taken(tools: Tools) -> None:
    rep, phone = await a_registered_rep(), await a_reps_phone(tools)
    shown = await an_approved_challenge(tools, rep.person, Role.LEGAL_REP, rep.unit)

    assert (await refusal_of(scan(tools, phone, shown))).entry is QR_TAKEN


async def test_a_lapsed_challenge_is_refused(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools)
    text = text_of(tools, shown, after_ms=119_000)
    at(tools, 120_000)

    assert (await refusal_of(scan(tools, phone, shown, text=text))).entry is QR_EXPIRED


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
        ({"status": GrantStatus.SUSPENDED}, GRANT_SUSPENDED.code),
        ({"status": GrantStatus.REVOKED}, CLERK_UNKNOWN.code),
    ],
    ids=["misnamed", "expired", "scheduled", "suspended", "revoked"],
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

    assert refused.entry is GRANT_SUSPENDED


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


async def test_digits_owed_are_drawn_anew_at_every_scan(tools: Tools) -> None:
    phone, shown = await a_reps_phone(tools), await a_challenge(tools, place=FAR_DESK)

    codes = {(await scan(tools, phone, shown)).pair_code for _ in range(6)}

    assert len(codes) > 1
