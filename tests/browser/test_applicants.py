"""手册 5.1: the personas who register, before the sandbox's registries; what each of them reads.

P6 is in test_carried, P12 in test_accounts.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
import pytest_asyncio
from playwright.async_api import expect

from models.errors.catalogue import entry_of
from server.demo.dataset import dataset
from server.demo.shapes import DemoApplication, DemoRegistryRecord
from tests.browser.conftest import NewDesk
from tests.browser.desks import DeskPage
from tests.browser.phones import scan_and_approve, units_of
from tests.live import Live, Running, personas, running
from tests.live_processes import get_json, product_command

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PHONES = {"P7": "13912390007", "P15": "13912390015"}
NOT_VERIFIED = "企业信息在组织机构相关信息库验证失败,无法注册!"
ALREADY = "根据统一社会信用代码发现,当前法人账号已经存在,可以直接扫码登录!"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A product of this file's own, which delivers messages itself."""
    with running(tmp_path_factory.mktemp("applicants"), {"ZB_ALL_IN_ONE": "true"}) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def registries(live: Live) -> None:
    """The sandbox's registries know what the demonstration's do, and answer again."""
    for record in dataset().registry:
        await live.control("/registry", told_of(record))


def told_of(record: DemoRegistryRecord) -> dict[str, object]:
    return {
        "source": record.source.value,
        "uscc": record.uscc,
        "name": record.name,
        "legal_rep": {"name": record.legal_rep_name, "id_no": record.legal_rep_id_no},
        "available": record.available,
    }


def application_of(key: str) -> DemoApplication:
    person = personas()[key].person_key
    return next(each for each in dataset().applications if each.person_key == person)


async def applying(desk: NewDesk, key: str) -> DeskPage:
    """The page after a persona has typed the unit and sent it."""
    at, rep, typed = await desk("/register"), personas()[key], application_of(key)
    for part, text in (
        ("uscc", typed.uscc),
        ("name", typed.unit_name),
        ("legal_rep_name", rep.name),
        ("legal_rep_id_no", rep.id_no),
        ("phone", PHONES.get(key, "13912390099")),
    ):
        await at.part(part).fill(text)
    await at.press("submit")
    return at


async def reads_whole_entry(at: DeskPage, code: str, sentence: str) -> None:
    """提示, 说明 and every 解决方案 stand on the page word for word."""
    entry = entry_of(code)
    assert entry is not None
    await at.refused_with(code, sentence)
    await expect(at.part("refusal-detail")).to_have_text(entry.explain)
    lines = at.part("refusal-solutions").locator("li")
    await expect(lines).to_have_text(list(entry.remedies))


async def test_p7_is_in_none_of_the_three_registries_and_is_told_when_the_data_has_come(
    desk: NewDesk, live: Live
) -> None:
    """5.1.1 方案一: 如果三方都没有单位信息,请等待单位数据同步后再试."""
    at, typed, rep = await applying(desk, "P7"), application_of("P7"), personas()["P7"]
    await reads_whole_entry(at, "SB-1001", NOT_VERIFIED)
    for source in ("market", "pension_enterprise", "pension_public"):
        await at.says(f"uscc-{source}", "✗ 未查到")
    await at.says("outcome-title", "已保存,等待单位数据同步")
    await at.says("outcome-text", "1小时、6小时后再查,之后每天查一次,最多30天")

    await live.control(
        "/registry",
        {
            "source": "market",
            "uscc": typed.uscc,
            "name": typed.unit_name,
            "legal_rep": {"name": rep.name, "id_no": rep.id_no},
        },
    )
    with closing(sqlite3.connect(live.running.database, timeout=10)) as file, file:
        # An hour passes.
        file.execute("UPDATE registrations SET next_check_at = created_at")
    await asyncio.to_thread(product_command, live.running.environment, "tick", "--once")

    text = await newest_sms(live, PHONES["P7"])
    assert "注册" in text
    assert rep.name not in text
    await at.page.goto(f"{at.url}/login?role=legal_rep")
    await scan_and_approve(await live.phone("P7"), await at.scanned())
    await at.stands_for("法人", typed.unit_name)


async def newest_sms(live: Live, phone: str) -> str:
    """The newest text message to a phone."""
    for _ in range(200):
        items = get_json(f"{live.running.sandbox}/_ctl/sms?phone={phone}")["items"]
        if items:
            return str(items[-1]["text"])
        await asyncio.sleep(0.1)
    raise AssertionError("no message has arrived")


async def test_p8_is_told_which_item_the_pension_registry_has_otherwise_and_what_to_do(
    desk: NewDesk,
) -> None:
    """5.1.1 方案二-2/3: 检查注册输入的法人姓名、身份证与养老险种对应的是否一致."""
    at = await applying(desk, "P8")

    await reads_whole_entry(at, "SB-1007", "法人姓名或证件号码与参保信息不一致!")
    await at.says("legal_rep_id_no-pension_enterprise", "✗ 不一致")
    await at.says("legal_rep_name-pension_enterprise", "✓ 一致")
    await at.shows("action-file-key-info-change")
    await no_recorded_value(at, "P8")


async def test_p9_has_wrong_data_in_the_pension_registry_which_are_put_right_first(
    desk: NewDesk,
) -> None:
    """5.1.1 方案二-4: 养老险种参保信息错误,维护成正确后再注册."""
    at = await applying(desk, "P9")

    await reads_whole_entry(at, "SB-1008", "单位名称与参保信息不一致!")
    await at.says("name-pension_enterprise", "✗ 不一致")
    await expect(at.page.get_by_test_id("name")).to_have_attribute("aria-invalid", "true")
    await no_recorded_value(at, "P9")


async def no_recorded_value(at: DeskPage, key: str) -> None:
    """What the registry holds otherwise is never shown."""
    typed, rep = application_of(key), personas()[key]
    recorded = {
        value
        for each in dataset().registry
        if each.uscc == typed.uscc
        for value in (each.name, each.legal_rep_name, each.legal_rep_id_no)
    } - {typed.unit_name, rep.name, rep.id_no}
    content = await at.page.content()
    assert recorded
    assert not any(value in content for value in recorded)


async def test_p10_is_shown_which_of_several_unit_numbers_are_to_be_mended(desk: NewDesk) -> None:
    """5.1.1 方案二-5: 如果单位多个单位编号,其他单位编号在经办端做“信用代码维护”."""
    at, typed = await applying(desk, "P10"), application_of("P10")

    await reads_whole_entry(at, "SB-1009", "该单位存在多个单位编号且信用代码不一致!")
    of_unit = [each for each in dataset().relations if each.uscc == typed.uscc]
    wrong = [each for each in of_unit if each.recorded_uscc != typed.uscc]
    rows = at.part("relations").locator("li")
    await expect(rows).to_have_count(len(of_unit))
    await expect(rows.filter(has_text="信用代码不一致,需要维护")).to_have_count(len(wrong))
    await at.says("relations", wrong[0].unit_no)


async def test_p11_has_registered_already_and_goes_on_to_scan(desk: NewDesk, live: Live) -> None:
    """5.1.2: 当前注册的法人已经存在,不需要再注册."""
    at = await applying(desk, "P11")
    await reads_whole_entry(at, "SB-1002", ALREADY)

    await at.press("action-use-qr")

    await scan_and_approve(await live.phone("P11"), await at.scanned())
    await at.stands_for("法人", units_of("P11")[0])


async def test_p15_meets_a_silent_registry_keeps_the_form_and_registers_once_it_answers(
    desk: NewDesk, live: Live
) -> None:
    """5.1.1: a source that is down is not a unit that nobody knows."""
    at, typed = await applying(desk, "P15"), application_of("P15")
    await reads_whole_entry(at, "SB-1005", "校验服务暂不可用,请稍后再试!")
    await at.says("uscc-market", "? 未应答")
    await expect(at.page.get_by_test_id("uscc")).to_have_value(typed.uscc)

    for record in dataset().registry:
        if record.uscc == typed.uscc:
            await live.control("/registry", {**told_of(record), "available": True})
    await at.press("action-retry")

    await at.says("outcome-title", "注册成功")


async def test_passwords_of_nobody_and_of_a_unit_without_one_are_answered_as_the_manual_does(
    desk: NewDesk,
) -> None:
    """5.2.1.4, and 5.2.1.5 with its explanation put right (D1)."""
    at = await desk("/login?way=password")
    await at.part("account").fill(application_of("P8").uscc)
    await at.part("password").fill("Wrong-Horse-1")
    await at.press("password-submit")
    await reads_whole_entry(at, "SB-2004", "未查询到登录人信息,请注册!")

    await at.part("account").fill(personas()["P13"].usccs[0])
    await at.press("password-submit")

    await reads_whole_entry(at, "SB-2005", ALREADY)
