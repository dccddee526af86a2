"""手册 5.2.2.1: who scans without an account registers at once, and types no name and number."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from server.demo.identifiers import credit_code
from server.demo.shapes import UnitKind
from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import PHONE_WIDE
from tests.browser.phones import PhonePage, scan_and_approve
from tests.build import AREA
from tests.live import Live, personas

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NAME = "测试新办有限公司"


@pytest_asyncio.fixture(loop_scope="session")
async def uscc(live: Live) -> AsyncIterator[str]:
    """A unit that the market registry knows with P6 as its legal representative."""
    rep, made = personas()["P6"], credit_code(UnitKind.COMPANY, AREA, 700_001)
    record = {
        "source": "market",
        "uscc": made,
        "name": NAME,
        "legal_rep": {"name": rep.name, "id_no": rep.id_no},
    }
    await live.control("/registry", record)
    yield made


async def test_p6_scans_is_sent_to_register_with_his_identity_and_scans_in(
    desk: NewDesk, browser: NewBrowser, live: Live, uscc: str
) -> None:
    at, rep = await desk("/login?role=legal_rep"), personas()["P6"]
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P6")
    await phone.scan(await at.scanned())
    await at.refused_with("SB-2101", "未找到当前法人账号信息,请先注册法人账号!")
    await phone.press("error-action-register")
    await phone.says("done-title", "请在电脑上注册")

    await at.press("action-register")
    await at.says("carried-name", rep.name[0] + "*")
    await expect(at.page.get_by_test_id("legal_rep_id_no")).to_be_hidden()
    assert "#" not in at.page.url
    page = await at.page.content()
    assert rep.id_no not in page
    assert rep.name not in page
    for part, text in (("uscc", uscc), ("name", NAME), ("phone", "13912390006")):
        await at.part(part).fill(text)
    await at.press("submit")
    await at.says("outcome-title", "注册成功")

    await at.press("to-login")
    await scan_and_approve(await live.phone("P6"), await at.scanned())
    await at.stands_for("法人", NAME)


async def test_whoever_is_somebody_else_types_the_legal_rep_himself(
    desk: NewDesk, browser: NewBrowser, live: Live
) -> None:
    at = await desk("/login?role=legal_rep")
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P7")
    await phone.scan(await at.scanned())
    await at.press("action-register")
    await at.shows("carried")

    await at.press("type-rep")

    await at.hides("carried")
    await at.shows("legal_rep_name")


async def test_a_scan_that_was_too_long_ago_is_told_and_the_form_can_be_typed(
    desk: NewDesk,
) -> None:
    at = await desk("/register#carried=00ff&name=张*")
    for part, text in (
        ("uscc", credit_code(UnitKind.COMPANY, AREA, 700_002)),
        ("name", NAME),
        ("phone", "13912390006"),
    ):
        await at.part(part).fill(text)

    await at.press("submit")

    await at.refused_with("SB-2103", "二维码已过期,请刷新!")
    await at.press("type-rep")
    await at.shows("legal_rep_name")
