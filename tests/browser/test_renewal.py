"""Renewing on the page: asked for, issued by the sandbox's CA, shown, and reminded of no more."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import NewBrowser
from tests.browser.desks import DeskPage
from tests.browser.phones import scan_and_approve, units_of
from tests.live import Live, personas, running, visiting
from tests.live_processes import product_command

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
_KEPT = """
SELECT c.state, c.next_step_on, c.source, c.expires_on
FROM certificates c JOIN units u ON u.id = c.unit_id
WHERE u.uscc = ? ORDER BY c.id
"""


@pytest_asyncio.fixture(loop_scope="session")
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    """A product of this test's own, whose clock is turned by hand."""
    with running(tmp_path) as product:
        async with visiting(product) as found:
            yield found


def kept(live: Live, uscc: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{live.running.database}?mode=ro", uri=True)) as file:
        return file.execute(_KEPT, (uscc,)).fetchall()


async def test_a_certificate_that_ends_in_a_week_is_renewed_from_the_page(
    browser: NewBrowser, live: Live
) -> None:
    phone = await live.phone("P19")
    at = await DeskPage.opened(await browser(), live.url, f"/login?role={phone.role}")
    await scan_and_approve(phone, await at.scanned())
    await at.says("banner", units_of("P19")[0])
    await at.page.goto(f"{live.url}/certificates")
    await expect(at.part("status")).to_have_text(["即将到期"])
    await expect(at.part("check-code")).to_have_text(["SB-6002"])

    await at.press("renew")
    await at.says("done", "已申请在线更新")
    await expect(at.part("status")).to_have_text(["更新中"])
    await asyncio.to_thread(product_command, live.running.environment, "tick", "--once")
    await at.page.reload()

    await expect(at.part("status")).to_have_text(["已更新", "有效"])
    old, new = kept(live, personas()["P19"].usccs[0])
    left = date.fromisoformat(new[3]) - (datetime.now(UTC) + timedelta(hours=8)).date()
    await expect(at.part("days").last).to_contain_text(f"还有{left.days}天到期")
    assert date.fromisoformat(new[3]) - date.fromisoformat(old[3]) == timedelta(days=365)
    assert (old[:2], new[0], new[2]) == (("replaced", None), "held", "ca")
    assert new[1] is not None
    assert at.faults == []
