"""For everybody: without a mouse, with a screen reader, with large type on a narrow screen."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.phones import scan, scan_and_approve, units_of
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CONTROLS = {
    "button",
    "link",
    "radio",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "img",
    "image",
}
ENOUGH_TABS = 12


async def test_the_keyboard_alone_switches_role_chooses_a_unit_and_switches_it(
    desk: NewDesk, live: Live
) -> None:
    at = await desk()
    keys = at.page.keyboard
    await at.is_drawn()
    await _tab_to(at.page, "role-legal_rep")
    await keys.press("ArrowRight")
    await at.says("caption", "办事员扫码登录")
    await scan_and_approve(await live.phone("P4"), await at.scanned())
    await at.shows("choose")
    await expect(at.part("unit")).to_have_count(4)

    await _tab_to(at.page, "unit")
    await keys.press("ArrowDown")
    second = await _focused(at.page, "node.querySelector('.unit-name').textContent")
    await keys.press("Enter")
    await at.stands_for("办事员", second)
    await _tab_to(at.page, "switch-unit")
    await keys.press("Enter")
    await expect(at.part("unit")).to_have_count(4)
    await keys.press("End")
    last = await _focused(at.page, "node.querySelector('.unit-name').textContent")
    await keys.press("Enter")

    await at.stands_for("办事员", last)


async def test_escape_closes_the_unit_dialog_and_gives_the_focus_back(
    desk: NewDesk, live: Live
) -> None:
    at = await desk()
    await scan_and_approve(await live.phone("P1"), await at.scanned())
    await at.stands_for("法人", *units_of("P1"))

    await _tab_to(at.page, "switch-unit")
    await at.page.keyboard.press("Enter")
    await at.shows("unit-dialog")
    await at.page.keyboard.press("Escape")

    await at.hides("unit-dialog")
    assert await _focused(at.page, "node.dataset.testid") == "switch-unit"


async def test_every_control_has_a_name_every_view_one_title_and_scanning_is_announced(
    desk: NewDesk, live: Live
) -> None:
    at, phone = await desk(), await live.phone("P2")
    await at.is_drawn()
    status = at.part("status")
    await expect(status).to_have_attribute("aria-live", "polite")
    nameless = {"desk": await _nameless(at)}
    headings = [await _headings(at)]
    scanned = (await scan(phone, await at.scanned())).good()
    await expect(status).to_contain_text("已扫码")
    (await phone.approve(scanned)).good()
    await at.shows("choose")
    nameless["choose"], headings = await _nameless(at), [*headings, await _headings(at)]
    await at.choose(units_of("P2")[0])
    await at.shows("home")
    await at.press("show-devices")
    await at.shows("device")
    nameless["home"], headings = await _nameless(at), [*headings, await _headings(at)]

    assert nameless == {"desk": [], "choose": [], "home": []}
    assert headings == [1, 1, 1]


async def test_without_script_every_control_has_a_name_too(desk: NewDesk, live: Live) -> None:
    at = await desk("/login/plain", java_script_enabled=False)
    nameless = {"login": await _nameless(at)}
    await scan_and_approve(await live.phone("P2"), await at.scanned())
    await at.shows("choose")
    nameless["units"] = await _nameless(at)
    await at.choose(units_of("P2")[0])
    await at.shows("home")
    nameless["home"] = await _nameless(at)

    assert nameless == {"login": [], "units": [], "home": []}


@pytest.mark.parametrize("width", [320, 360])
async def test_large_type_needs_no_scrolling_sideways(
    desk: NewDesk, live: Live, width: int
) -> None:
    at = await desk(viewport={"width": width, "height": 740})
    await at.press("type-switch")
    await expect(at.page.locator("html")).to_have_attribute("data-type", "large")
    await at.is_drawn()
    wide = [await at.sideways()]
    await scan_and_approve(await live.phone("P2"), await at.scanned())
    await at.shows("choose")
    wide.append(await at.sideways())
    await at.choose(units_of("P2")[0])
    await at.shows("home")
    wide.append(await at.sideways())
    await at.press("show-devices")
    await at.shows("device")
    wide.append(await at.sideways())
    await at.press("switch-unit")
    await at.shows("unit")
    wide.append(await at.sideways())

    assert wide == [0, 0, 0, 0, 0]


async def _tab_to(page: Page, testid: str) -> None:
    for _ in range(ENOUGH_TABS):
        await page.keyboard.press("Tab")
        if await _focused(page, "node.dataset.testid") == testid:
            return
    raise AssertionError(f"{testid} cannot be reached by {ENOUGH_TABS} tabs")


async def _focused(page: Page, what: str) -> Any:
    return await page.evaluate(
        f"(() => {{ const node = document.activeElement; return {what}; }})()"
    )


async def _nameless(at: DeskPage) -> list[str]:
    """The controls and pictures that a screen reader can only call by their kind."""
    tree = await (await at.page.context.new_cdp_session(at.page)).send(
        "Accessibility.getFullAXTree"
    )
    return [
        node["role"]["value"]
        for node in tree["nodes"]
        if not node["ignored"]
        and node["role"]["value"] in CONTROLS
        and not node.get("name", {}).get("value", "").strip()
    ]


async def _headings(at: DeskPage) -> int:
    return await at.page.locator("h1").filter(visible=True).count()
