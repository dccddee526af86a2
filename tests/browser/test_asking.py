"""Desk and phones side by side: who has no grant asks for one, and the desk goes on by itself."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from sqlite3 import connect

import pytest
from playwright.async_api import expect

from server.demo.dataset import dataset
from server.demo.identifiers import resident_number
from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import PHONE_WIDE
from tests.browser.phones import (
    PhonePage,
    a_clerk_of,
    asks_for_a_grant,
    scan_and_approve,
    units_of,
)
from tests.live import Live, personas

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CLERK_UNKNOWN = "未找到当前办事员账号信息,请联系法人授权或者去窗口授权!"
AREA, NEW_CLERK = "239900", 8_100_001


def legal_rep_of(persona_key: str) -> tuple[str, str]:
    """Name and number of the legal representative of a persona's first unit."""
    [uscc, *_] = personas()[persona_key].usccs
    found = dataset()
    [rep] = [rep for rep in found.legal_reps if uscc in rep.usccs]
    [person] = [person for person in found.people if person.key == rep.person_key]
    return person.name, person.id_no


async def asks(phone: PhonePage, text: str, uscc: str) -> None:
    """Scan without a grant, and ask for one from where the scan failed."""
    await phone.scan(text)
    await phone.refused_with("SB-2102", CLERK_UNKNOWN)
    await phone.press("error-action-request-grant")
    await phone.part("grant-uscc").fill(uscc)
    await phone.part("grant-note").fill("新接手社保")
    await phone.press("grant-submit")
    await phone.says("waiting-text", "已向")


async def test_a_clerk_asks_the_legal_rep_agrees_and_the_untouched_desk_is_signed_in(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    at = await desk("/login?role=clerk")
    number = resident_number(AREA, NEW_CLERK)
    clerk = await PhonePage.own(await browser(viewport=PHONE_WIDE), live, "陈新来", number)
    rep = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P1")
    [uscc] = personas()["P1"].usccs
    await asks(clerk, await at.scanned(), uscc)
    await at.says("desk", "等待法人")

    await rep.press("answer-open")
    await rep.says("answer-card", "陈新来")
    await rep.press("answer-yes")
    await rep.says("done-title", "已同意授权")
    await clerk.says("waiting-text", "法人已同意")
    await clerk.press("waiting-approve")

    await at.stands_for("办事员", *units_of("P1"))
    assert at.faults == []


async def test_the_legal_rep_gives_on_the_phone_less_than_was_asked_for(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    number = resident_number(AREA, NEW_CLERK + 1)
    uscc = personas()["P20"].usccs[0]
    clerk = await asks_for_a_grant(live, "田部分", number, uscc)
    name, rep_no = legal_rep_of("P20")
    rep = await PhonePage.own(await browser(viewport=PHONE_WIDE), live, name, rep_no)

    await rep.press("answer-open")
    await rep.chooses_unit(units_of("P20")[0])
    card = rep.part("answer-card").filter(has_text="田部分")
    await expect(card).to_be_visible()
    boxes = card.get_by_test_id("answer-relation")
    count = await boxes.count()
    for box in await boxes.all():
        await box.uncheck()
    await card.get_by_test_id("answer-yes").click()
    await expect(card.get_by_test_id("answer-wrong")).to_have_text("请至少选择一条参保关系。")
    await boxes.first.check()
    await card.get_by_test_id("answer-width").select_option("some")
    await card.get_by_test_id("answer-item-bases").check()
    await card.get_by_test_id("answer-until").select_option("day")
    await card.get_by_test_id("answer-day").fill("2099-12-31")
    await rep.picture("phone-answer")
    await card.get_by_test_id("answer-yes").click()
    await rep.says("done-title", "已同意授权")

    [grant] = (await clerk.get("/session/grants")).good()["items"]
    assert count > 1
    assert [each["items"] for each in grant["relations"]] == ["bases"]
    assert grant["valid_to"].startswith("2099-12-31T15:59:59")


async def test_a_revocation_on_the_phone_ends_the_clerks_open_page_within_a_second(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    at = await desk("/login?role=clerk")
    phone = await a_clerk_of(live, "P11", "常在线", resident_number(AREA, NEW_CLERK + 2))
    await scan_and_approve(phone, await at.scanned())
    await at.stands_for("办事员", *units_of("P11"))
    rep = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P11")
    await rep.press("answer-open")
    card = rep.part("grant-card").filter(has_text="常在线")
    await expect(card).to_be_visible()

    await card.get_by_test_id("grant-revoke").click()
    await expect(card.get_by_test_id("grant-revoke")).to_have_text("再按一次,确认删除")
    await card.get_by_test_id("grant-revoke").click()
    await expect(at.part("refusal-code")).to_have_text("SB-3005", timeout=1_000)

    await at.refused_with("SB-3005", "授权已被撤销!")
    await rep.says("done-title", "已删除授权")


async def test_a_clerk_asks_takes_back_and_renews_on_the_own_pages_of_the_phone(
    browser: NewBrowser, live: Live
) -> None:
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P20")
    await phone.press("mine-open")
    await phone.says("mine-grant", units_of("P20")[0])
    await phone.press("mine-ask")
    await phone.part("grant-uscc").fill(personas()["P11"].usccs[0])
    await phone.press("grant-submit")
    await phone.says("mine-request", units_of("P11")[0])
    await phone.picture("phone-mine")
    await phone.press("mine-withdraw")
    await phone.says("mine-outcome", "申请已撤回")

    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    with closing(connect(live.running.database, timeout=10)) as file, file:
        file.execute(
            "UPDATE grants SET valid_to = ? WHERE status = 'active'"
            " AND unit_id = (SELECT id FROM units WHERE uscc = ?)",
            (soon, personas()["P20"].usccs[0]),
        )
    await phone.press("back-button")
    await phone.press("mine-open")
    await phone.press("mine-renew")

    await phone.says("mine-asked", "等法人答复")


async def test_a_misspelt_clerk_asks_is_denied_and_desk_and_phone_say_so(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    """手册 3.1.1 注, 5.2.2.2: P5."""
    at = await desk("/login?role=clerk")
    clerk = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P5")
    name, number = legal_rep_of("P5")
    rep = await PhonePage.own(await browser(viewport=PHONE_WIDE), live, name, number)
    await asks(clerk, await at.scanned(), personas()["P5"].usccs[0])

    await rep.press("answer-open")
    await rep.press("answer-no")

    await clerk.says("waiting-text", "不认识申请人")
    await expect(clerk.part("waiting-approve")).to_be_hidden()
    await at.hides("home")
