"""What a newcomer does after `make run`: he has no phone at hand, only the simulated one."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import PHONE_WIDE, DeskPage
from tests.browser.phones import PhonePage, units_of
from tests.live import Live, personas

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_one_press_on_the_page_makes_the_simulated_phone_scan(
    desk: NewDesk, live: Live
) -> None:
    at = await desk()
    context = at.page.context
    await context.route(f"http://127.0.0.1:{live.running.port + 1}/phone**", _to_the(live))
    await at.is_drawn()
    first = await _pressed(at)
    await first.press("persona-P6")
    await first.refused_with("SB-2101", "未找到当前法人账号信息,请先注册法人账号!")
    await first.press("error-switch-person")
    await first.press("persona-P1")
    await first.says("person-name", personas()["P1"].name)
    await at.press("not-me")
    await at.is_drawn()

    second = await _pressed(at)
    await second.press("approve-button")

    await at.stands_for("法人", *units_of("P1"))
    assert first.page.is_closed()


async def test_the_address_below_the_code_can_be_pasted_into_the_phone(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    at = await desk("/login?role=clerk")
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P3")
    await at.is_drawn()
    await expect(at.part("demo-text")).to_contain_text("/l/")

    await phone.scan(await at.part("demo-text").inner_text())

    await phone.says("confirm-caption", "办事员扫码登录")


async def test_the_simulated_phone_scans_the_e_cards_code_too(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    at = await desk()
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P1")
    await at.page.get_by_test_id("channel-ecard").check(force=True)
    await at.says("status", "请用电子社保卡中的“扫一扫”扫码")
    await at.is_drawn()

    await phone.scan(await at.scanned())

    await phone.says("done-title", "已用电子社保卡扫码并确认")
    await at.stands_for("法人", *units_of("P1"))


def _to_the(live: Live) -> Callable[[Route], Awaitable[None]]:
    """The sandbox of `make run` has the port after the product's; here it has some port."""

    async def lead(route: Route) -> None:
        query = route.request.url.partition("?")[2]
        there = f"{live.running.sandbox}/phone?{query}"
        await route.fulfill(status=302, headers={"Location": there})

    return lead


async def _pressed(at: DeskPage) -> PhonePage:
    async with at.page.context.expect_page() as opened:
        await at.press("demo-phone")
    phone = PhonePage(await opened.value)
    await expect(phone.page.locator("body[data-ready=true]")).to_be_attached()
    return phone
