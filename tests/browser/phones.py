"""The phone: the simulator's page with its buttons, or the public API where no page is needed."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
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

    @classmethod
    async def own(cls, context: BrowserContext, live: Live, name: str, id_no: str) -> "PhonePage":
        """Somebody who is no persona opens the mini-program."""
        phone = cls(await context.new_page())
        await phone.page.goto(f"{live.running.sandbox}/phone")
        await expect(phone.page.locator("body[data-ready=true]")).to_be_attached()
        await phone.part("own-person").locator("summary").click()
        await phone.part("name-input").fill(name)
        await phone.part("id-input").fill(id_no)
        await phone.press("enter-button")
        await expect(phone.part("home-screen")).to_be_visible()
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

    async def chooses_unit(self, name: str) -> None:
        """Take a unit where several are listed; with one there is nothing to choose."""
        cards = self.part("answer-card").or_(self.part("grant-card")).or_(self.part("answer-unit"))
        await expect(cards.first).to_be_visible()
        if await self.part("answer-unit").count():
            await self.part("answer-unit").filter(has_text=name).click()

    async def picture(self, name: str) -> None:
        """Keep a picture, for whoever wants to look at the pages."""
        if folder := os.environ.get("ZB_PICTURES", ""):
            await self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

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


async def phone_of(live: Live, name: str, id_no: str) -> Phone:
    """The phone of somebody, e-card bound; the public API."""
    # A platform's number tells nothing of whose it is.
    openid = f"own-{sha256(id_no.encode()).hexdigest()[:16]}"
    code = await live.control("/wechat/users", {"openid": openid})
    phone = Phone(live.url, live.http)
    answer = await phone.post("/phone/login", {"platform": "wechat", "code": code["code"]})
    phone.signed_in(answer.good())
    card = await live.control(
        "/ecard/people", {"name": name, "id_no": id_no, "id_type": "01", "card_state": "ok"}
    )
    (await phone.post("/phone/identity", {"ecard": {"security": card["security"]}})).good()
    return phone


async def asks_for_a_grant(live: Live, name: str, id_no: str, uscc: str) -> Phone:
    """Somebody asks a unit for a grant on their phone."""
    phone = await phone_of(live, name, id_no)
    (await phone.post("/grant-requests", {"uscc": uscc, "note": "新接手社保"})).good()
    return phone


async def a_clerk_of(live: Live, persona_key: str, name: str, id_no: str) -> Phone:
    """The phone of a clerk whom a legal rep persona has just given everything in the only unit."""
    boss = await live.sign_in(persona_key)
    relations = [each["id"] for each in boss.session["relations"]]
    clerk = {"id_type": "01", "id_no": id_no, "name": name, "phone": "13800138000"}
    (await boss.post("/grants", {"clerk": clerk, "relation_ids": relations})).good()
    return await phone_of(live, name, id_no)


async def the_legal_rep_of(live: Live, persona_key: str) -> Desk:
    """A signed-in desk of the legal representative of a clerk persona's first unit."""
    [uscc, *_] = personas()[persona_key].usccs
    found = dataset()
    [rep] = [rep for rep in found.legal_reps if uscc in rep.usccs]
    [person] = [person for person in found.people if person.key == rep.person_key]
    phone, desk = await phone_of(live, person.name, person.id_no), live.desk()
    await desk.issue("legal_rep")
    await scan_and_approve(phone, desk.challenge["url"])
    await desk.exchange()
    return desk
