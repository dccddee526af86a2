"""The registration page: what is typed, what each registry finds, and how to go on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import expect

from handlers.ports import Found, LookUp, NotFound, Source, Unavailable
from server.demo.identifiers import credit_code
from server.demo.shapes import UnitKind
from tests.browser.conftest import NewBrowser
from tests.browser.desks import DeskPage
from tests.build import AREA, an_identity
from tests.registered import numbers
from tests.server.door import door
from tests.server.registries import Registries

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAME = "测试新办有限公司"


@dataclass(slots=True)
class Applicant:
    """A page, and the form as its legal representative fills it."""

    at: DeskPage
    fields: dict[str, str]

    async def send(self, **changed: str) -> None:
        """Fill the form and send it."""
        for testid, text in (self.fields | changed).items():
            await self.at.page.get_by_test_id(testid).fill(text)
        await self.at.press("submit")


NewApplicant = Callable[..., Awaitable[Applicant]]


@pytest_asyncio.fixture(loop_scope="session")
async def applicant(browser: NewBrowser, sqlite_url: str) -> AsyncIterator[NewApplicant]:
    """Opens the page while one registry says what is given and the others know nothing."""
    opened: list[DeskPage] = []
    async with door(sqlite_url, public_url="http://127.0.0.1:8000") as front:

        async def new(says: LookUp | None = None, **options: object) -> Applicant:
            rep = an_identity()
            uscc = credit_code(UnitKind.COMPANY, AREA, next(numbers))
            known = Found(uscc, NAME, rep.name, rep.id_no) if says is None else says
            if isinstance(known, Found) and known.uscc == "":
                known = Found(uscc, known.name, rep.name, known.legal_rep_id_no)
            front.app.ctx.registries = Registries({(Source.PENSION_ENTERPRISE, uscc): known})
            context = await browser(**options)
            opened.append(await DeskPage.opened(context, front.url, "/register"))
            fields = {
                "uscc": uscc,
                "name": NAME,
                "legal_rep_name": rep.name,
                "legal_rep_id_no": rep.id_no,
                "phone": "13800000000",
            }
            return Applicant(opened[-1], fields)

        yield new
        for each in opened:
            await each.page.close()
    assert [fault for each in opened for fault in each.faults] == []


async def test_a_proven_unit_is_told_to_scan(applicant: NewApplicant) -> None:
    one = await applicant()

    await one.send()

    await one.at.says("outcome-title", "注册成功")
    await one.at.shows("to-login")
    await one.at.hides("form")


async def test_each_item_says_how_it_stands_with_each_registry(applicant: NewApplicant) -> None:
    one = await applicant(Found("", NAME, "", "239900197001010000"))

    await one.send()

    await one.at.says("refusal-title", "法人姓名或证件号码与参保信息不一致")
    await one.at.says("legal_rep_id_no-pension_enterprise", "✗ 不一致")
    await one.at.says("name-pension_enterprise", "✓ 一致")
    await one.at.says("uscc-market", "✗ 未查到")
    await expect(one.at.page.get_by_test_id("diagnosis")).not_to_contain_text("2399001970")
    await one.at.press("action-correct-input")
    await expect(one.at.page.get_by_test_id("legal_rep_id_no")).to_be_focused()


async def test_a_unit_that_nobody_knows_waits_with_the_manual_s_sentence(
    applicant: NewApplicant,
) -> None:
    one = await applicant(NotFound())

    await one.send()

    await one.at.says("refusal-title", "企业信息在组织机构相关信息库验证失败,无法注册!")
    await one.at.says("refusal-solutions", "方案一")
    await one.at.says("outcome-title", "已保存,等待单位数据同步")


async def test_while_a_registry_is_silent_the_form_stays_and_can_be_sent_again(
    applicant: NewApplicant,
) -> None:
    one = await applicant(Unavailable())

    await one.send()

    await one.at.says("refusal-title", "校验服务暂不可用")
    await one.at.says("uscc-pension_enterprise", "? 未应答")
    await expect(one.at.page.get_by_test_id("name")).to_have_value(NAME)
    await one.at.press("action-retry")
    await one.at.says("refusal-title", "校验服务暂不可用")


async def test_a_mistyped_code_is_marked_in_the_form(applicant: NewApplicant) -> None:
    one = await applicant()

    await one.send(uscc="91239900MA0000000X")

    await one.at.says("refusal-title", "统一社会信用代码格式不正确")
    await expect(one.at.page.get_by_test_id("uscc")).to_have_attribute("aria-invalid", "true")


async def test_the_page_fits_a_narrow_screen_in_large_type(applicant: NewApplicant) -> None:
    one = await applicant(Unavailable(), viewport={"width": 360, "height": 740})

    await one.at.press("type-switch")
    await one.send()

    await one.at.shows("diagnosis")
    assert (
        await one.at.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        <= 0
    )
