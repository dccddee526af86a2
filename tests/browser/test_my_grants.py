"""A clerk's own pages: ask for a grant, see what became of it, ask for more time, answer others."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from sqlite3 import connect

import pytest
from playwright.async_api import expect

from server.demo.identifiers import resident_number
from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.grants_page import (
    AREA,
    does,
    page_of_unit,
    picture,
    row_of,
    uscc_of,
)
from tests.browser.phones import a_clerk_of, asks_for_a_grant, scan_and_approve, units_of
from tests.live import Live, Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

COLLEAGUE, NEWCOMER = 8_400_000, "许新人"


async def my_page(desk: NewDesk, phone: Phone) -> DeskPage:
    """The page 我的授权 of whoever holds the phone."""
    at = await desk("/login?role=clerk")
    await scan_and_approve(phone, await at.scanned())
    await at.shows("banner")
    await at.press("menu-own_grants")
    await at.shows("own-grant")
    return at


def change(live: Live, statement: str, *values: object) -> None:
    """Change a row as time or the agency would."""
    with closing(connect(live.running.database, timeout=10)) as file, file:
        assert file.execute(statement, values).rowcount > 0


async def test_a_clerk_asks_on_his_own_page_and_sees_the_answer_without_a_reload(
    desk: NewDesk, live: Live
) -> None:
    phone = await a_clerk_of(live, "P11", NEWCOMER, resident_number(AREA, COLLEAGUE + 1))
    clerk = await my_page(desk, phone)
    at = await page_of_unit(desk, live, uscc_of("P1"))
    await clerk.part("uscc").fill(uscc_of("P1"))
    await clerk.part("note").fill("帮忙办理年审")
    await clerk.press("ask-submit")
    await clerk.says("done", "已提交申请")
    await clerk.says("request-outcome", "等法人答复")
    await picture(clerk, "my-grants")

    await does(at, NEWCOMER, "approve")

    await clerk.says("request-outcome", "法人已同意")
    await expect(clerk.part("own-unit").filter(has_text=units_of("P1")[0])).to_have_count(1)


async def test_a_request_can_be_taken_back_and_what_is_wrong_is_said(
    desk: NewDesk, live: Live
) -> None:
    clerk = await my_page(desk, await live.phone("P18"))
    await clerk.part("uscc").fill("91239900RLXDJ01N3N")
    await clerk.press("ask-submit")
    await clerk.shows("refusal")
    await clerk.part("uscc").fill(uscc_of("P11"))
    await clerk.press("ask-submit")
    await clerk.says("done", "已提交申请")
    await clerk.part("uscc").fill(uscc_of("P11"))
    await clerk.press("ask-submit")
    await clerk.refused_with("SB-3008", "已有待审批的授权申请!")

    await clerk.press("withdraw")
    await clerk.press("ask-yes")

    await clerk.says("done", "已撤回")
    await clerk.says("request-outcome", "您已撤回申请")
    await clerk.hides("withdraw")


async def test_one_tap_asks_for_more_time_and_the_legal_rep_finds_it_to_do(
    desk: NewDesk, live: Live
) -> None:
    clerk = await my_page(desk, await live.phone("P19"))
    ends = datetime.now(UTC) + timedelta(days=5)
    change(
        live,
        "UPDATE grants SET valid_to = ? WHERE id = ?",
        ends.isoformat(),
        await clerk.part("own-grant").get_attribute("data-grant"),
    )
    await clerk.press("brand")
    await clerk.says("to-renew", "将于")
    await picture(clerk, "home-to-renew")
    await clerk.press("to-renew-go")
    await clerk.press("renew")
    await clerk.says("done", "已提交续期申请")
    await clerk.says("own-asked", "等法人答复")
    await clerk.hides("renew")

    at = await page_of_unit(desk, live, uscc_of("P19"))
    await at.press("brand")
    await at.says("to-answer", "授权申请等您审批")
    await at.press("to-answer-go")
    await expect(row_of(at, "申请续期")).to_have_count(1)
    await does(at, "申请续期", "approve")

    year = (datetime.now(UTC) + timedelta(days=365, hours=8)).year
    await expect(clerk.part("own-grant")).to_contain_text(f"至 {year}/")
    await clerk.hides("own-asked")


async def test_a_manager_answers_on_his_own_page_within_his_own_grant(
    desk: NewDesk, live: Live
) -> None:
    change(
        live,
        "UPDATE grants SET manager_slot = 1 WHERE unit_id ="
        " (SELECT id FROM units WHERE uscc = ?) AND status = 'active'"
        " AND id = (SELECT g.id FROM grants g JOIN units u ON u.id = g.unit_id"
        " WHERE u.uscc = ? ORDER BY g.id LIMIT 1)",
        uscc_of("P3"),
        uscc_of("P3"),
    )
    at = await my_page(desk, await live.phone("P3"))
    name = "何同事"
    phone = await asks_for_a_grant(live, name, resident_number(AREA, COLLEAGUE), uscc_of("P3"))
    await at.page.reload()
    await at.says("waiting-count", "1")
    await picture(at, "my-grants-manager")

    await at.press("act-approve")
    await at.press("ask-yes")

    await at.says("done", "已同意")
    [unit] = (await phone.get("/session/units")).good()["items"]
    assert unit["name"] == units_of("P3")[0]


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
async def test_the_page_fits_a_narrow_window(desk: NewDesk, live: Live, large: bool) -> None:
    at = await my_page(desk, await live.phone("P20"))
    await at.page.set_viewport_size({"width": 375, "height": 800})
    if large:
        await at.press("type-switch")
    await picture(at, f"my-grants-narrow-{large}")

    assert await at.sideways() == 0
