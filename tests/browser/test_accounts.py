"""Passwords, one's own data and the privacy notice, in a browser (手册 5.2.1, 常见问题 1.1)."""

import asyncio
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.phones import scan_and_approve, units_of
from tests.live import Live, personas
from tests.live_processes import get_json, product_command

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PASSWORD, OTHER_PASSWORD = "Correct-Horse-1", "Correct-Horse-2"
PHONE, MAILBOX = "13912390012", "p12@zhangban.example.cn"
PICTURES = os.environ.get("ZB_PICTURES", "")


async def picture(at: DeskPage, name: str) -> None:
    """Keep a picture, for whoever wants to look at the pages."""
    if PICTURES:
        await at.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def signed_in(desk: NewDesk, live: Live, key: str) -> DeskPage:
    at = await desk("/login?role=legal_rep")
    await scan_and_approve(await live.phone(key), await at.scanned())
    if len(units_of(key)) > 1:
        await at.choose(units_of(key)[0])
    await at.shows("home")
    return at


async def code_for(live: Live, box: str, address: str) -> str:
    """The newest code in the SMS box or the mailbox."""
    name = "phone" if box == "sms" else "to"
    for _ in range(50):
        items = get_json(f"{live.running.sandbox}/_ctl/{box}?{name}={address}")["items"]
        found = re.search(r"\d{6}", items[-1]["text"]) if items else None
        if found:
            return found[0]
    raise AssertionError("no code has arrived")


async def set_password(at: DeskPage, password: str, old: str = "") -> None:
    await at.page.goto(f"{at.url}/account")
    await at.shows("account")
    if old:
        await at.part("old").fill(old)
    await at.part("password").fill(password)
    await at.part("again").fill(password)
    await at.press("password-submit")
    await at.page.wait_for_url(re.compile("way=password"))


async def by_password(at: DeskPage, account: str, password: str) -> None:
    await at.shows("password-part")
    await at.part("account").fill(account)
    await at.part("password").fill(password)
    await at.press("password-submit")


def uscc_of(key: str) -> str:
    return personas()[key].usccs[0]


async def test_p12_sets_a_password_is_locked_out_by_five_wrong_ones_and_scans_back_in(
    desk: NewDesk, live: Live
) -> None:
    at = await signed_in(desk, live, "P12")
    account = uscc_of("P12")
    await set_password(at, PASSWORD)
    await at.says("notice-text", "密码已设置")

    told = []
    for _ in range(5):
        await by_password(at, account, "Wrong-Horse-1")
        await expect(at.part("password-submit")).to_be_enabled()
        told.append(await at.part("refusal-title").inner_text())
    await picture(at, "locked")
    assert told == [
        "用户名或密码错误!",
        "用户名或密码错误!",
        "还可尝试2次,之后账号将被锁定!",
        "还可尝试1次,之后账号将被锁定!",
        "密码错误次数过多,账号已锁定!",
    ]
    await at.press("action-use-qr")
    await scan_and_approve(await live.phone("P12"), await at.scanned())
    await at.shows("home")
    await at.press("sign-out")
    await at.shows("ways")
    await at.page.get_by_test_id("tab-password").check(force=True)
    await by_password(at, account, PASSWORD)
    await at.stands_for("法人", units_of("P12")[0])


async def test_nothing_typed_is_answered_in_the_manuals_words(desk: NewDesk) -> None:
    at = await desk("/login?way=password")
    await at.press("password-submit")
    await at.refused_with("SB-2001", "账号不能为空!")
    await at.part("account").fill("13912390000")
    await at.press("password-submit")
    await at.refused_with("SB-2002", "密码不能为空!")
    await picture(at, "password")


async def test_phone_and_mailbox_are_bound_after_consent_and_find_a_lost_password(
    desk: NewDesk, live: Live
) -> None:
    at = await signed_in(desk, live, "P2")
    await at.page.goto(f"{at.url}/account")
    await at.press("change-phone")
    await at.part("address").fill(PHONE)
    await at.press("send")
    await at.refused_with("SB-8001", "请先阅读并同意隐私保护指引!")
    await at.part("read").check()
    await at.press("agree")
    await at.says("told", "已记录您的同意。")
    for way, address, box in (("phone", PHONE, "sms"), ("email", MAILBOX, "mail")):
        await at.press(f"change-{way}")
        await at.part("address").fill(address)
        await at.press("send")
        await at.says("told", "验证码已发出")
        await at.part("contact-code").fill(await code_for(live, box, address))
        await at.press("bind")
        await at.says("told", "已绑定。")
    await at.says("phone", "139****0012")
    await at.says("email", MAILBOX)
    await picture(at, "account")
    await set_password(at, PASSWORD)

    lost = await desk("/login/reset")
    await picture(lost, "reset")
    await lost.part("account").fill(PHONE)
    await lost.page.get_by_test_id("way-email").check(force=True)
    before = await code_for(live, "mail", MAILBOX)
    await lost.press("ask-submit")
    await lost.says("set-words", "验证码已经发出")
    await lost.page.wait_for_timeout(300)
    code = await code_for(live, "mail", MAILBOX)
    assert code != before
    await lost.part("code").fill(code)
    await lost.part("password").fill(OTHER_PASSWORD)
    await lost.part("again").fill(OTHER_PASSWORD)
    await picture(lost, "reset-set")
    await lost.press("set-submit")
    await lost.press("to-login")
    await by_password(lost, PHONE, OTHER_PASSWORD)
    await lost.shows("choose")


async def test_an_export_is_asked_for_made_and_downloaded(desk: NewDesk, live: Live) -> None:
    at = await signed_in(desk, live, "P1")
    await at.page.goto(f"{at.url}/account")
    await at.press("export-ask")
    await at.says("export-state", "正在准备")
    await asyncio.to_thread(product_command, live.running.environment, "tick", "--once")
    await at.page.reload()
    async with at.page.expect_download() as download:
        await at.press("export-take")
    assert (await (await download.value).path()).stat().st_size > 200
    await at.says("export-state", "可以导出一份")


async def test_closing_asks_twice_and_can_be_taken_back(desk: NewDesk, live: Live) -> None:
    at = await signed_in(desk, live, "P1")
    await at.page.goto(f"{at.url}/account")
    await at.press("closing-ask")
    await at.says("sure-words", "15天冷静期")
    await at.press("sure-no")
    await at.press("closing-ask")
    await at.press("sure-yes")
    await at.says("closing-state", "您已申请注销")
    await at.press("closing-cancel")
    await at.says("told", "注销申请已撤销。")


@pytest.mark.parametrize("path", ["/login?way=password", "/login/reset", "/privacy"])
async def test_the_pages_fit_a_phone_also_in_large_type(desk: NewDesk, path: str) -> None:
    at = await desk(path, viewport={"width": 360, "height": 740})
    await at.press("type-switch")
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

    assert await at.page.evaluate(sideways) == 0
    await picture(at, f"narrow{path.replace('/', '-').partition('?')[0]}")
    for node in await at.page.locator("input:visible, button:visible, a:visible").all():
        name = await node.evaluate("(n) => n.labels?.[0]?.innerText || n.innerText || n.title")
        assert name.strip(), await node.evaluate("(n) => n.outerHTML")


async def test_whoever_is_not_signed_in_is_shown_the_way_to_it(desk: NewDesk) -> None:
    at = await desk("/account")
    await at.refused_with("SB-2012", "登录已失效,请重新登录!")
    await at.press("action-sign-in")
    await at.page.wait_for_url(f"{at.url}/login")
