"""The inbox as a person sees it: live arrival, reading, where a message leads, the settings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from models.grant import Grant
from models.inbox import InboxMessage
from models.outbox import Topic
from models.person import Person
from models.unit import Unit
from models.vocabulary import GrantStatus, Role
from server.call import SESSION_COOKIE, cookie_name
from server.commands.demo_env import TEMPLATES_FILE
from tests.browser.conftest import NewBrowser
from tests.browser.desks import PHONE_WIDE, DeskPage
from tests.build import a_desk_session
from tests.messages import a_message
from tests.registered import DAY, NOW, a_granted_clerk, a_registered_rep, a_unit
from tests.server.door import Door, door

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NARROW = {"viewport": {"width": 360, "height": 780}}


@dataclass(slots=True)
class Signed:
    """A legal representative at a desk of their own."""

    front: Door
    person: Person
    unit: Unit
    at: DeskPage

    async def gets(self, topic: Topic = Topic.GRANT_REVOKED, **facts: object) -> InboxMessage:
        """A message comes, as a worker writes and announces it."""
        facts.setdefault("unit_name", self.unit.name)
        row = await a_message(self.person, topic, facts=facts, unit_id=self.unit.id)
        await self.front.tools.news.announce({self.person.id: row.id})
        return row


NewSigned = Callable[..., Awaitable[Signed]]


@pytest_asyncio.fixture(loop_scope="session")
async def signed(browser: NewBrowser, sqlite_url: str) -> AsyncIterator[NewSigned]:
    """Opens the inbox of somebody new; a script error fails the test."""
    opened: list[DeskPage] = []
    async with door(
        sqlite_url,
        public_url="http://127.0.0.1:8000",
        wechat_appid="wx1",
        wechat_secret="secret",
        templates_file=str(TEMPLATES_FILE),
    ) as front:

        async def new(path: str = "/inbox", **options: object) -> Signed:
            rep = await a_registered_rep(await a_unit("哈尔滨某某信息技术服务有限责任公司"))
            secret = (
                await a_desk_session(front.tools, rep.person, Role.LEGAL_REP, rep.unit)
            ).secret
            context = await browser(**options)
            name, host = cookie_name(front.app.ctx, SESSION_COOKIE), urlsplit(front.url).hostname
            await context.add_cookies(
                [{"name": name, "value": secret, "domain": host or "", "path": "/"}]
            )
            opened.append(await DeskPage.opened(context, front.url, path))
            return Signed(front, rep.person, rep.unit, opened[-1])

        yield new
        for each in opened:
            await each.page.close()
    assert [fault for each in opened for fault in each.faults] == []


async def test_an_empty_inbox_says_what_will_come_and_where_to_go(signed: NewSigned) -> None:
    somebody = await signed()

    await somebody.at.says("empty", "还没有消息")
    await somebody.at.says("empty", "回到首页")
    await somebody.at.hides("unread")


async def test_a_message_arrives_without_a_reload_and_is_announced(signed: NewSigned) -> None:
    somebody = await signed()
    await somebody.at.shows("empty")
    loaded = await somebody.at.page.evaluate("performance.timeOrigin")

    await somebody.gets()

    await somebody.at.says("message-title", "授权已撤销")
    await somebody.at.says("unread", "1 条未读")
    await expect(somebody.at.page.get_by_test_id("arrived")).to_have_text("收到新消息:授权已撤销")
    assert await somebody.at.page.evaluate("performance.timeOrigin") == loaded


async def test_the_home_page_counts_what_arrives_in_the_menu(signed: NewSigned) -> None:
    somebody = await signed("/")
    await somebody.at.shows("banner")

    await somebody.gets()
    await somebody.at.says("menu-unread", "1")
    await somebody.gets()

    await somebody.at.says("menu-unread", "2")
    await somebody.at.press("menu-inbox")
    await expect(somebody.at.part("message")).to_have_count(2)


async def test_a_count_that_comes_late_does_not_take_back_what_arrived(signed: NewSigned) -> None:
    somebody = await signed("/")
    await somebody.at.shows("banner")
    counted, let_go = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        counted.set()
        await let_go.wait()
        await route.fulfill(response=answer)

    # What the first page still asks for must not be taken for what the second asks.
    home = somebody.at.page.url
    await somebody.at.page.goto("about:blank")
    await somebody.at.page.route("**/messages/unread-count", late)
    await somebody.at.page.goto(home)
    await asyncio.wait_for(counted.wait(), 15)
    await somebody.gets()
    await somebody.at.says("menu-unread", "1")
    async with somebody.at.page.expect_response("**/messages/unread-count"):
        let_go.set()
    await somebody.at.page.wait_for_timeout(300)

    assert await somebody.at.part("menu-unread").all_text_contents() == ["1"]


async def test_a_message_is_read_by_its_button_and_all_by_another(signed: NewSigned) -> None:
    somebody = await signed()
    for _ in range(3):
        await somebody.gets()
    await somebody.at.page.reload()
    await somebody.at.says("unread", "3 条未读")

    await somebody.at.part("message-read").first.click()
    await somebody.at.says("unread", "2 条未读")
    await somebody.at.press("read-all")

    await somebody.at.hides("unread")
    await somebody.at.hides("read-all")
    await somebody.at.page.get_by_test_id("filter-unread").check(force=True)
    await somebody.at.says("empty", "没有未读消息")


async def test_a_message_leads_to_where_one_acts_and_is_read_by_that(signed: NewSigned) -> None:
    somebody = await signed()
    message = await somebody.gets(Topic.LOGIN_NEW_BROWSER)

    await somebody.at.press("message-step")

    await somebody.at.page.wait_for_url(f"{somebody.at.url}/")
    await somebody.at.shows("devices")
    assert (await InboxMessage.get(id=message.id)).read_at is not None


async def test_older_messages_follow_on_demand(signed: NewSigned) -> None:
    somebody = await signed()
    for _ in range(23):
        await a_message(somebody.person)
    await somebody.at.page.reload()
    await expect(somebody.at.part("message")).to_have_count(20)

    await somebody.at.press("more")

    await expect(somebody.at.part("message")).to_have_count(23)
    await somebody.at.hides("more")


async def test_what_was_chosen_is_still_chosen_after_a_reload(signed: NewSigned) -> None:
    somebody = await signed()
    await somebody.at.shows("settings")

    await somebody.at.page.get_by_test_id("wish-filing-wechat").uncheck()
    await somebody.at.page.get_by_test_id("quiet-on").check()
    await somebody.at.page.get_by_test_id("quiet-starts").fill("21:30")
    await somebody.at.press("save-wishes")
    await somebody.at.says("saved", "已保存。")
    await somebody.at.page.reload()

    await expect(somebody.at.page.get_by_test_id("wish-filing-wechat")).not_to_be_checked()
    await expect(somebody.at.page.get_by_test_id("wish-grant-wechat")).to_be_checked()
    await expect(somebody.at.page.get_by_test_id("quiet-starts")).to_have_value("21:30")


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large"])
async def test_the_inbox_fits_a_narrow_window(signed: NewSigned, large: bool) -> None:
    somebody = await signed(**NARROW)
    await somebody.gets()
    await somebody.at.shows("message")
    if large:
        await somebody.at.press("type-switch")

    assert await somebody.at.sideways() == 0


async def test_who_is_not_signed_in_is_led_to_the_login_page(
    signed: NewSigned, browser: NewBrowser
) -> None:
    somebody = await signed()
    context = await browser(viewport=PHONE_WIDE)
    stranger = await DeskPage.opened(context, somebody.at.url, "/inbox")

    await stranger.page.wait_for_url(f"{somebody.at.url}/login")


async def test_one_tap_in_the_reminder_asks_for_more_time(
    signed: NewSigned, browser: NewBrowser
) -> None:
    """domain §7.2 row 10: the clerk's renew button."""
    somebody = await signed()
    clerk = await a_granted_clerk(somebody.unit)
    await Grant.filter(id=clerk.grant.id).update(valid_to=NOW + 7 * DAY)
    row = await a_message(
        clerk.person,
        Topic.GRANT_EXPIRING,
        facts={"unit_name": somebody.unit.name},
        unit_id=somebody.unit.id,
    )
    await InboxMessage.filter(id=row.id).update(subject=clerk.grant.id)
    front = somebody.front
    desk = await a_desk_session(front.tools, clerk.person, Role.CLERK, somebody.unit)
    context = await browser()
    name, host = cookie_name(front.app.ctx, SESSION_COOKIE), urlsplit(front.url).hostname
    await context.add_cookies(
        [{"name": name, "value": desk.secret, "domain": host or "", "path": "/"}]
    )
    at = await DeskPage.opened(context, front.url, "/inbox")

    await at.press("message-renew")

    await at.says("renewed", "已提交续期申请")
    request = await Grant.get(unit_id=somebody.unit.id, status=GrantStatus.REQUESTED)
    assert request.person_id == clerk.person.id
    await at.hides("unread")
    await at.press("message-renew")
    await at.refused_with("SB-3008", "已有待审批的授权申请!")
    await at.page.close()
    assert at.faults == []
