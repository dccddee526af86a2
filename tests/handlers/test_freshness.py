"""How old a scanned code may be."""

import pytest

from handlers.tools import Tools
from models.errors.scan import (
    QR_EXPIRED,
    QR_TAKEN,
)
from models.vocabulary import Platform, Role
from tests.build import (
    NOW_MS,
    Signed,
    a_challenge,
    a_phone_session,
    a_registered_rep,
    an_approved_challenge,
    at,
    text_of,
)
from tests.handlers.moves import scan
from tests.handlers.traces import refusal_of


async def a_reps_phone(tools: Tools, platform: Platform = Platform.WECHAT) -> Signed:
    """The phone of a legal representative."""
    return await a_phone_session(tools, (await a_registered_rep()).person, platform=platform)


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
    wechat, alipay = await a_reps_phone(tools), await a_reps_phone(tools, Platform.ALIPAY)
    shown = await a_challenge(tools)
    at(tools, 25_000)

    as_wechat = await refusal_of(scan(tools, wechat, shown, source="link"))
    found = await scan(tools, alipay, shown, source="link")

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
