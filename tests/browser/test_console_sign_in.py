"""An officer's sign-in at the console, with a password that has become too old."""

import pyotp
import pytest

from models.officer import Officer
from models.vocabulary import Duty
from server.hashing import Hashing
from tests.browser.conftest import NewBrowser
from tests.browser.desks import DeskPage
from tests.build import DAY, NOW
from tests.officers import PASSWORD, SECRET, an_officer
from tests.server.door import door

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_old_password_leads_to_a_new_one_at_once(
    browser: NewBrowser, sqlite_url: str
) -> None:
    async with door(sqlite_url, public_url="http://127.0.0.1:8000") as front:
        hasher = Hashing()
        officer = await an_officer(Duty.WINDOW, hasher=hasher)
        hasher.close()
        await Officer.filter(id=officer.id).update(password_set_at=NOW - 90 * DAY)
        at = await DeskPage.opened(await browser(), front.url, "/console/")
        code = pyotp.TOTP(SECRET).at(NOW)
        for part, text in (("account", officer.account), ("password", PASSWORD), ("code", code)):
            await at.part(part).fill(text)
        await at.press("enter")
        await at.refused_with("SB-2008", "密码已过期,请修改密码!")

        await at.press("action-change-password")
        await at.part("another-password").fill("Another-Horse-2")
        await at.part("code").fill(code)
        await at.press("enter")

        await at.shows("console-desk")
        await at.hides("another-password")
        assert (await Officer.get(id=officer.id)).password_set_at == NOW
        assert at.faults == []
