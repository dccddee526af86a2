"""A browser in front of the PC page: what a person does there, and what he is shown."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.reading import codes_in

DESKTOP = {"width": 1280, "height": 900}
PHONE_WIDE = {"width": 375, "height": 812}
_CAMERA_TRIES = 20
_SESSION = "fetch('/api/v1/session').then((answer) => answer.json())"
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(slots=True)
class DeskPage:
    """One tab. faults: script errors and blocked contents; a test ends with none."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    async def opened(cls, context: BrowserContext, url: str, path: str = "/login") -> "DeskPage":
        """A new tab of a browser, on the page of that path."""
        desk = cls(await context.new_page(), url)
        desk.page.on("pageerror", lambda fault: desk.faults.append(str(fault)))
        desk.page.on("console", lambda line: desk._keep(line.text))
        await desk.page.goto(url + path)
        return desk

    def _keep(self, line: str) -> None:
        if "Content Security Policy" in line:
            self.faults.append(line)

    def part(self, testid: str) -> Locator:
        """What the person sees of a part of the page; hidden ones do not count."""
        return self.page.get_by_test_id(testid).filter(visible=True)

    async def says(self, testid: str, text: str) -> None:
        """Wait until a visible part says this."""
        await expect(self.part(testid)).to_contain_text(text)

    async def shows(self, testid: str) -> None:
        """Wait until a part is to be seen."""
        await expect(self.part(testid).first).to_be_visible()

    async def hides(self, testid: str) -> None:
        """Wait until a part is not to be seen."""
        await expect(self.part(testid)).to_have_count(0)

    async def press(self, testid: str) -> None:
        """Click on a part."""
        await self.part(testid).click()

    async def choose(self, name: str) -> None:
        """Click on a unit by its name."""
        await self.part("unit").filter(has_text=name).click()

    async def take_role(self, role: str) -> None:
        """Turn the switch below the QR code."""
        await self.page.get_by_test_id(f"role-{role}").check(force=True)

    async def is_drawn(self) -> None:
        """Wait until there is a QR code to scan."""
        await expect(self.page.get_by_test_id("qr-cover")).to_be_hidden()

    async def photographed(self) -> str:
        """The text of the QR code on a picture of the whole window."""
        return await self._read(whole=True)

    async def scanned(self) -> str:
        """The text of the QR code on a picture of the code alone, which is quicker."""
        return await self._read(whole=False)

    async def _read(self, *, whole: bool) -> str:
        # A phone holds its camera until it has a code; so does this.
        for _ in range(_CAMERA_TRIES):
            code = self.page.get_by_test_id("qr").or_(self.page.get_by_test_id("qr-picture")).first
            picture = await (self.page.screenshot() if whole else code.screenshot())
            found = codes_in(picture)
            if found:
                return found[0]
            await self.page.wait_for_timeout(100)
        raise AssertionError("there is no QR code to be seen")

    async def stands_for(self, role: str, unit: str) -> None:
        """Wait until the page says as whom and for which unit one acts here."""
        await expect(self.part("banner")).to_have_text(f"您正以【{role}】身份办理:{unit}")

    async def refused_with(self, code: str, sentence: str) -> None:
        """Wait for a catalogue entry: its code and its 提示, to the letter."""
        await expect(self.part("refusal-code")).to_have_text(code)
        await expect(self.part("refusal-title")).to_have_text(sentence)

    async def session(self) -> Any:
        """The session as the server tells it to this page."""
        return await self.page.evaluate(_SESSION)

    async def sideways(self) -> int:
        """How many pixels the page is wider than its window."""
        return int(await self.page.evaluate(_SIDEWAYS))


def has_token(text: str) -> bool:
    """Whether a QR text is a link that ends in a token of 32 characters (contract §4)."""
    return re.fullmatch(r"https?://[^/]+/l/[A-Za-z0-9_-]{32}", text) is not None
