"""Signing out, here and from afar, and several tabs of one browser."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.phones import scan_and_approve, units_of
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_signing_out_leads_back_to_the_login_page_for_good(desk: NewDesk, live: Live) -> None:
    at = await desk()
    await scan_and_approve(await live.phone("P1"), await at.scanned())
    await at.stands_for("法人", *units_of("P1"))

    await at.press("sign-out")

    await at.says("notice-text", "您已退出登录。")
    await at.is_drawn()
    await at.page.reload()
    await at.shows("desk")
    await at.hides("home")


async def test_the_menu_leads_to_the_devices_from_either_address(desk: NewDesk, live: Live) -> None:
    at = await desk("/login?role=clerk")
    await scan_and_approve(await live.phone("P18"), await at.scanned())
    await at.stands_for("办事员", *units_of("P18"))

    await at.press("menu-devices")
    await at.page.wait_for_url(f"{at.url}/")
    await at.says("devices", "本机")
    await at.press("show-devices")
    await at.hides("devices")
    await at.press("menu-devices")

    await at.says("devices", "本机")


async def test_another_device_is_signed_out_from_afar(desk: NewDesk, live: Live) -> None:
    here, there = await desk("/login?role=clerk"), await desk("/login?role=clerk")
    phone = await live.phone("P17")
    for at in (there, here):
        await scan_and_approve(phone, await at.scanned())
        await at.stands_for("办事员", *units_of("P17"))

    await here.press("show-devices")
    await (
        here.part("device")
        .filter(has=here.page.get_by_test_id("device-sign-out"))
        .filter(has_text="Chrom")
        .get_by_test_id("device-sign-out")
        .click()
    )

    await here.says("devices-status", "该设备已下线。")
    await there.refused_with("SB-2012", "登录已失效,请重新登录!")
    await there.shows("desk")
    await here.stands_for("办事员", *units_of("P17"))


async def test_a_switch_of_unit_in_one_tab_is_told_in_the_other(desk: NewDesk, live: Live) -> None:
    one = await desk()
    await scan_and_approve(await live.phone("P2"), await one.scanned())
    first, second, _ = units_of("P2")
    await one.choose(first)
    await one.stands_for("法人", first)
    other = await DeskPage.opened(one.page.context, one.url, "/")
    await other.stands_for("法人", first)

    await one.press("switch-unit")
    await one.choose(second)
    await one.stands_for("法人", second)

    await other.says("refusal-title", "当前单位已切换")
    await other.press("action-refresh")
    await other.stands_for("法人", second)
    assert other.faults == []


async def test_signing_in_and_out_in_one_tab_takes_the_other_along(
    desk: NewDesk, live: Live
) -> None:
    one = await desk()
    other = await DeskPage.opened(one.page.context, one.url)
    await other.is_drawn()

    await scan_and_approve(await live.phone("P1"), await other.scanned())

    await other.stands_for("法人", *units_of("P1"))
    await one.stands_for("法人", *units_of("P1"))
    await one.press("sign-out")
    await other.says("notice-text", "您已在其他页面退出登录。")
    await expect(other.part("desk")).to_be_visible()


@pytest.mark.parametrize("path", ["/grants", "/inbox", "/certificates", "/profile"])
async def test_signing_out_in_one_tab_takes_the_other_pages_along(
    desk: NewDesk, live: Live, path: str
) -> None:
    at = await desk("/login?role=legal_rep")
    await scan_and_approve(await live.phone("P1"), await at.scanned())
    await at.shows("banner")
    other = await DeskPage.opened(at.page.context, at.url, path)
    await expect(other.page.get_by_test_id("menus")).to_be_visible()

    await at.press("sign-out")

    await other.page.wait_for_url("**/login")
    await other.shows("desk")
    assert other.faults == []
