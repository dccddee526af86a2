"""The legal rep's page 授权登录, as tests use it."""

import os
import re
from pathlib import Path

from playwright.async_api import Locator, expect

from server.demo.dataset import dataset
from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.phones import phone_of, scan_and_approve
from tests.live import Live, personas

AREA = "239900"
PICTURES = os.environ.get("ZB_PICTURES", "")


async def picture(at: DeskPage, name: str) -> None:
    """Keep a picture, for whoever wants to look at the pages."""
    if PICTURES:
        await at.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def the_page(desk: NewDesk, live: Live, persona: str, **options: object) -> DeskPage:
    """The page 授权登录 of a persona's unit."""
    at = await desk("/login?role=legal_rep", **options)
    await scan_and_approve(await live.phone(persona), await at.scanned())
    return await _gone_to_grants(at)


async def page_of_unit(desk: NewDesk, live: Live, uscc: str, **options: object) -> DeskPage:
    """The page 授权登录 of a unit, opened by whoever is its legal representative."""
    found = dataset()
    [rep] = [each for each in found.legal_reps if uscc in each.usccs]
    [person] = [each for each in found.people if each.key == rep.person_key]
    [unit] = [each for each in found.units if each.uscc == uscc]
    at = await desk("/login?role=legal_rep", **options)
    await scan_and_approve(await phone_of(live, person.name, person.id_no), await at.scanned())
    if len(rep.usccs) > 1:
        await at.choose(unit.name)
    return await _gone_to_grants(at)


async def _gone_to_grants(at: DeskPage) -> DeskPage:
    await at.shows("banner")
    await at.page.goto(f"{at.url}/grants")
    await expect(at.page.get_by_test_id("grants")).to_have_attribute(
        "data-state", re.compile("ready|empty"), timeout=10_000
    )
    return at


def row_of(at: DeskPage, name: str) -> Locator:
    """The grants of a clerk on the page."""
    return at.part("grant").filter(has_text=name)


async def adds(at: DeskPage, name: str, id_no: str, phone: str = "13800138000") -> None:
    """Fill the form for a new clerk in, with every relation, and save it."""
    await at.press("add")
    await at.part("id-no").fill(id_no)
    await at.part("name").fill(name)
    await at.part("phone").fill(phone)
    for box in await at.part("relation").all():
        await box.check()
    await at.press("save")


async def does(at: DeskPage, name: str, act: str) -> None:
    """Press a button of a clerk's grant, and say yes to the question it asks."""
    await row_of(at, name).get_by_test_id(f"act-{act}").click()
    await at.shows("ask")
    await at.press("ask-yes")


def uscc_of(persona: str) -> str:
    """A persona's first unit."""
    return personas()[persona].usccs[0]
