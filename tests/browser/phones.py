"""The phone: the simulator's page with its buttons, or the public API where no page is needed."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from server.demo.dataset import dataset
from tests.live import Answer, Desk, Live, Phone, personas


@dataclass(slots=True)
class PhonePage:
    """The phone simulator in a browser, in the hand of a persona."""

    page: Page

    @classmethod
    async def of(cls, context: BrowserContext, live: Live, persona_key: str) -> "PhonePage":
        """A persona opens the mini-program on his phone."""
        return await cls.at(context, live.running.sandbox, persona_key)

    @classmethod
    async def at(cls, context: BrowserContext, sandbox: str, persona_key: str) -> "PhonePage":
        """The same for a sandbox at that base URL."""
        phone = cls(await context.new_page())
        await phone.page.goto(f"{sandbox}/phone?persona={persona_key}")
        await expect(phone.page.locator("body[data-ready=true]")).to_be_attached()
        return phone

    def part(self, testid: str) -> Locator:
        """A part of the page."""
        return self.page.get_by_test_id(testid)

    async def scan(self, text: str) -> None:
        """Scan: hand over what the camera saw."""
        await self.part("scan-text").fill(text)
        await self.part("scan-submit").click()

    async def says(self, testid: str, text: str) -> None:
        """Wait until a part says this."""
        await expect(self.part(testid)).to_contain_text(text)

    async def press(self, testid: str) -> None:
        """Press a button."""
        await self.part(testid).click()

    async def refused_with(self, code: str, sentence: str) -> None:
        """Wait for a catalogue entry on the phone."""
        await expect(self.part("error-code")).to_have_text(code)
        await expect(self.part("error-title")).to_have_text(sentence)


async def scan(phone: Phone, text: str) -> Answer:
    """Scan a text with a phone's own scanner, through the public API."""
    return await phone.post("/phone/scans", {"text": text, "scene": 1011, "source": "scanner"})


async def scan_and_approve(phone: Phone, text: str) -> Any:
    """Scan and say yes; where there are several units, the desk chooses."""
    scanned = (await scan(phone, text)).good()
    (await phone.approve(scanned)).good()
    return scanned


def units_of(persona_key: str) -> list[str]:
    """The names of the units that a persona may enter."""
    names = {unit.uscc: unit.name for unit in dataset().units}
    return [names[uscc] for uscc in personas()[persona_key].usccs]


async def the_legal_rep_of(live: Live, persona_key: str) -> Desk:
    """A signed-in desk of the legal representative of a clerk persona's first unit."""
    [uscc, *_] = personas()[persona_key].usccs
    found = dataset()
    [rep] = [rep for rep in found.legal_reps if uscc in rep.usccs]
    [person] = [person for person in found.people if person.key == rep.person_key]
    code = await live.control("/wechat/users", {"openid": f"rep-{rep.person_key}"})
    phone, desk = Phone(live.url, live.http), live.desk()
    answer = await phone.post("/phone/login", {"platform": "wechat", "code": code["code"]})
    phone.signed_in(answer.good())
    his = {"name": person.name, "id_no": person.id_no, "id_type": person.id_type.value}
    card = await live.control("/ecard/people", his)
    (await phone.post("/phone/identity", {"ecard": {"security": card["security"]}})).good()
    await desk.issue("legal_rep")
    await scan_and_approve(phone, desk.challenge["url"])
    await desk.exchange()
    return desk
