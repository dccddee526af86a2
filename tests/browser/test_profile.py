"""修改资料: the unit's information, an edit confirmed by its difference, the way for the rest."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.phones import scan_and_approve, units_of
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
ENOUGH_TABS = 30


async def signed_in(desk: NewDesk, live: Live, key: str, role: str = "legal_rep") -> DeskPage:
    at = await desk(f"/login?role={role}")
    await scan_and_approve(await live.phone(key), await at.scanned())
    if len(units_of(key)) > 1:
        await at.choose(units_of(key)[0])
    await at.shows("banner")
    return at


async def the_page(desk: NewDesk, live: Live, key: str, role: str = "legal_rep") -> DeskPage:
    at = await signed_in(desk, live, key, role)
    await at.page.goto(f"{live.url}/profile")
    await at.shows("profile")
    return at


async def typed(at: DeskPage, **texts: str) -> None:
    await at.press("edit")
    for name, text in texts.items():
        await at.part(f"input-{name}").fill(text)
    await at.press("save")


async def test_the_menu_leads_there_and_an_edit_is_confirmed_by_its_difference(
    desk: NewDesk, live: Live
) -> None:
    at = await signed_in(desk, live, "P11")
    await at.press("menu-profile")
    await at.says("value-contact_name", "未填写")

    await typed(at, contact_name="李四", contact_phone="0451-87654321", postal_address="演示路1号")
    await at.shows("sure")
    await at.says("change-contact_name", "未填写")
    await at.says("change-contact_name", "李四")
    await at.press("sure-no")
    await at.hides("sure")
    await at.says("input-contact_name", "")
    await at.press("save")
    await at.press("sure-yes")

    await at.says("told", "已保存")
    await at.says("value-contact_phone", "0451-87654321")
    await typed(at, contact_name="王五")
    await expect(at.part("changes").locator("li")).to_have_count(1)
    await at.says("change-contact_name", "李四")
    await at.press("sure-yes")
    await at.says("value-contact_name", "王五")


async def test_each_reviewed_field_shows_its_way(desk: NewDesk, live: Live) -> None:
    at = await the_page(desk, live, "P1")
    wanted = {
        "name": "单位信息变更",
        "address": "单位信息变更",
        "bank_account": "单位信息变更",
        "uscc": "单位关键信息维护",
        "legal_rep_name": "单位关键信息维护",
        "legal_rep_id_no": "单位关键信息维护",
    }
    for name, item in wanted.items():
        await at.part(f"way-{name}").locator("summary").click()
        await at.says(f"item-{name}", item)
    await at.shows("window")
    await at.shows("relation")


async def test_nothing_typed_emptied_and_wrong_are_said_so(desk: NewDesk, live: Live) -> None:
    at = await the_page(desk, live, "P12")
    await typed(at)
    await at.says("told", "没有修改任何内容")
    await typed(at, contact_phone="12345")
    await at.press("sure-yes")
    await at.refused_with("SB-9007", "请求参数不正确!")
    await at.part("input-contact_phone").fill("13800138000")
    await at.press("save")
    await at.press("sure-yes")
    await at.says("value-contact_phone", "138")
    await typed(at, contact_phone=" ")
    await at.says("refusal-title", "联系电话不能为空")


async def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P12")
    other = await the_page(desk, live, "P12")
    await typed(other, contact_name="先来的")
    await other.press("sure-yes")
    await other.says("told", "已保存")

    await typed(at, contact_name="后到的")
    await at.press("sure-yes")

    await expect(at.part("refusal-code")).to_have_text("SB-5003")
    await at.press("action-refresh")
    await at.says("value-contact_name", "先来的")


async def test_a_clerk_has_no_entry_in_the_menu_and_can_only_look(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P3", "clerk")

    await at.shows("only-looking")
    await at.hides("edit")
    await expect(at.part("menu-profile")).to_have_count(0)


async def test_the_page_fits_a_phone_and_the_keyboard_alone_saves(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    await at.page.set_viewport_size({"width": 375, "height": 812})
    assert await at.sideways() == 0
    await at.press("type-switch")
    assert await at.sideways() == 0
    keys = at.page.keyboard
    for _ in range(ENOUGH_TABS):
        if await at.part("edit").evaluate("(node) => node === document.activeElement"):
            break
        await keys.press("Tab")
    await keys.press("Enter")
    await keys.press("Control+A")
    await keys.type("赵键盘")
    assert await at.sideways() == 0
    await keys.press("Enter")
    await at.shows("sure")
    assert await at.sideways() == 0
    await keys.press("Tab")
    await keys.press("Enter")

    await at.says("value-contact_name", "赵键盘")
    for node in await at.page.locator("input:visible, button:visible, a:visible").all():
        name = await node.evaluate("(n) => n.labels?.[0]?.innerText || n.innerText || n.title")
        assert name.strip(), await node.evaluate("(n) => n.outerHTML")


async def test_whoever_is_not_signed_in_is_led_to_the_login(desk: NewDesk) -> None:
    at = await desk("/profile")
    await at.page.wait_for_url(f"{at.url}/login")
