"""The desk while it waits: role switch, 不是我, refusals on the phone, pairing digits, expiry."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import PHONE_WIDE
from tests.browser.phones import PhonePage, scan, scan_and_approve, units_of
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Neither public nor private: an address that the phone's (loopback) does not share a place with.
ELSEWHERE = {"X-Forwarded-For": "100.64.7.7"}


async def test_the_role_is_switched_below_the_code_and_codes_shown_before_are_refused(
    desk: NewDesk, live: Live
) -> None:
    """二维码下方可进行身份切换。"""
    at, phone = await desk(), await live.phone("P1")
    await at.says("caption", "法人扫码登录")
    before = await at.scanned()

    await at.take_role("clerk")
    await at.says("caption", "办事员扫码登录")

    assert (await scan(phone, before)).code == "SB-2105"
    await at.take_role("legal_rep")
    await at.says("caption", "法人扫码登录")
    await scan_and_approve(phone, await at.scanned())
    await at.stands_for("法人", *units_of("P1"))


async def test_not_me_gives_a_new_code_and_the_old_claim_is_dead(desk: NewDesk, live: Live) -> None:
    at, stranger, owner = await desk(), await live.phone("P11"), await live.phone("P1")
    before = await at.scanned()
    claimed = (await scan(stranger, before)).good()
    await at.says("status", "已扫码")

    await at.press("not-me")
    await at.is_drawn()

    after = await at.scanned()
    assert after[:-15] != before[:-15]
    assert (await stranger.approve(claimed)).code == "SB-2103"
    await scan_and_approve(owner, after)
    await at.stands_for("法人", *units_of("P1"))


@pytest.mark.parametrize(
    ("button", "words"),
    [
        pytest.param("deny-button", "您已在手机上拒绝本次登录。", id="cancel"),
        pytest.param("not-me-button", "手机端选择了“不是我操作”,本次登录已拒绝。", id="not-me"),
    ],
)
async def test_a_refusal_on_the_phone_is_said_on_the_desk(
    desk: NewDesk, browser: NewBrowser, live: Live, button: str, words: str
) -> None:
    at = await desk()
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P1")
    await phone.scan(await at.scanned())

    await phone.press(button)

    await phone.says("done-title", "已拒绝")
    await at.says("status", words)
    await at.press("refresh")
    await at.is_drawn()
    await at.says("status", "请用微信、支付宝或电子社保卡扫码")


async def test_two_digits_of_the_phone_are_typed_on_the_desk_before_confirming(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    at = await desk(extra_http_headers=ELSEWHERE)
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P13")
    await phone.scan(await at.scanned())
    await at.shows("pair")
    await expect(phone.part("pair-code")).to_have_text(re.compile(r"^\d\d$"))
    digits = await phone.part("pair-code").inner_text()

    await phone.press("approve-button")
    await phone.says("error-code", "SB-2113")
    await at.part("pair-code").fill(f"{(int(digits) + 1) % 100:02d}")
    await at.press("pair-submit")
    await at.says("pair-message", "配对数字不正确,还可尝试1次!")
    await at.part("pair-code").fill(digits)
    await at.press("pair-submit")
    await at.hides("pair")
    await phone.press("approve-button")

    await at.stands_for("法人", *units_of("P13"))


async def test_digits_wrong_twice_end_the_login(desk: NewDesk, live: Live) -> None:
    at, phone = await desk(extra_http_headers=ELSEWHERE), await live.phone("P2")
    scanned = (await scan(phone, await at.scanned())).good()
    await at.shows("pair")

    for _ in range(2):
        await at.part("pair-code").fill(f"{(int(scanned['pair_code']) + 7) % 100:02d}")
        await at.press("pair-submit")
        await expect(at.page.get_by_test_id("pair-submit")).to_be_enabled()

    await at.says("status", "配对数字多次输入错误,本次登录已拒绝。")
    assert (await phone.approve(scanned)).status >= 400


async def test_an_expired_code_is_renewed_silently_and_after_five_times_by_hand(
    desk: NewDesk, live: Live
) -> None:
    at = await desk("/help/errors")
    await at.page.clock.install()
    await at.page.goto(f"{at.url}/login")
    await at.is_drawn()
    codes = [await at.scanned()]
    for _ in range(5):
        async with at.page.expect_response("**/api/v1/login/challenges"):
            await at.page.clock.fast_forward("02:05")
        await at.is_drawn()
        codes.append(await at.scanned())

    await at.page.clock.fast_forward("02:05")

    assert len({code[:-15] for code in codes}) == 6
    await at.says("cover-text", "二维码已过期")
    await at.says("status", "二维码已过期,请刷新!")
    await at.press("refresh")
    await at.is_drawn()
    await scan_and_approve(await live.phone("P1"), await at.scanned())
    await at.stands_for("法人", *units_of("P1"))


async def test_a_phones_own_camera_leads_to_advice_and_never_to_a_login(
    desk: NewDesk, browser: NewBrowser
) -> None:
    at = await desk()
    text = await at.scanned()

    camera = await (await browser(viewport=PHONE_WIDE)).new_page()
    await camera.goto(text)

    await expect(camera.get_by_role("heading")).to_have_text("请用微信、支付宝或电子社保卡扫码")
    await at.says("status", "请用微信、支付宝或电子社保卡扫码")
