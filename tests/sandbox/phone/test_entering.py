"""Getting into the simulated mini-program and through it to an answer."""

import pytest
from playwright.async_api import expect

from tests.sandbox.phone.conftest import LINK, Phone
from tests.sandbox.phone.product_stub import CLERK_UNKNOWN, several_units

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_persona_signs_in_through_the_public_api_and_approves(phone: Phone) -> None:
    await phone.open()
    await phone.picture("choose")
    await phone.sees("persona-P1", "P1 张建国")
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
    phone.product.answers["challenges/c1/request-grant"] = (202, {"id": "g1", "unit": "测试公司"})
    await phone.press("grant-submit")
    await phone.sees("waiting-text", "已向测试公司的法人提交申请")

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
