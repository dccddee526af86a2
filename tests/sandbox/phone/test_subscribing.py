"""The simulated phone asks for message reminders: the platform's prompt, and what is told of it."""

import aiohttp
import pytest
from playwright.async_api import expect

from tests.sandbox.phone.conftest import Phone
from tests.sandbox.phone.product_stub import ASKED

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_consent_is_asked_for_by_a_tap_and_told_to_platform_and_product(
    phone: Phone,
) -> None:
    phone.product.subscriptions = ASKED
    await phone.open("?persona=P1")
    await phone.press("subscribe-open")
    await phone.picture("subscribe")

    await phone.page.get_by_test_id("prompt-sandbox-filing-due").uncheck()
    await phone.press("prompt-allow")

    await phone.sees("subscribe-note", "已开启消息提醒。")
    (told,) = phone.product.bodies("subscriptions")
    assert told["results"] == {"sandbox-filing-status": "accept", "sandbox-filing-due": "reject"}
    assert len(told["prompt_id"]) == 36
    async with aiohttp.ClientSession() as session:
        log = await (await session.get(f"{phone.url}/_ctl/wechat/sent")).json()
    assert log["items"] == []


async def test_nothing_is_asked_for_when_the_product_has_enough(phone: Phone) -> None:
    phone.product.subscriptions = [{**ASKED[0], "ask": False}]

    await phone.open("?persona=P1")

    await expect(phone.page.get_by_test_id("home-screen")).to_be_visible()
    await expect(phone.page.get_by_test_id("subscribe")).to_be_hidden()


async def test_saying_no_is_told_as_well(phone: Phone) -> None:
    phone.product.subscriptions = ASKED
    await phone.open("?persona=P1")
    await phone.press("subscribe-open")

    await phone.press("prompt-cancel")

    await phone.sees("subscribe-note", "没有开启")
    (told,) = phone.product.bodies("subscriptions")
    assert set(told["results"].values()) == {"reject"}
