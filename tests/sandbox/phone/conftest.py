"""The phone simulator in a real browser, in front of a product that answers as told."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect

from sandbox.options import Options
from sandbox.serving import running
from tests.sandbox.phone.product_stub import ProductStub
from tests.support import tiers

LINK = "https://sb.example.cn/l/1AAAAAAAAAAAAAAAA000BBBBBBBBBBBB"
PERSONAS = [
    {"key": "P1", "name": "张建国", "id_no": "239900196905180577", "note": "单位法人"},
    {
        "key": "P14",
        "name": "迪丽热巴·某某",
        "id_no": "239900198001010019",
        "note": "卡已挂失",
        "card_state": "lost",
    },
]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser page on the simulator. product: what stands behind it."""

    page: Page
    product: ProductStub
    url: str

    async def open(self, query: str = "") -> None:
        await self.page.goto(f"{self.url}/phone{query}")
        await expect(self.page.locator("body[data-ready=true]")).to_be_attached()

    async def scan_as(self, persona: str = "P1") -> None:
        await self.open(f"?persona={persona}&text={LINK}")
        await expect(self.page.get_by_test_id("confirm-screen")).to_be_visible()

    async def press(self, testid: str) -> None:
        await self.page.get_by_test_id(testid).click()

    async def sees(self, testid: str, text: str) -> None:
        await expect(self.page.get_by_test_id(testid)).to_contain_text(text)

    async def picture(self, name: str) -> None:
        """Keep a screenshot where ZB_SCREENSHOTS says, for somebody to look at."""
        folder = os.environ.get("ZB_SCREENSHOTS")
        if folder:
            await self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        tiers.leave_out("browser", "no chromium or google-chrome on the PATH")
    product = ProductStub()
    runner = await product.started()
    async with (
        running(Options(port=0, product=product.url)) as sandbox,
        aiohttp.ClientSession() as session,
        async_playwright() as playwright,
    ):
        await session.post(f"{sandbox.url}/_ctl/personas", json=PERSONAS)
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(viewport={"width": 375, "height": 760}, locale="zh-CN")
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        yield Phone(page, product, sandbox.url)
        await browser.close()
        assert faults == []
    await runner.cleanup()
