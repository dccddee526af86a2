"""The account of a legal representative at the agency's console: unlock, link, stop, lift."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from handlers import locks
from models.database import tx
from models.unit import LegalRep
from models.vocabulary import Duty
from server.call import SESSION_COOKIE, cookie_name
from server.hashing import Hashing
from tests.browser.conftest import NewBrowser
from tests.browser.desks import DeskPage
from tests.build import NOW, vault
from tests.handlers.accounts import PHONE, QUICK, Held, a_held_account
from tests.officers import a_console, an_officer
from tests.server.door import Door, door

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Console = Callable[[Duty], Awaitable[DeskPage]]


@pytest_asyncio.fixture(loop_scope="session")
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application in this process."""
    async with door(sqlite_url, public_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def held(front: Door) -> Held:
    """A legal representative with a password, and a phone that the unit has registered."""
    hasher = Hashing(QUICK)
    made = await a_held_account(hasher)
    hasher.close()
    sealed = vault().seal(PHONE, aad=f"legal_reps.phone.{made.legal_rep.id}")
    await LegalRep.filter(id=made.legal_rep.id).update(phone_sealed=sealed)
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: NewBrowser, front: Door, held: Held) -> AsyncIterator[Console]:
    """Opens the unit at the console of a new officer with a duty."""
    opened: list[DeskPage] = []

    async def new(duty: Duty) -> DeskPage:
        signed = await a_console(front.tools, await an_officer(duty))
        context = await browser()
        name: str = cookie_name(front.app.ctx, SESSION_COOKIE)
        cookie: Any = {"name": name, "value": signed.secret, "url": front.url}
        await context.add_cookies([cookie])
        opened.append(await DeskPage.opened(context, front.url, "/console/"))
        await open_unit(opened[-1], held.unit.uscc)
        return opened[-1]

    yield new
    assert [fault for each in opened for fault in each.faults] == []


async def open_unit(at: DeskPage, uscc: str) -> None:
    await at.part("words").fill(uscc)
    await at.press("look-up")
    await at.press("details")
    await at.shows("account-state")


async def test_a_locked_account_is_unlocked_with_a_reason_and_a_link_is_sent(
    console: Console, held: Held
) -> None:
    """常见问题 1.1: 联系社保部门或系统管理员进行解锁."""
    for _ in range(5):
        async with tx():
            await locks.count_failure(held.account.id, NOW)
    at = await console(Duty.WINDOW)
    await at.says("account-state", "已锁定")
    await at.hides("account-stop")

    await at.press("account-unlock")
    await at.says("account-told", "请先填写原因。")
    await at.part("account-reason").fill("本人持身份证到窗口")
    await at.press("account-unlock")

    await at.says("account-state", "正常")
    await at.press("account-invite")
    await at.says("account-told", "链接已发送到登记的法人手机")


async def test_one_supervisor_stops_an_account_and_two_let_it_in_again(console: Console) -> None:
    """domain §7.4: only admin unlock (two-person)."""
    first = await console(Duty.SUPERVISOR)
    await first.part("account-reason").fill("涉嫌冒用")
    await first.press("account-stop")
    await first.says("account-state", "已停用,原因“涉嫌冒用”")
    await first.part("account-reason").fill("已核实")
    await first.press("account-lift")
    await first.says("account-state", "已有一位主管同意恢复")
    await first.hides("account-lift")

    second = await console(Duty.SUPERVISOR)
    await second.part("account-reason").fill("已核实本人")
    await second.press("account-lift")

    await second.says("account-state", "正常")
    await expect(second.part("account-told")).to_have_text("已记录。")


async def test_a_reviewer_sees_the_unit_and_nothing_of_the_account(
    browser: NewBrowser, front: Door, held: Held
) -> None:
    signed = await a_console(front.tools, await an_officer(Duty.REVIEWER))
    context = await browser()
    name: str = cookie_name(front.app.ctx, SESSION_COOKIE)
    cookie: Any = {"name": name, "value": signed.secret, "url": front.url}
    await context.add_cookies([cookie])
    at = await DeskPage.opened(context, front.url, "/console/")
    await at.part("words").fill(held.unit.uscc)
    await at.press("look-up")
    await at.press("details")

    await at.shows("rep")
    await at.hides("account-part")
