"""The phone simulator in a real browser, in front of a product that answers as told."""

import os
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect

from sandbox.options import Options
from sandbox.serving import running
from tests.sandbox.product_stub import CLERK_UNKNOWN, SCANNED, ProductStub, several_units

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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
        pytest.skip("Chromium is missing")
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


async def test_a_persona_signs_in_through_the_public_api_and_approves(phone: Phone) -> None:
    await phone.open()
    await phone.picture("choose")
    await phone.press("persona-P1")
    await phone.sees("person-name", "张建国")
    await phone.picture("home")
    await phone.page.get_by_test_id("scan-text").fill(f" {LINK}\n")
    await phone.press("scan-submit")
    await phone.sees("confirm-caption", "法人扫码登录")
    await phone.picture("confirm")
    await phone.press("approve-button")
    await phone.sees("done-title", "已确认登录")
    await phone.picture("done")

    paths = [(path, bearer) for path, bearer, _ in phone.product.asked]
    assert paths == [
        ("login", ""),
        ("identity", "Bearer t1"),
        ("scans", "Bearer t1"),
        ("challenges/c1/approve", "Bearer t1"),
    ]
    assert phone.product.bodies("login")[0]["platform"] == "wechat"
    assert phone.product.bodies("scans") == [{"text": LINK, "scene": 1011, "source": "scanner"}]
    assert phone.product.bodies("challenges/c1/approve") == [
        {"nonce": "n1", "role": "legal_rep", "unit_id": "u1"}
    ]


async def test_the_confirm_page_names_who_asks_from_where(phone: Phone) -> None:
    await phone.scan_as()

    await phone.sees("ctx-role", "法人")
    await phone.sees("ctx-unit", "龙江样例有限公司")
    await phone.sees("ctx-site", "sb.example.cn")
    await phone.sees("ctx-browser", "Edge 131 · Windows 11")
    await phone.sees("ctx-place", "黑龙江哈尔滨")
    await phone.sees("ctx-time", "2026")
    await expect(phone.page.get_by_test_id("pair")).to_be_hidden()
    await expect(phone.page.get_by_test_id("units")).to_be_hidden()


async def test_confirming_is_armed_only_after_a_while_and_refusing_at_once(phone: Phone) -> None:
    await phone.scan_as()
    shown = time.monotonic()

    await expect(phone.page.get_by_test_id("approve-button")).to_be_disabled()
    await expect(phone.page.get_by_test_id("deny-button")).to_be_enabled()
    await expect(phone.page.get_by_test_id("approve-button")).to_be_enabled()

    assert time.monotonic() - shown > 1


async def test_the_three_answers_weigh_the_same(phone: Phone) -> None:
    await phone.scan_as()
    await expect(phone.page.get_by_test_id("approve-button")).to_be_enabled()
    looks = set()
    for testid in ("approve-button", "deny-button", "not-me-button"):
        button = phone.page.get_by_test_id(testid)
        looks.add(
            await button.evaluate(
                "b => { const s = getComputedStyle(b); const r = b.getBoundingClientRect();"
                " return [s.color, s.backgroundColor, s.fontSize, s.fontWeight, s.borderColor,"
                " Math.round(r.width), Math.round(r.height)].join() }"
            )
        )

    assert len(looks) == 1


@pytest.mark.parametrize(
    ("button", "reason"), [("deny-button", "cancel"), ("not-me-button", "not_me")]
)
async def test_refusing_says_why(phone: Phone, button: str, reason: str) -> None:
    await phone.scan_as()

    await phone.press(button)

    await phone.sees("done-title", "已拒绝")
    assert phone.product.bodies("challenges/c1/deny") == [{"nonce": "n1", "reason": reason}]


async def test_one_of_many_units_is_searched_and_chosen(phone: Phone) -> None:
    phone.product.answers["scans"] = (200, several_units(12))
    await phone.scan_as()
    await phone.page.get_by_test_id("unit-search").fill("第11")
    await expect(phone.page.get_by_test_id("unit-u2")).to_be_hidden()
    await phone.picture("units")
    await phone.page.get_by_test_id("unit-u11").check()
    await phone.press("approve-button")
    await phone.sees("done-title", "已确认登录")

    assert phone.product.bodies("challenges/c1/approve") == [
        {"nonce": "n1", "role": "clerk", "unit_id": "u11"}
    ]


async def test_the_unit_can_be_left_to_the_desk(phone: Phone) -> None:
    phone.product.answers["scans"] = (200, several_units(2))
    await phone.scan_as()
    await expect(phone.page.get_by_test_id("unit-search")).to_be_hidden()
    await phone.press("approve-button")
    await phone.sees("done-title", "已确认登录")

    assert phone.product.bodies("challenges/c1/approve") == [{"nonce": "n1", "role": "clerk"}]


async def test_pairing_digits_are_shown_and_a_debt_can_be_paid_later(phone: Phone) -> None:
    owed = {"title": "请先在电脑上输入配对数字!", "code": "SB-2113", "status": 409}
    phone.product.answers["scans"] = (200, {**SCANNED, "pair_code": "47"})
    phone.product.answers["challenges/c1/approve"] = (409, owed)
    await phone.scan_as()
    await expect(phone.page.get_by_test_id("pair-code")).to_have_text("47")
    await phone.press("approve-button")
    await phone.sees("error-code", "SB-2113")
    await phone.picture("pair")
    del phone.product.answers["challenges/c1/approve"]
    await phone.press("approve-button")

    await phone.sees("done-title", "已确认登录")


async def test_an_unknown_clerk_asks_for_a_grant(phone: Phone) -> None:
    phone.product.answers["scans"] = (404, CLERK_UNKNOWN)
    await phone.open(f"?persona=P1&text={LINK}")
    await phone.sees("error-title", "未找到当前办事员账号信息")
    await phone.sees("error-detail", "根据扫码获取的办事员信息")
    await phone.sees("error-solutions", "需要法人登录后")
    await phone.sees("error-code", "SB-2102")
    await phone.picture("error")
    await phone.press("error-action-request-grant")
    await phone.page.get_by_test_id("grant-uscc").fill("91239900rlxdj01n3n")
    await phone.press("grant-submit")
    await phone.sees("done-title", "已提交申请")

    assert phone.product.bodies("challenges/c1/request-grant") == [
        {"nonce": "n1", "uscc": "91239900RLXDJ01N3N"}
    ]


async def test_a_card_that_is_refused_stops_at_the_door(phone: Phone) -> None:
    refused = {"title": "社保卡状态异常!", "code": "SB-2107", "solutions": ["到窗口解挂"]}
    phone.product.answers["identity"] = (403, refused)

    await phone.open(f"?persona=P14&platform=alipay&text={LINK}")

    await phone.sees("error-code", "SB-2107")
    assert phone.product.bodies("login")[0]["platform"] == "alipay"
    assert phone.product.bodies("scans") == []


async def test_somebody_typed_in_can_use_the_phone_by_keyboard_alone(phone: Phone) -> None:
    await phone.open()
    await phone.page.get_by_test_id("own-person").locator("summary").focus()
    await phone.page.keyboard.press("Enter")
    await phone.page.get_by_test_id("name-input").focus()
    for text, key in (("李某", "Tab"), ("23990019690518057x", "Tab")):
        await phone.page.keyboard.type(text)
        await phone.page.keyboard.press(key)
    await phone.page.get_by_test_id("enter-button").press("Enter")

    await phone.sees("person-name", "李某")
    focused = await phone.page.evaluate("document.activeElement.id")
    assert focused == "home-title"


async def test_without_a_qr_reader_the_address_is_pasted(phone: Phone) -> None:
    await phone.open("?persona=P1")
    await phone.page.evaluate("delete window.BarcodeDetector")
    await phone.press("scan-camera")

    await expect(phone.page.get_by_test_id("camera-note")).not_to_be_empty()
    await expect(phone.page.get_by_test_id("scan-text")).to_be_visible()


@pytest.mark.parametrize("width", [320, 360])
async def test_a_narrow_screen_needs_no_scrolling_sideways(phone: Phone, width: int) -> None:
    await phone.page.set_viewport_size({"width": width, "height": 640})
    phone.product.answers["scans"] = (200, {**several_units(12), "pair_code": "47"})

    async def overflow() -> int:
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(await phone.page.evaluate(script))

    await phone.open()
    wide = [await overflow()]
    await phone.press("persona-P14")
    await expect(phone.page.get_by_test_id("home-screen")).to_be_visible()
    wide.append(await overflow())
    await phone.scan_as()
    wide.append(await overflow())

    assert wide == [0, 0, 0]
