"""The agency's console in a browser: look a unit up, authorise its clerks (手册 3.1.2)."""

import os
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from struct import pack

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, expect

from models.grant import Grant
from models.unit import Relation
from models.vocabulary import Duty, GrantSource, GrantStatus
from models.window import WindowGrant
from server.hashing import Hashing
from tests.browser.conftest import NewBrowser
from tests.browser.desks import PHONE_WIDE, DeskPage
from tests.officers import PASSWORD, SECRET, an_officer
from tests.registered import (
    NOW,
    Rep,
    a_granted_clerk,
    a_registered_rep,
    a_unit,
    an_identity,
)
from tests.server.door import door

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURES = os.environ.get("ZB_PICTURES", "")


def a_picture() -> bytes:
    """A PNG of one grey dot."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    size = pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    dots = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + dots + chunk(b"IEND", b"")


@dataclass(slots=True)
class Window:
    """An officer of the window at the console, and a unit of two relations in scope."""

    at: DeskPage
    rep: Rep

    async def finds(self, words: str) -> None:
        """Search, and open what is found."""
        await self.at.part("words").fill(words)
        await self.at.press("look-up")
        await self.at.press("details")
        await self.at.shows("unit-detail")

    async def begins(self) -> None:
        """Open the form, read the notice, upload one paper."""
        await self.at.press("begin-grant")
        await self.at.press("read")
        await self.uploads("介绍信.png")

    async def uploads(self, name: str) -> None:
        """Upload a picture."""
        file: FilePayload = {"name": name, "mimeType": "image/png", "buffer": a_picture()}
        await self.at.part("paper").set_input_files([file])
        await self.at.says("done", f"已上传:{name}")

    async def types(self, name: str, id_no: str) -> None:
        """Fill a clerk in."""
        await self.at.part("id-no").fill(id_no)
        await self.at.part("clerk-name").fill(name)
        await self.at.part("clerk-phone").fill("13800138000")

    async def picture(self, name: str) -> None:
        """Keep a picture, for whoever wants to look at the page."""
        if PICTURES:
            await self.at.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


NewWindow = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser: NewBrowser, sqlite_url: str, tmp_path: Path) -> AsyncIterator[NewWindow]:
    """Signs an officer in with password and authenticator; a script error fails the test."""
    opened: list[DeskPage] = []
    folder = str(tmp_path / "uploads")
    async with door(sqlite_url, public_url="http://127.0.0.1:1", upload_dir=folder) as front:

        async def new(**options: object) -> Window:
            officer = await an_officer(Duty.WINDOW, hasher=Hashing())
            rep = await a_registered_rep(await a_unit("窗口某某公司", relations=2))
            at = await DeskPage.opened(await browser(**options), front.url, "/console/")
            opened.append(at)
            await at.part("account").fill(officer.account)
            await at.part("password").fill(PASSWORD)
            await at.part("code").fill(pyotp.TOTP(SECRET).at(NOW))
            await at.press("enter")
            await at.shows("console-desk")
            return Window(at, rep)

        yield new
        for each in opened:
            await each.page.close()
    assert [fault for each in opened for fault in each.faults] == []


async def test_a_unit_is_found_by_either_number_and_shown_masked(window: NewWindow) -> None:
    here = await window()
    numbers = await Relation.filter(unit_id=here.rep.unit.id).order_by("id")

    for words in (here.rep.unit.uscc, numbers[1].unit_no):
        await here.at.part("words").fill(words)
        await here.at.press("look-up")
        await here.at.says("found-unit", "窗口某某公司")
        await here.at.says("found-rep", "*")
    await here.at.press("details")

    await here.at.says("rep-id", "*")
    await expect(here.at.part("relations").locator("li")).to_have_count(2)
    await here.at.says("relations", numbers[0].unit_no)
    await here.at.part("words").fill("91239900RLXDJ01N3N")
    await here.at.press("look-up")
    await here.at.says("nothing", "没有找到单位")


async def test_clerks_are_authorised_with_papers_after_the_notice_was_read(
    window: NewWindow,
) -> None:
    here = await window()
    clerks = [an_identity("钱窗口"), an_identity("孙窗口")]
    await here.finds(here.rep.unit.uscc)
    await here.at.press("begin-grant")
    await here.at.shows("notice-items")
    file: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": a_picture()}
    await here.at.part("paper").set_input_files([file])
    await here.at.says("done", "请先阅读注意事项")

    await here.at.press("read")
    await here.uploads("介绍信.png")
    await here.uploads("多余的.png")
    await expect(here.at.part("paper-row").locator("img")).to_have_count(2)
    await here.at.part("remove-paper").nth(1).click()
    await expect(here.at.part("paper-row")).to_have_count(1)
    await here.at.press("add-clerk")
    await here.at.says("clerk-fault", "请填写办事员证件号码")
    await here.types("多余人", an_identity().id_no)
    await here.at.press("add-clerk")
    await here.at.press("remove-clerk")
    await here.types("钱窗口", clerks[0].id_no)
    await here.at.press("add-clerk")
    await here.types("孙窗口", clerks[1].id_no)
    await here.at.press("submit-grant")
    await here.at.says("relation-fault", "请至少选择一条参保关系")
    await here.at.part("relation").first.locator("input").check()
    await here.picture("console-grant")
    await here.at.press("submit-grant")

    await here.at.says("done", "授权已办理")
    made = await Grant.filter(unit_id=here.rep.unit.id).order_by("id").prefetch_related("relations")
    assert [each.status for each in made] == [GrantStatus.ACTIVE] * 2
    assert {each.source for each in made} == {GrantSource.WINDOW}
    assert [len(each.relations) for each in made] == [1, 1]
    assert (await WindowGrant.get(unit_id=here.rep.unit.id)).notice_version


async def test_what_a_clerk_has_already_is_marked_yellow_and_in_words(window: NewWindow) -> None:
    here = await window()
    clerk = await a_granted_clerk(here.rep.unit)
    _, second = await Relation.filter(unit_id=here.rep.unit.id).order_by("id")
    await clerk.grant.relations.remove(second)
    await here.finds(here.rep.unit.uscc)
    await here.at.press("begin-grant")

    await here.at.part("known").select_option(clerk.grant.id)

    await expect(here.at.part("already")).to_have_count(1)
    await expect(here.at.part("already")).to_have_text("已有权限")
    colour = await here.at.part("relation").first.evaluate(
        "row => getComputedStyle(row).backgroundColor"
    )
    assert colour == "rgb(255, 243, 191)"


async def test_a_unit_insured_under_another_code_is_refused_in_the_manuals_words(
    window: NewWindow,
) -> None:
    """手册 5.3; SB-3001."""
    here = await window()
    await Relation.filter(unit_id=here.rep.unit.id).update(recorded_uscc="112310000012345678")
    await here.finds(here.rep.unit.uscc)
    await here.begins()
    await here.types("钱窗口", an_identity().id_no)
    for row in await here.at.part("relation").locator("input").all():
        await row.check()

    await here.at.press("submit-grant")

    await expect(here.at.part("refusal-code")).to_have_text("SB-3001")
    await here.at.says("refusal-title", "系统没有识别到统一社会信用代码:1123100000********")
    await here.at.says(
        "refusal-title", "的有效公共服务注册信息,请在公共服务端办理注册后再由经办机构进行授权操作。"
    )
    await here.picture("console-refused")
    assert await Grant.filter(unit_id=here.rep.unit.id).count() == 0


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
async def test_the_form_fits_a_narrow_window(window: NewWindow, large: bool) -> None:
    here = await window(viewport=PHONE_WIDE)
    if large:
        await here.at.press("type-switch")
    await here.finds(here.rep.unit.uscc)
    await here.at.press("begin-grant")
    await here.picture(f"console-narrow-{large}")

    assert await here.at.sideways() == 0
