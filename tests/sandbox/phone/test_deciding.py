"""The confirm page of the simulated phone: what it shows, and the answers it takes."""

import time

import pytest
from playwright.async_api import expect

from tests.sandbox.phone.conftest import Phone
from tests.sandbox.phone.product_stub import SCANNED, several_units

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_the_confirm_page_names_who_asks_from_where(phone: Phone) -> None:
    await phone.scan_as()

    await phone.sees("ctx-role", "法人")
    await phone.sees("ctx-unit", "龙江样例有限公司")
    await phone.sees("ctx-site", "sb.example.cn")
    await phone.sees("ctx-browser", "Edge 131 · Windows 11")
    await phone.sees("ctx-place", "黑龙江哈尔滨")
    await phone.sees("ctx-time", "2026/3/2 09:02:03")
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
