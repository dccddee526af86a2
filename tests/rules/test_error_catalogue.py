"""The error catalogue keeps its promises: complete, verbatim, helpful, raised, and published."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from models.errors import steps
from models.errors.catalogue import PLACEHOLDER_WORDS, SEGMENTS, catalogue, entry_of, readable
from models.errors.entry import Action, Entry
from server.commands.errors_page import OFFLINE_COPY, PAGE, offline_copy, page

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("server", "handlers", "models", "notify")

EXPECTED_CODES = {
    f"SB-{number}"
    for first, last in (
        (1001, 1009),
        (2001, 2014),
        (2101, 2121),
        (3001, 3012),
        (4001, 4004),
        (5001, 5011),
        (5501, 5507),
        (5601, 5603),
        (6001, 6007),
        (7001, 7002),
        (8001, 8003),
        (9001, 9016),
    )
    for number in range(first, last + 1)
}

KNOWN_RELS = {
    "change-password",
    "check-certificate",
    "choose-unit",
    "confirm-identity",
    "contact-support",
    "correct-input",
    "download-report",
    "download-template",
    "file-key-info-change",
    "find-window",
    "go-home",
    "how-to-apply-card",
    "look-up-code",
    "read-privacy-notice",
    "refresh",
    "register",
    "renew-certificate",
    "request-grant",
    "reset-password",
    "retry",
    "scan-again",
    "sign-in",
    "subscribe",
    "update-app",
    "upload-again",
    "urge",
    "use-clerk-role",
    "use-legal-rep-role",
    "use-qr",
    "view-filing",
    "view-grant-request",
    "view-grants",
    "view-unit",
}

ALREADY_EXISTS = "根据统一社会信用代码发现,当前法人账号已经存在,可以直接扫码登录!"
CHECK_OR_REGISTER = "检查用户信息后登陆或根据单位参保信息重新注册"


class Sentence(NamedTuple):
    """One question of the manual's chapter 5; remedy: its lines joined, as printed."""

    code: str
    source: str
    prompt: str
    explain: str
    remedy: str


MANUAL = (
    Sentence(
        "SB-1001",
        "手册 5.1.1",
        "企业信息在组织机构相关信息库验证失败,无法注册!",
        "企业经过营商、养老参保和机关事业三方校验,均未获取到有效信息,不予注册。",
        "方案一:如果三方都没有单位信息,请等待单位数据同步后再试。"
        "方案二:1、检查注册输入的统一社会信用代码和单位名称是否参保企业养老和机关养老;"
        "2、如果有参保信息,检查注册输入的法人姓名、身份证与养老险种对应的法人姓名、身份证是否一致;"
        "3、如果单位名称、统一社会信用代码、法人姓名、身份证都能与养老险种参保信息对应不上,"
        "请把注册信息改成与养老一致后,重新注册;如果可以对应上,请与运维人员联系解决。"
        "4、如果养老险种参保信息的统一社会信用代码、法人姓名、法人身份证错误,"
        "做“单位关键信息维护”把这三项信息维护成正确后,再注册企业网端。"
        "5、如果单位多个单位编号,修改统一社会信用代码或法人信息,任意一个单位编号做"
        "“单位关键信息维护”,审核完成后,其他单位编号在经办端做“信用代码维护”,"
        "把所有单位编号的信用代码维护维护一致。",
    ),
    Sentence(
        "SB-1002",
        "手册 5.1.2",
        ALREADY_EXISTS,
        "当前注册的法人已经存在,不需要再注册。",
        "使用法人电子社保卡扫码登录。",
    ),
    Sentence(
        "SB-2001",
        "手册 5.2.1.1",
        "账号不能为空!",
        "用户没有输入账号,不允许登录",
        "输入正确用户账号后再登录。",
    ),
    Sentence(
        "SB-2002",
        "手册 5.2.1.2",
        "密码不能为空!",
        "用户没有输入密码,不允许登录",
        "输入正确用户密码后再登录。",
    ),
    Sentence(
        "SB-2003",
        "手册 5.2.1.3",
        "用户名或密码错误!",
        "用户输入的用户名和密码在系统中不存在",
        "1、核对用户名和密码后,再登录。2、使用法人电子社保卡扫码登录。",
    ),
    Sentence(
        "SB-2004",
        "手册 5.2.1.4",
        "未查询到登录人信息,请注册!",
        "在公共服务平台和黑龙江省人力资源和社会保障网上服务大厅未获取到有效的登录账号信息",
        CHECK_OR_REGISTER,
    ),
    Sentence(
        "SB-2101",
        "手册 5.2.2.1",
        "未找到当前法人账号信息,请先注册法人账号!",
        "根据扫码获取的法人信息,在法人表中未找到有效数据",
        CHECK_OR_REGISTER,
    ),
    Sentence(
        "SB-2102",
        "手册 5.2.2.2",
        "未找到当前办事员账号信息,请联系法人授权或者去窗口授权!",
        "根据扫码获取的办事员信息,在办事员表中未找到有效数据",
        "需要法人登录后,添加办事员",
    ),
    Sentence(
        "SB-3001",
        "手册 5.3",
        "系统没有识别到统一社会信用代码:1123100000******** 以及法人信息证件号码:"
        "23100419641********的有效公共服务注册信息,请在公共服务端办理注册后再由经办机构进行授权操作。",
        "企业网端的统一社会信用代码和法人证件号码与单位参保时,填写的信息不一致",
        "1、当参保信息不对时,单位通过“单位关键信息维护”修改统一社会信用代码和法人信息;"
        "2、当企业网端信息不对时,按照参保信息的统一社会信用代码和法人,重新注册。",
    ),
)

each_entry = pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.code)


def test_every_code_of_the_design_is_there_exactly_once() -> None:
    codes = [entry.code for entry in catalogue()]

    assert len(codes) == len(set(codes))
    assert set(codes) == EXPECTED_CODES
    assert codes == sorted(codes)


@pytest.mark.parametrize("segment", SEGMENTS, ids=lambda segment: segment.__name__)
def test_a_file_holds_one_unbroken_run_of_codes(segment: object) -> None:
    source = inspect.getsource(segment)  # type: ignore[arg-type]

    numbers = [int(number) for number in re.findall(r'^    "SB-(\d{4})",$', source, re.MULTILINE)]

    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_code_leads_to_its_entry_and_a_foreign_one_to_none() -> None:
    found = entry_of("SB-2102")

    assert found is not None
    assert found.prompt.startswith("未找到当前办事员账号信息")
    assert entry_of("SB-0000") is None


@each_entry
def test_every_entry_says_what_why_and_what_to_do_next(entry: Entry) -> None:
    texts = (entry.prompt, entry.explain, entry.source, *entry.remedies)

    assert entry.remedies
    assert entry.actions
    assert 200 <= entry.status <= 599
    assert all(text and text == text.strip() for text in texts)


@each_entry
def test_texts_use_the_half_width_punctuation_of_the_manual(entry: Entry) -> None:
    texts = "".join((entry.prompt, entry.explain, *entry.remedies))

    assert not set(texts) & set(",!?:;()")


@each_entry
def test_every_next_step_is_a_known_one(entry: Entry) -> None:
    assert {action.rel for action in entry.actions} <= KNOWN_RELS


def test_each_next_step_has_one_label() -> None:
    known = [value for value in vars(steps).values() if isinstance(value, Action)]

    assert {action.rel for action in known} == KNOWN_RELS
    assert len({action.rel for action in known}) == len(known)
    assert {action for entry in catalogue() for action in entry.actions} <= set(known)


@pytest.mark.parametrize("sentence", MANUAL, ids=lambda sentence: sentence.source)
def test_the_manuals_sentences_are_verbatim(sentence: Sentence) -> None:
    entry = entry_of(sentence.code)
    assert entry is not None

    refusal = entry.refuse(uscc_masked="1123100000********", id_masked="23100419641********")

    assert refusal.title == sentence.prompt
    assert refusal.detail == sentence.explain
    assert "".join(refusal.solutions) == sentence.remedy
    assert entry.source == sentence.source


def test_the_manuals_copying_mistake_is_corrected_and_said() -> None:
    wrong, right = entry_of("SB-2005"), entry_of("SB-1002")
    assert wrong is not None
    assert right is not None

    assert wrong.prompt == ALREADY_EXISTS
    assert (wrong.explain, wrong.remedies) == (right.explain, right.remedies)
    assert wrong.source.startswith("手册 5.2.1.5")
    assert "更正" in wrong.source


def test_every_placeholder_can_be_filled_and_has_a_general_word() -> None:
    taken = set(inspect.signature(Entry.refuse).parameters)

    for entry in catalogue():
        names = _placeholders(entry)
        assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names), entry.code
        assert not names & taken, f"{entry.code}: refuse() has another use for this name"
        assert names <= set(PLACEHOLDER_WORDS), entry.code
        assert "{" not in readable("".join((entry.prompt, entry.explain, *entry.remedies)))


@each_entry
def test_a_refusal_fills_its_placeholders_from_the_facts(entry: Entry) -> None:
    facts: dict[str, object] = {name: f"<{name}>" for name in _placeholders(entry)}

    refusal = entry.refuse(**facts)  # type: ignore[arg-type]

    shown = "".join((refusal.title, refusal.detail, *refusal.solutions))
    assert "{" not in shown
    assert all(str(value) in shown for value in facts.values())


@each_entry
def test_an_entry_is_raised_somewhere_exactly_when_it_is_not_reserved(entry: Entry) -> None:
    assert (entry in _mentioned()) is not entry.reserved


def test_every_refusal_in_the_code_brings_the_facts_its_texts_need() -> None:
    faults = [fault for path in _sources() for fault in _missing_facts(path)]

    assert faults == []


def test_the_published_pages_are_fresh() -> None:
    remedy = "run python -m server.commands.errors_page"

    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(catalogue()), remedy
    assert (ROOT / OFFLINE_COPY).read_text(encoding="utf-8") == offline_copy(catalogue()), remedy


def _placeholders(entry: Entry) -> set[str]:
    texts = "".join((entry.prompt, entry.explain, *entry.remedies))
    return set(re.findall(r"\{([^}]*)\}", texts))


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if (ROOT / "models" / "errors") not in path.parents:
                yield path


@cache
def _mentioned() -> frozenset[Entry]:
    return frozenset(entry for path in _sources() for entry in _imported(_parsed(path)).values())


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(tree: ast.Module) -> dict[str, Entry]:
    """The entries a file imports (`from models.errors.login import QR_EXPIRED`), by local name."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models.errors."):
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                value = getattr(module, alias.name)
                if isinstance(value, Entry):
                    found[alias.asname or alias.name] = value
    return found


def _missing_facts(path: Path) -> Iterator[str]:
    entries = _imported(_parsed(path))
    for node in ast.walk(_parsed(path)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="refuse")) if (
                name in entries
            ):
                given = {keyword.arg for keyword in node.keywords}
                missing = _placeholders(entries[name]) - {str(fact) for fact in given}
                if missing and None not in given:
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield f"{where} {name}.refuse lacks {sorted(missing)}"
