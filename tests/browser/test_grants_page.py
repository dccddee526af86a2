"""The legal rep's page 授权登录: add a clerk, change, pause, confirm, delete (手册 3.1.1)."""

import pytest
from playwright.async_api import Route, expect

from server.demo.identifiers import resident_number
from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import PHONE_WIDE
from tests.browser.grants_page import (
    AREA,
    adds,
    does,
    page_of_unit,
    picture,
    row_of,
    the_page,
    uscc_of,
)
from tests.browser.phones import PhonePage, phone_of, scan_and_approve, units_of
from tests.live import Live, personas

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ADDED, MISSPELT, WATCHED, LED = 8_200_001, 8_200_002, 8_200_003, 8_200_010
FIXED = "该办事员已登录过,证件号码不可修改!"


async def test_a_clerk_is_added_changed_and_deleted_for_a_reason(desk: NewDesk, live: Live) -> None:
    at = await the_page(desk, live, "P1")
    row = row_of(at, "钱新增")
    await adds(at, "钱新增", resident_number(AREA, ADDED))
    await expect(row.get_by_test_id("status")).to_have_text("待确认")

    await row.get_by_test_id("act-change").click()
    await expect(at.part("granted").first).to_have_text("已授权")
    await at.part("width").select_option("some")
    await at.press("item-bases")
    await at.part("until").select_option("day")
    await at.part("until-day").fill("2099-12-31")
    await picture(at, "grants-editor")
    await at.press("save")
    await at.says("done", "已修改")
    await expect(row.get_by_test_id("scope")).to_contain_text("限缴费基数申报")
    await expect(row).to_contain_text("2099/12/31")

    await row.get_by_test_id("act-revoke").click()
    await at.part("reason").nth(1).check()
    await picture(at, "grants-revoke")
    await at.press("ask-yes")
    await at.says("done", "已删除")
    await expect(row.get_by_test_id("status")).to_have_text("已撤销")
    await expect(row).to_contain_text("岗位调整")


async def test_a_paused_clerk_is_out_at_once_and_in_again_when_it_is_resumed(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    number = resident_number(AREA, WATCHED)
    await adds(at, "孙在线", number)
    await expect(row_of(at, "孙在线")).to_have_count(1)
    clerk = await desk("/login?role=clerk")
    phone = await phone_of(live, "孙在线", number)
    await scan_and_approve(phone, await clerk.scanned())
    await clerk.stands_for("办事员", *units_of("P1"))
    # The clerk's first scan shows on the open page of the legal rep by itself.
    await expect(row_of(at, "孙在线").get_by_test_id("status")).to_have_text("生效中")

    await does(at, "孙在线", "suspend")
    await at.says("done", "已暂停")
    await clerk.shows("desk")
    await clerk.shows("refusal")

    await row_of(at, "孙在线").get_by_test_id("act-resume").click()
    await at.press("ask-yes")
    await at.says("done", "已恢复")
    await scan_and_approve(phone, await clerk.scanned())
    await clerk.stands_for("办事员", *units_of("P1"))


async def test_a_name_is_put_right_until_the_clerk_has_logged_in_and_stays_afterwards(
    desk: NewDesk, live: Live
) -> None:
    """手册 3.1.1 (3) 修改; SB-3011."""
    at = await the_page(desk, live, "P1")
    number = resident_number(AREA, MISSPELT)
    await adds(at, "李小芳", number)

    await row_of(at, "李小芳").get_by_test_id("act-change").click()
    await expect(at.part("id-no")).to_have_value(number)
    await at.part("name").fill("李小方")
    await at.press("save")
    await at.says("done", "已修改")
    clerk = await desk("/login?role=clerk")
    await scan_and_approve(await phone_of(live, "李小方", number), await clerk.scanned())
    await clerk.shows("home")
    await expect(row_of(at, "李小方").get_by_test_id("status")).to_have_text("生效中")

    await row_of(at, "李小方").get_by_test_id("act-change").click()
    await at.says("who-hint", FIXED)
    await expect(at.part("name")).to_be_disabled()
    await expect(at.part("id-no")).to_be_disabled()
    await at.part("phone").fill("13900139000")
    await picture(at, "grants-fixed")
    await at.press("save")
    await at.says("done", "已修改")
    await expect(row_of(at, "李小方")).to_contain_text("13900139000")


async def test_a_clerk_who_logs_in_while_the_form_is_open_is_not_renamed(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    number = resident_number(AREA, LED)
    await adds(at, "周同时", number)
    await row_of(at, "周同时").get_by_test_id("act-change").click()
    await at.part("name").fill("周不同")
    clerk = await desk("/login?role=clerk")
    await scan_and_approve(await phone_of(live, "周同时", number), await clerk.scanned())
    await clerk.shows("home")

    await at.press("save")

    await expect(at.part("refusal-code")).to_have_text("SB-5003")
    await expect(row_of(at, "周同时")).to_have_count(1)


async def test_somebody_who_is_in_the_list_already_is_said_so_before_saving(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    number = resident_number(AREA, ADDED + 50)
    await adds(at, "吴重复", number)
    await expect(row_of(at, "吴重复")).to_have_count(1)

    await at.press("add")
    await at.part("id-no").fill(number)
    await at.part("name").fill("吴重复")
    await at.part("phone").fill("13800138000")
    await at.says("duplicate", "已经在授权列表里")
    await expect(at.part("granted").first).to_have_text("已授权")
    await picture(at, "grants-duplicate")
    await at.press("save")

    await at.refused_with("SB-3002", "该办事员已拥有所选单位的经办权限!")


async def test_managers_are_appointed_and_dismissed_and_a_sixth_is_refused(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    names = [f"郑管理{each}" for each in "甲乙丙丁戊己"]
    for place, name in enumerate(names):
        number = resident_number(AREA, LED + 1 + place)
        await adds(at, name, number)
        await expect(row_of(at, name)).to_have_count(1)
        phone = await phone_of(live, name, number)
        (await phone.post("/phone/session", {"role": "clerk"})).good()
        await expect(row_of(at, name).get_by_test_id("status")).to_have_text("生效中")

    for name in names[:5]:
        await does(at, name, "appoint")
        await expect(row_of(at, name).get_by_test_id("manager")).to_have_text("单位管理员")
    await does(at, names[5], "appoint")
    await at.says("refusal", "最多5名单位管理员")
    await does(at, names[0], "dismiss")
    await at.says("done", "已取消单位管理员")
    await does(at, names[5], "appoint")

    await expect(row_of(at, names[5]).get_by_test_id("manager")).to_have_text("单位管理员")


async def test_a_wrong_number_is_refused_with_what_to_correct(desk: NewDesk, live: Live) -> None:
    at = await the_page(desk, live, "P1")

    await adds(at, "钱新增", "230102199003071234")

    await at.shows("refusal")
    await expect(at.part("editor")).to_be_visible()


async def test_a_question_is_answered_by_keyboard_and_escape_is_no(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    await adds(at, "冯键盘", resident_number(AREA, ADDED + 60))
    await at.says("done", "已保存")
    button = row_of(at, "冯键盘").get_by_test_id("act-revoke")

    await button.focus()
    await at.page.keyboard.press("Enter")
    await at.shows("ask")
    await at.page.keyboard.press("Escape")
    await at.hides("ask")
    await expect(button).to_be_focused()
    await at.page.keyboard.press("Enter")
    for _ in range(3):
        await at.page.keyboard.press("ArrowDown")
    await at.page.keyboard.press("Tab")
    await expect(at.part("reason-text")).to_be_focused()
    await at.page.keyboard.press("Enter")
    await at.says("refusal-title", "请填写原因")
    await at.part("reason-text").fill("合同到期")
    await at.page.keyboard.press("Enter")

    await at.says("done", "已删除")
    await expect(row_of(at, "冯键盘")).to_contain_text("合同到期")


async def test_news_that_draws_the_list_again_leaves_the_keyboard_where_it_was(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    number = resident_number(AREA, ADDED + 61)
    await adds(at, "吴后到", number)
    await at.says("done", "已保存")
    await adds(at, "王先在", resident_number(AREA, ADDED + 62))
    await expect(row_of(at, "王先在")).to_have_count(1)
    button = row_of(at, "王先在").get_by_test_id("act-revoke")
    await button.focus()
    await at.page.keyboard.press("Enter")
    await at.shows("ask")

    clerk = await desk("/login?role=clerk")
    await scan_and_approve(await phone_of(live, "吴后到", number), await clerk.scanned())
    await expect(row_of(at, "吴后到").get_by_test_id("status")).to_have_text("生效中")
    await at.page.keyboard.press("Escape")

    await expect(button).to_be_focused()


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
async def test_the_page_and_its_forms_fit_a_narrow_window(
    desk: NewDesk, live: Live, large: bool
) -> None:
    at = await the_page(desk, live, "P1")
    await at.page.set_viewport_size({"width": 360, "height": 800})
    if large:
        await at.press("type-switch")

    await at.press("add")
    sideways = await at.sideways()
    await picture(at, f"grants-narrow-{large}")
    await at.press("leave")
    await at.part("grant").first.get_by_test_id("act-revoke").click()
    await picture(at, f"grants-ask-narrow-{large}")

    assert (sideways, await at.sideways()) == (0, 0)


async def test_a_revocation_on_the_page_ends_the_open_page_of_the_clerk_within_a_second(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    """P16: 在线时被法人撤销授权."""
    clerk = await desk("/login?role=clerk")
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P16")
    await phone.scan(await clerk.scanned())
    await phone.press("approve-button")
    await clerk.stands_for("办事员", *units_of("P16"))
    at = await page_of_unit(desk, live, uscc_of("P16"))
    name = personas()["P16"].name
    await row_of(at, name).get_by_test_id("act-revoke").click()

    await at.press("ask-yes")
    await expect(clerk.part("refusal-code")).to_have_text("SB-3005", timeout=1_000)

    await clerk.refused_with("SB-3005", "授权已被撤销!")
    await at.says("done", "已删除")
    await picture(clerk, "p16-revoked")
    await clerk.hides("home")


async def test_a_fault_of_the_page_itself_is_said_with_what_to_do_next(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")
    broken = "页面出错,请刷新后核对!"

    async def nonsense(route: Route) -> None:
        await route.fulfill(json={"items": None})

    # What the page cannot make sense of is no refusal, and is not swallowed.
    await at.page.route("**/api/v1/grants?limit=50*", nonsense)
    await at.page.get_by_test_id("filter-active").check(force=True)
    await at.says("refusal-title", broken)
    await at.page.unroute("**/api/v1/grants?limit=50*")

    await at.press("action-refresh")
    await at.shows("grant")
    await at.hides("refusal")

    # Nor is what no part of the page was ready for.
    await at.page.evaluate("() => { setTimeout(() => { throw new TypeError('unforeseen'); }); }")
    await at.says("refusal-title", broken)
    await picture(at, "grants-broken")
    assert at.faults == ["unforeseen"]
    at.faults.clear()
