"""One Chromium for the folder, one product a file; every test has browsers of its own."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.desks import DESKTOP, DeskPage
from tests.live import Live, Running, personas, running, visiting
from tests.support import tiers

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NewBrowser = Callable[..., Awaitable[BrowserContext]]
NewDesk = Callable[..., Awaitable[DeskPage]]

expect.set_options(timeout=15_000)


def chromium_path() -> str:
    """Where Chromium is; where it is not, the test is left out."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return found or tiers.leave_out("browser", "no chromium or google-chrome on the PATH")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A product of the file's own: these tests take grants back and fill device lists."""
    chromium_path()
    with running(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium; what people do in it is kept apart by contexts."""
    path = chromium_path()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def live(product: Running) -> AsyncIterator[Live]:
    """The product with clients of this test's own; the simulator offers the demo personas."""
    async with visiting(product) as found:
        listed = [
            {
                "key": each.key,
                "name": each.name,
                "id_no": each.id_no,
                "id_type": each.id_type.value,
                "card_state": each.card_state.value,
                "note": each.happens,
            }
            for each in personas().values()
        ]
        await found.control("/personas", listed)
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[NewBrowser]:
    """Makes browsers (with their own cookies), 1280 px wide unless told otherwise."""
    contexts: list[BrowserContext] = []

    async def new(**options: Any) -> BrowserContext:
        usual = {"viewport": DESKTOP, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        contexts.append(await chromium.new_context(**usual | options))
        return contexts[-1]

    yield new
    for context in contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: NewBrowser, live: Live) -> AsyncIterator[NewDesk]:
    """Opens desks in browsers of their own. A script error or blocked content fails the test."""
    opened: list[DeskPage] = []

    async def new(path: str = "/login", **options: Any) -> DeskPage:
        context = await browser(**options)
        opened.append(await DeskPage.opened(context, live.url, path))
        return opened[-1]

    yield new
    assert [fault for each in opened for fault in each.faults] == []
