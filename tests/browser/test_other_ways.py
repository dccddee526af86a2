"""Without event streams, without scripts, without a mini-program one still gets in."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import PHONE_WIDE, DeskPage
from tests.browser.phones import scan, scan_and_approve, units_of
from tests.live import Live, card_of, personas

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def _abort(route: Route) -> None:
    await route.abort()


@pytest.mark.parametrize(
    ("blocked", "mode"),
    [
        pytest.param(["**/challenges/*/events"], "wait", id="long-poll"),
        pytest.param(["**/challenges/*/events", "**/challenges/*?wait=*"], "poll", id="poll"),
    ],
)
async def test_a_desk_without_event_streams_still_signs_in(
    browser: NewBrowser, live: Live, blocked: list[str], mode: str
) -> None:
    context = await browser()
    for pattern in blocked:
        await context.route(pattern, _abort)
    at = await DeskPage.opened(context, live.url)
    await expect(at.part("desk")).to_have_attribute("data-live", mode)
    phone = await live.phone("P2")

    scanned = (await scan(phone, await at.scanned())).good()
    await at.says("status", "已扫码")
    (await phone.approve(scanned)).good()

    await at.shows("choose")
    await at.choose(units_of("P2")[0])
    await at.stands_for("法人", units_of("P2")[0])


async def test_news_of_the_exchange_may_come_before_its_answer(desk: NewDesk, live: Live) -> None:
    at = await desk()

    async def slowly(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.sleep(0.5)
        await route.fulfill(response=answer)

    await at.page.route("**/exchange", slowly)
    await scan_and_approve(await live.phone("P1"), await at.scanned())

    await at.stands_for("法人", *units_of("P1"))


async def test_a_browser_without_script_signs_in_switches_unit_and_signs_out(
    desk: NewDesk, live: Live
) -> None:
    at = await desk(java_script_enabled=False, viewport=PHONE_WIDE)
    phone = await live.phone("P4")
    await at.page.wait_for_url("**/login/plain?id=*")
    await at.part("role-clerk").click()
    await at.says("caption", "办事员扫码登录")

    scanned = (await scan(phone, await at.photographed())).good()
    await at.says("status", "已扫码")
    (await phone.approve(scanned)).good()

    first, second, *_ = units_of("P4")
    await at.choose(first)
    await at.stands_for("办事员", first)
    await at.press("switch-unit")
    await at.choose(second)
    await at.stands_for("办事员", second)
    await at.press("sign-out")
    await at.says("caption", "法人扫码登录")
    await at.page.goto(f"{at.url}/home/plain")
    await at.hides("home")


async def test_without_script_a_new_code_follows_a_refusal(desk: NewDesk, live: Live) -> None:
    at, phone = await desk("/login/plain", java_script_enabled=False), await live.phone("P1")
    scanned = (await scan(phone, await at.scanned())).good()
    (await phone.deny(scanned)).good()
    await at.says("status", "您已在手机上拒绝本次登录。")

    await at.press("not-me")
    await scan_and_approve(phone, await at.scanned())

    await at.stands_for("法人", *units_of("P1"))


async def test_the_scanner_of_the_e_card_app_signs_in(desk: NewDesk, live: Live) -> None:
    """打开电子社保卡中的扫一扫功能,法人及办事员扫描二维码进行登录。"""
    at = await desk()
    await at.page.get_by_test_id("channel-ecard").check(force=True)
    await at.says("status", "请用电子社保卡中的“扫一扫”扫码")
    await at.is_drawn()
    card = await live.control("/ecard/people", card_of(personas()["P1"]))

    said = {"qr_code": await at.scanned(), "essc_no": card["essc_no"], "confirm": True}
    await live.control("/ecard/scan", said)

    await at.stands_for("法人", *units_of("P1"))


async def test_an_unknown_owner_of_an_e_card_is_told_why_on_the_desk(
    desk: NewDesk, live: Live
) -> None:
    at = await desk()
    await at.page.get_by_test_id("channel-ecard").check(force=True)
    await at.says("status", "请用电子社保卡中的“扫一扫”扫码")
    await at.is_drawn()
    card = await live.control("/ecard/people", card_of(personas()["P6"]))

    said = {"qr_code": await at.scanned(), "essc_no": card["essc_no"], "confirm": True}
    await live.control("/ecard/scan", said)

    await at.refused_with("SB-2101", "未找到当前法人账号信息,请先注册法人账号!")
