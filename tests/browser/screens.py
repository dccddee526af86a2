"""Takes the pictures of the README from a running demonstration: `python -m tests.browser.screens`.

Start it with `make run` first. Pictures of 1280 and 390 px go to docs/img (`--to`).
"""

import argparse
import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser.conftest import FLAGS, chromium_path
from tests.browser.desks import DeskPage
from tests.browser.phones import PhonePage, units_of

DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 820}
_USUAL: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


async def take(url: str, folder: Path) -> None:
    """Walk through a login and a refusal, and keep a picture of each step. url: of the PC page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        await _login(browser, url, folder)
        await _refusal(browser, url, folder)
        await browser.close()


async def _login(browser: Browser, url: str, folder: Path) -> None:
    desk, phone = await _desk(browser, url, "/login"), await _phone(browser, url, "P2")
    await desk.is_drawn()
    await _keep(desk.page, folder / "login.png")
    await phone.scan(await desk.scanned())
    await expect(phone.part("approve-button")).to_be_enabled()
    await _keep(phone.page, folder / "confirm.png")
    await phone.press("approve-button")
    await expect(desk.part("unit")).to_have_count(3)
    await _keep(desk.page, folder / "choose.png")
    await desk.choose(units_of("P2")[0])
    await desk.stands_for("法人", units_of("P2")[0])
    await _keep(desk.page, folder / "home.png")
    await desk.press("sign-out")


async def _refusal(browser: Browser, url: str, folder: Path) -> None:
    desk, phone = await _desk(browser, url, "/login?role=clerk"), await _phone(browser, url, "P5")
    await phone.scan(await desk.scanned())
    await expect(phone.part("error-code")).to_have_text("SB-2102")
    await _keep(phone.page, folder / "refused.png")


async def _desk(browser: Browser, url: str, path: str) -> DeskPage:
    context = await browser.new_context(viewport=DESK, **_USUAL)
    return await DeskPage.opened(context, url, path)


async def _phone(browser: Browser, url: str, persona: str) -> PhonePage:
    # The sandbox takes the port after the product's (contract §1).
    sandbox = f"http://127.0.0.1:{(urlsplit(url).port or 80) + 1}"
    context = await browser.new_context(viewport=PHONE, **_USUAL)
    return await PhonePage.at(context, sandbox, persona)


async def _keep(page: Page, path: Path) -> None:
    await page.screenshot(path=path, animations="disabled", full_page=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", default="http://127.0.0.1:8000", help="address of the PC page")
    parser.add_argument("--to", type=Path, default=Path("docs/img"), help="folder for the pictures")
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(given.page, given.to))


if __name__ == "__main__":
    main()
