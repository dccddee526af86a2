"""What waits for the legal rep on the page 授权登录: requests, and grants paused by 法人变更."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from sqlite3 import connect

import pytest
from playwright.async_api import expect

from server.demo.dataset import dataset
from server.demo.identifiers import resident_number
from server.demo.units import CHANGED_HANDS
from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.grants_page import (
    AREA,
    does,
    page_of_unit,
    picture,
    row_of,
    the_page,
    uscc_of,
)
from tests.browser.phones import asks_for_a_grant, scan_and_approve, units_of
from tests.browser.test_accounts import by_password, set_password
from tests.live import Live, personas

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PASSWORD = "Correct-Horse-1"
ASKER = 8_300_000
MANY = 53


async def test_a_request_appears_on_the_open_page_and_is_approved_in_part(
    desk: NewDesk, live: Live
) -> None:
    """The unit of P2's second relation set: relations, business and end are all narrower."""
    uscc = uscc_of("P4")
    at = await page_of_unit(desk, live, uscc)
    phone = await asks_for_a_grant(live, "魏申请", resident_number(AREA, ASKER), uscc)
    row = at.part("waiting").get_by_test_id("grant").filter(has_text="魏申请")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("新接手社保")

    await row.get_by_test_id("act-approve").click()
    await at.shows("ask")
    boxes = at.part("ask").get_by_test_id("relation")
    every = await boxes.count()
    await boxes.first.uncheck()
    await at.part("width").select_option("some")
    await at.press("ask-yes")
    await at.says("refusal-title", "请选择业务范围")
    await at.press("item-employees")
    await at.press("item-prints")
    await at.part("until").select_option("30")
    await picture(at, "answer-approve")
    await at.press("ask-yes")
    await at.says("done", "已同意")

    [unit] = (await phone.get("/session/units")).good()["items"]
    assert len(unit["relations"]) == every - 1
    assert {each["items"] for each in unit["relations"]} == {"employees,prints"}
    given = row_of(at, "魏申请")
    await expect(given.get_by_test_id("status")).to_have_text("生效中")
    ends = datetime.now(UTC) + timedelta(days=30, hours=8)
    await expect(given).to_contain_text(f"{ends.year}/{ends.month}/{ends.day}")


async def test_a_request_is_denied_for_a_reason_and_the_next_one_wakes_nobody(
    desk: NewDesk, live: Live
) -> None:
    """qr-login §2 row 25."""
    number = resident_number(AREA, ASKER + 1)
    phone = await asks_for_a_grant(live, "蒋打扰", number, uscc_of("P1"))
    at = await the_page(desk, live, "P1")

    await row_of(at, "蒋打扰").get_by_test_id("act-deny").click()
    await at.press("mute")
    await picture(at, "answer-deny")
    await at.press("ask-yes")
    await at.says("done", "已拒绝")

    [told] = (await phone.get("/grant-requests")).good()["items"]
    assert (told["status"], told["reason"]) == ("denied", "不认识申请人")
    (await phone.post("/grant-requests", {"uscc": uscc_of("P1")})).good()
    await expect(row_of(at, "蒋打扰").get_by_test_id("act-approve")).to_have_count(1)


async def test_whoever_came_by_password_confirms_by_a_scan_and_goes_on_with_the_answer(
    desk: NewDesk, live: Live
) -> None:
    """SB-3012 leads to a scan and back to where the answer was begun."""
    at = await the_page(desk, live, "P11")
    await set_password(at, PASSWORD)
    await by_password(at, uscc_of("P11"), PASSWORD)
    await at.shows("home")
    await asks_for_a_grant(live, "沈确认", resident_number(AREA, ASKER + 2), uscc_of("P11"))
    await at.page.goto(f"{live.url}/grants")

    await does(at, "沈确认", "approve")
    await at.refused_with("SB-3012", "请先完成身份确认!")
    await at.press("action-confirm-identity")
    await at.says("notice-text", "确认是您本人")
    await picture(at, "answer-confirm")
    await scan_and_approve(await live.phone("P11"), await at.scanned())

    await at.says("ask-title", "同意沈确认为本单位办理业务")
    await at.press("ask-yes")
    await at.says("done", "已同意")
    await expect(row_of(at, "沈确认").get_by_test_id("status")).to_have_text("生效中")


async def test_whoever_does_not_want_to_confirm_now_finds_the_page_as_it_was(
    desk: NewDesk, live: Live
) -> None:
    at = await the_page(desk, live, "P1")

    await at.page.goto(f"{live.url}/login?role=legal_rep&confirm=grants")
    await at.is_drawn()
    await at.press("confirm-later")

    await at.shows("list")


async def test_a_clerk_who_is_given_more_sees_it_on_the_open_home_page(
    desk: NewDesk, live: Live
) -> None:
    """domain §7.2 row 8: the page goes on, with more."""
    clerk = await desk("/login?role=clerk")
    await scan_and_approve(await live.phone("P4"), await clerk.scanned())
    await clerk.choose(units_of("P4")[0])
    await clerk.shows("banner")
    begun = await clerk.page.evaluate("performance.timeOrigin")
    had = await clerk.part("relation").count()
    at = await page_of_unit(desk, live, uscc_of("P4"))
    await row_of(at, personas()["P4"].name).get_by_test_id("act-change").click()
    await at.shows("editor")
    boxes = await at.part("relation").all()
    for box in boxes:
        await box.check()

    await at.press("save")

    await at.says("done", "已修改")
    await expect(clerk.part("relation")).to_have_count(len(boxes))
    assert len(boxes) > had
    assert await clerk.page.evaluate("performance.timeOrigin") == begun
    await clerk.stands_for("办事员", units_of("P4")[0])


async def test_a_new_legal_rep_finds_every_paused_grant_on_top_and_confirms_them_one_by_one(
    desk: NewDesk, live: Live
) -> None:
    """法人变更 (domain §7.2): more grants than a page of the list has."""
    unit = dataset().units[CHANGED_HANDS]
    at = await page_of_unit(desk, live, unit.uscc)
    await _paused_by_the_change(live, at)
    await at.page.reload()

    await at.says("paused", f"有 {MANY} 位办事员的授权已暂停")
    await expect(at.part("waiting").get_by_test_id("grant")).to_have_count(MANY)
    above = await at.part("to-do").bounding_box()
    below = await at.part("add").bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    await picture(at, "answer-new-rep")

    first = at.part("waiting").get_by_test_id("grant").first
    name = await first.get_by_test_id("clerk").inner_text()
    await first.get_by_test_id("act-resume").click()
    await at.press("ask-yes")
    await at.says("paused", f"有 {MANY - 1} 位办事员的授权已暂停")
    await expect(row_of(at, name).get_by_test_id("status").first).to_have_text("待确认")
    await at.part("waiting").get_by_test_id("act-revoke").first.click()
    await at.press("ask-yes")

    await at.says("paused", f"有 {MANY - 2} 位办事员的授权已暂停")


async def _paused_by_the_change(live: Live, at: DeskPage) -> None:
    """Clerks as the former legal rep would have left them; the demonstration has one of them."""
    session = await at.session()
    for place in range(MANY - 1):
        clerk = {
            "id_type": "01",
            "id_no": resident_number(AREA, ASKER + 100 + place),
            "name": f"韩留任{place}",
            "phone": "13800138000",
        }
        body = {"clerk": clerk, "relation_ids": [session["relations"][0]["id"]]}
        status = await at.page.evaluate(
            """async ([body, token]) => (await fetch('/api/v1/grants', {method: 'POST',
            headers: {'Content-Type': 'application/json', 'X-CSRF-Token': token},
            body: JSON.stringify(body)})).status""",
            [body, session["csrf_token"]],
        )
        assert status == 201
    with closing(connect(live.running.database, timeout=10)) as file, file:
        file.execute(
            "UPDATE grants SET status = 'suspended', suspension = 'rep_changed'"
            " WHERE unit_id = ? AND status = 'offered'",
            (session["unit"]["id"],),
        )
