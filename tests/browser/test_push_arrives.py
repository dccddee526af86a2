"""From a committed change to the signed-in page and to the phone, through every process."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from server.commands.demo_env import TEMPLATES_FILE
from server.ingest import signature
from tests.browser.conftest import NewBrowser
from tests.browser.desks import DeskPage
from tests.browser.phones import scan_and_approve, units_of
from tests.live import Live, personas, running, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LOGIN = "sandbox-login-alert"
STATUS = "sandbox-filing-status"
KEY, SECRET = "core", "shared-with-the-core-system-only"
INGEST = "/api/v1/ingest/filings/status"
WORKING = {
    "ZB_ALL_IN_ONE": "true",
    "ZB_TEMPLATES_FILE": str(TEMPLATES_FILE),
    "ZB_INGEST_KEYS": f"{KEY}:{SECRET}",
}


@pytest_asyncio.fixture(loop_scope="session")
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    """A product of this test's own that also delivers."""
    with running(tmp_path, WORKING) as product:
        async with visiting(product) as found:
            yield found


async def sent_to(live: Live, openid: str) -> list[Any]:
    """What the platform accepted for a user, as soon as there is something."""
    for _ in range(100):
        answer = await live.sandbox.get(f"//_ctl/wechat/sent?openid={openid}")
        if items := answer.good()["items"]:
            return list(items)
        await asyncio.sleep(0.1)
    return []


async def test_news_shows_up_live_on_the_page_and_in_what_the_platform_sent(
    browser: NewBrowser, live: Live
) -> None:
    phone = await live.phone("P19")
    agreed = {"openid": "persona-P19", "template_id": LOGIN, "accept": True}
    told = await live.control("/wechat/subscribe", agreed)
    at = await DeskPage.opened(await browser(), live.url, f"/login?role={phone.role}")
    await scan_and_approve(phone, await at.scanned())
    await at.says("banner", units_of("P19")[0])
    await at.press("menu-inbox")
    await at.shows("settings")
    loaded = await at.page.evaluate("performance.timeOrigin")

    await live.sign_in("P19")

    await at.says("message-title", "您在新的设备上登录")
    await expect(at.page.get_by_test_id("arrived")).to_contain_text("收到新消息")
    assert await at.page.evaluate("performance.timeOrigin") == loaded
    (push,) = await sent_to(live, "persona-P19")
    assert push["template_id"] == LOGIN
    assert push["data"]["thing3"] == {"value": "不是本人请立即退出设备"}
    assert [each["status"] for each in told["pushed"]] == [200]
    assert at.faults == []


async def ingest(live: Live, event: Mapping[str, object]) -> Any:
    """The existing 经办系统 pushes a filing's status; what became of the event."""
    body, stamp = json.dumps({"events": [event]}).encode(), str(int(time.time()))
    signed = {
        "X-Key-Id": KEY,
        "X-Timestamp": stamp,
        "X-Signature": signature(SECRET, stamp, "POST", INGEST, body),
        "Content-Type": "application/json",
    }
    answer = await live.client().send("POST", f"/{INGEST}", raw=body, headers=signed)
    (result,) = answer.good()["results"]
    return result["result"]


async def test_an_approval_of_the_existing_system_shows_up_live_and_is_sent_once(
    browser: NewBrowser, live: Live
) -> None:
    phone = await live.phone("P19")
    await live.control(
        "/wechat/subscribe",
        {"openid": "persona-P19", "template_id": STATUS, "accept": True, "count": 2},
    )
    at = await DeskPage.opened(await browser(), live.url, f"/login?role={phone.role}")
    await scan_and_approve(phone, await at.scanned())
    await at.says("banner", units_of("P19")[0])
    await at.press("menu-inbox")
    await at.shows("settings")
    loaded = await at.page.evaluate("performance.timeOrigin")
    event = {
        "event_id": "e-1",
        "uscc": personas()["P19"].usccs[0],
        "external_no": "2026030200001",
        "item": "employee_add",
        "status": "approved",
        "at": "2026-03-02T02:00:00Z",
    }

    taken = [await ingest(live, event) for _ in range(2)]

    assert taken == ["applied", "duplicate"]
    await at.says("message-title", "人员新增审核通过")
    await at.says("message-body", "受理号2026030200001")
    assert await at.page.evaluate("performance.timeOrigin") == loaded
    (push,) = await sent_to(live, "persona-P19")
    assert push["template_id"] == STATUS
    assert push["data"]["thing1"] == {"value": "人员新增"}
    assert push["data"]["phrase2"] == {"value": "审核通过"}
    assert at.faults == []
