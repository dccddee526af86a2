"""手册 2.1.2, 3.1.1, 第四章: a QR code on the screen, a phone, and a unit."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import DESKTOP, PHONE_WIDE, has_token
from tests.browser.phones import PhonePage, scan_and_approve, units_of
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE_WIDE], ids=["1280px", "375px"])
async def test_a_legal_rep_of_several_units_is_asked_for_the_unit_after_scanning(
    desk: NewDesk, browser: NewBrowser, live: Live, viewport: Any
) -> None:
    """若扫码者为多家企业法人,扫码登录后会在弹出选择单位信息提示框,点击需要进入的单位名称,即可登录该企业。"""
    at = await desk(viewport=viewport)
    await at.says("caption", "法人扫码登录")
    await at.is_drawn()
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P2")
    text = await at.photographed()

    await phone.scan(text)
    await phone.says("confirm-caption", "法人扫码登录")
    await at.says("status", "已扫码")
    await phone.press("approve-button")
    await phone.says("done-title", "已确认登录")

    assert has_token(text)
    await at.shows("choose")
    await expect(at.part("unit")).to_have_count(3)
    first, second, _ = units_of("P2")
    await at.choose(first)
    await at.stands_for("法人", first)
    await at.press("switch-unit")
    await at.choose(second)
    await at.stands_for("法人", second)
    assert (await at.session())["unit"]["name"] == second
    assert await at.sideways() == 0


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE_WIDE], ids=["1280px", "375px"])
async def test_a_granted_clerk_scans_under_the_caption_of_clerks_and_is_in(
    desk: NewDesk, browser: NewBrowser, live: Live, viewport: Any
) -> None:
    """由企业经办人扫描登录二维码进行企业登录(二维码上方显示:办事员扫码登录)。"""
    at = await desk(viewport=viewport)
    await at.take_role("clerk")
    await at.says("caption", "办事员扫码登录")
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P3")

    await phone.scan(await at.scanned())
    await phone.says("ctx-role", "办事员")
    await phone.press("approve-button")

    await at.stands_for("办事员", *units_of("P3"))
    await at.hides("choose")
    assert await at.sideways() == 0


async def test_a_clerk_finds_neither_profile_nor_grants_in_his_menu(
    desk: NewDesk, live: Live
) -> None:
    """经办人用户中心内无“修改资料”及“授权登录”模块。"""
    clerk, rep = await desk("/login?role=clerk"), await desk()
    await scan_and_approve(await live.phone("P3"), await clerk.scanned())
    await scan_and_approve(await live.phone("P1"), await rep.scanned())
    await clerk.stands_for("办事员", *units_of("P3"))
    await rep.stands_for("法人", *units_of("P1"))

    titles = {menu["title"] for menu in (await clerk.session())["menus"]}

    assert not titles & {"修改资料", "授权登录"}
    assert {menu["title"] for menu in (await rep.session())["menus"]} >= {"修改资料", "授权登录"}
    await expect(clerk.page.get_by_text("修改资料")).to_have_count(0)
    await expect(clerk.page.get_by_text("授权登录")).to_have_count(0)


async def test_a_clerk_of_several_units_enters_the_one_he_clicks_on(
    desk: NewDesk, live: Live
) -> None:
    """若扫码者为多家企业办事员,扫码登录后会在弹出选择单位信息提示框。"""
    at = await desk("/login?role=clerk")
    await scan_and_approve(await live.phone("P4"), await at.scanned())
    await expect(at.part("unit")).to_have_count(4)

    chosen = units_of("P4")[2]
    await at.choose(chosen)

    await at.stands_for("办事员", chosen)


async def test_a_unit_chosen_on_the_phone_is_entered_at_once(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    at, wanted = await desk(), units_of("P2")[2]
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P2")

    await phone.scan(await at.scanned())
    await phone.page.get_by_label(wanted).check()
    await phone.press("approve-button")

    await at.stands_for("法人", wanted)
