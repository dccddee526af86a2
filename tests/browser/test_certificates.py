"""The certificates page: an empty one, adding a file, what is refused and how to go on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, expect

from models.unit import Unit
from models.vocabulary import Role
from server.call import SESSION_COOKIE, cookie_name
from tests.browser.conftest import NewBrowser
from tests.browser.desks import DeskPage
from tests.build import a_desk_session
from tests.certificate_files import a_der, a_pfx
from tests.certificates import a_certificate
from tests.registered import a_granted_clerk, a_unit
from tests.server.door import door

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass(slots=True)
class Shown:
    """A clerk's page and their unit."""

    unit: Unit
    at: DeskPage

    async def choose(self, data: bytes, name: str = "unit.cer") -> None:
        """Pick a file."""
        await expect(self.at.page.get_by_test_id("certificates")).to_be_visible()
        chosen = FilePayload(name=name, mimeType="application/octet-stream", buffer=data)
        await self.at.page.get_by_test_id("file").set_input_files(chosen)


NewShown = Callable[..., Awaitable[Shown]]


@pytest_asyncio.fixture(loop_scope="session")
async def shown(browser: NewBrowser, sqlite_url: str) -> AsyncIterator[NewShown]:
    """Opens the page of a new unit's clerk, who holds certificates with so many days left."""
    opened: list[DeskPage] = []
    async with door(sqlite_url, public_url="http://127.0.0.1:8000") as front:

        async def new(*left: int, **options: object) -> Shown:
            clerk = await a_granted_clerk(await a_unit("哈尔滨某某信息技术服务有限责任公司"))
            for days in left:
                await a_certificate(clerk.unit, days)
            desk = await a_desk_session(front.tools, clerk.person, Role.CLERK, clerk.unit)
            context = await browser(**options)
            name, host = cookie_name(front.app.ctx, SESSION_COOKIE), urlsplit(front.url).hostname
            await context.add_cookies(
                [{"name": name, "value": desk.secret, "domain": host or "", "path": "/"}]
            )
            opened.append(await DeskPage.opened(context, front.url, "/certificates"))
            return Shown(clerk.unit, opened[-1])

        yield new
        for each in opened:
            await each.page.close()
    assert [fault for each in opened for fault in each.faults] == []


async def test_a_unit_without_certificates_is_told_what_to_do(shown: NewShown) -> None:
    page = (await shown()).at.page

    await expect(page.get_by_test_id("empty")).to_contain_text("上传证书文件")
    await expect(page.get_by_test_id("upload")).to_be_visible()


async def test_certificates_are_listed_with_their_state_and_days(shown: NewShown) -> None:
    page = (await shown(7, -10)).at.page

    await expect(page.get_by_test_id("status")).to_have_text(["即将到期", "已过期"])
    await expect(page.get_by_test_id("days").first).to_contain_text("还有7天到期")


async def test_a_chosen_file_is_read_and_shown(shown: NewShown) -> None:
    found = await shown()

    await found.choose(a_der(found.unit.uscc))

    page = found.at.page
    await expect(page.get_by_test_id("done")).to_contain_text("已添加")
    await expect(page.get_by_test_id("certificate")).to_contain_text("信用代码与本单位一致")


async def test_what_is_not_recognised_leads_to_the_troubleshooter(shown: NewShown) -> None:
    found = await shown()

    await found.choose(b"no certificate")

    page = found.at.page
    await expect(page.get_by_test_id("refusal-code")).to_have_text("SB-6003")
    await page.get_by_test_id("action-check-certificate").click()
    await expect(page.get_by_test_id("trouble")).to_contain_text("安装驱动")


async def test_a_file_with_a_key_is_refused_with_the_way_out(shown: NewShown) -> None:
    found = await shown()

    await found.choose(a_pfx(found.unit.uscc), "unit.pfx")

    await expect(found.at.page.get_by_test_id("refusal")).to_contain_text("不含私钥的.cer文件")


async def test_the_page_fits_a_narrow_screen(shown: NewShown) -> None:
    page = (await shown(7, viewport={"width": 360, "height": 780})).at.page
    await expect(page.get_by_test_id("certificate")).to_be_visible()

    wide = await page.evaluate("document.documentElement.scrollWidth")

    assert wide <= 360
