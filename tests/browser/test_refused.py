"""手册 5.2.2 and 2.1.1: who cannot sign in by scanning, and what he reads on phone and computer."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewBrowser, NewDesk
from tests.browser.desks import DESKTOP, PHONE_WIDE
from tests.browser.phones import PhonePage, scan, the_legal_rep_of, units_of
from tests.browser.phones import scan_and_approve as sign_in
from tests.live import Live, personas

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LEGAL_REP_UNKNOWN = "未找到当前法人账号信息,请先注册法人账号!"
CLERK_UNKNOWN = "未找到当前办事员账号信息,请联系法人授权或者去窗口授权!"

wide_and_narrow = pytest.mark.parametrize(
    "viewport", [DESKTOP, PHONE_WIDE], ids=["1280px", "375px"]
)


@wide_and_narrow
@pytest.mark.parametrize(
    ("persona", "role", "code", "sentence"),
    [
        pytest.param("P6", "legal_rep", "SB-2101", LEGAL_REP_UNKNOWN, id="no-account"),
        pytest.param("P5", "clerk", "SB-2102", CLERK_UNKNOWN, id="misspelt"),
        pytest.param("P1", "clerk", "SB-2102", CLERK_UNKNOWN, id="no-grant"),
    ],
)
async def test_somebody_without_an_account_is_told_why_on_phone_and_desk(
    desk: NewDesk,
    browser: NewBrowser,
    live: Live,
    persona: str,
    role: str,
    code: str,
    sentence: str,
    viewport: Any,
) -> None:
    """手册 5.2.2.1, 5.2.2.2."""
    at = await desk(f"/login?role={role}", viewport=viewport)
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, persona)

    await phone.scan(await at.scanned())

    await phone.refused_with(code, sentence)
    await at.refused_with(code, sentence)
    await expect(at.part("refusal-solutions").locator("li")).not_to_have_count(0)
    await at.hides("home")
    assert await at.sideways() == 0


async def test_an_abnormal_card_is_refused_with_its_state(browser: NewBrowser, live: Live) -> None:
    """实体卡状态异常(封存、挂失、应用锁定、注销等),都会影响电子社保卡的正常申领。"""
    phone = await PhonePage.of(await browser(viewport=PHONE_WIDE), live, "P14")

    await expect(phone.part("error-code")).to_have_text("SB-2107")
    await phone.says("error-title", "挂失")


async def test_a_clerk_revoked_while_online_is_back_at_the_login_page_within_two_seconds(
    desk: NewDesk, live: Live
) -> None:
    both = [await desk("/login?role=clerk", viewport=size) for size in (DESKTOP, PHONE_WIDE)]
    phone, rep = await live.phone("P16"), await the_legal_rep_of(live, "P16")
    for at in both:
        await sign_in(phone, await at.scanned())
        await at.stands_for("办事员", *units_of("P16"))
    found = (await rep.get("/grants")).good()["items"]
    [grant] = [each for each in found if each["clerk"]["name"] == personas()["P16"].name]

    revoked = await rep.post(
        f"/grants/{grant['id']}/revoke",
        {"reason": "人员离职"},
        **{"If-Match": f'"{grant["revision"]}"'},
    )

    assert revoked.good()["status"] == "revoked"
    for at in both:
        await expect(at.part("refusal-code")).to_have_text("SB-3005", timeout=2_000)
        await expect(at.part("refusal-title")).to_have_text("授权已被撤销!")
        await at.shows("desk")
        await at.hides("home")
        assert await at.sideways() == 0


async def test_a_code_from_an_album_or_a_long_press_is_refused(desk: NewDesk, live: Live) -> None:
    at, phone = await desk(), await live.phone("P1")
    text = await at.scanned()

    answer = await phone.post("/phone/scans", {"text": text, "scene": 1048, "source": "link"})

    assert answer.code == "SB-2112"
    assert (await scan(phone, await at.scanned())).good()["role"] == "legal_rep"
