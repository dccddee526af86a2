"""The error catalogue keeps its promises: complete, verbatim, helpful, raised, and published."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
        (2001, 2015),
        (2101, 2121),
        (3001, 3013),
        (4001, 4008),
        (5001, 5011),
        (5501, 5507),
        (5601, 5603),
        (6001, 6008),
        (7001, 7002),
        (8001, 8003),
        (8501, 8508),
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

    assert not set(texts) & set("\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09")


@each_entry
def test_every_next_step_is_a_known_one(entry: Entry) -> None:
    assert {action.rel for action in entry.actions} <= KNOWN_RELS


def test_each_next_step_has_one_label() -> None:
    known = [value for value in vars(steps).values() if isinstance(value, Action)]

    assert {action.rel for action in known} == KNOWN_RELS
    assert len({action.rel for action in known}) == len(known)
    assert {action for entry in catalogue() for action in entry.actions} <= set(known)


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


def test_every_entry_in_force_is_raised_somewhere() -> None:
    in_force = {entry.code for entry in catalogue() if not entry.reserved}

    assert sorted(in_force - _mentioned()) == [], "raise it, or mark it reserved"


def test_a_reserved_entry_is_raised_nowhere() -> None:
    reserved = {entry.code for entry in catalogue() if entry.reserved}

    assert sorted(reserved & _mentioned()) == [], "it is in force now: drop reserved=True"


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
def _mentioned() -> frozenset[str]:
    imports = [_imported(_parsed(path)) for path in _sources()]
    return frozenset(entry.code for entries in imports for entry in entries.values())


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
