"""The error pages for people: escaped, complete, and findable by code or words."""

import re
from html.parser import HTMLParser

import pytest

from models.errors.catalogue import catalogue
from models.errors.entry import Action, Entry
from models.errors.login import CARD_ABNORMAL, CLERK_UNKNOWN, PAIR_CODE_WRONG
from server.pages.help import error_index_page, error_page

ATTACK = "\"'><script>alert(1)</script>&{x}"
VOID = {"meta", "link", "input", "br"}


class _Outline(HTMLParser):
    """Keeps what a browser would see: tags, ids, links; fails on tags closed out of order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def of(self, name: str) -> list[str | None]:
        return [value for attribute, value in self.attributes if attribute == name]


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.code)
def test_every_entry_has_a_sound_page_without_inline_script_or_style(entry: Entry) -> None:
    seen = _Outline(error_page(entry))

    assert not {"script", "style"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]
    assert seen.tags.count("h1") == seen.tags.count("main") == 1
    assert len(seen.of("id")) == len(set(seen.of("id")))
    assert set(seen.of("aria-labelledby")) <= set(seen.of("id"))
    assert ("lang", "zh-CN") in seen.attributes


def test_an_error_page_escapes_every_text_of_the_entry() -> None:
    entry = Entry(
        f"SB-{ATTACK}",
        404,
        prompt=ATTACK,
        explain=ATTACK,
        remedies=(ATTACK,),
        source=ATTACK,
        actions=(Action(ATTACK, ATTACK),),
    )

    page = error_page(entry)

    assert "<script" not in page
    assert "script" not in _Outline(page).tags


def test_a_query_is_escaped_where_it_is_shown_again() -> None:
    page = error_index_page(catalogue(), ATTACK)

    assert "<script" not in page
    assert ATTACK in _Outline(page).of("value")


def test_an_error_page_shows_the_triple_the_code_and_whom_to_call() -> None:
    page = error_page(CLERK_UNKNOWN)

    for text in (CLERK_UNKNOWN.prompt, CLERK_UNKNOWN.explain, *CLERK_UNKNOWN.remedies):
        assert text in page
    assert "错误代码:<strong>SB-2102</strong>" in page
    assert "申请法人授权" in page
    assert 'href="tel:12333"' in page
    assert 'href="/help/errors"' in page


@pytest.mark.parametrize("entry", [CARD_ABNORMAL, PAIR_CODE_WRONG])
def test_people_never_see_a_placeholder(entry: Entry) -> None:
    assert not re.search(r"\{\w+\}", error_page(entry))


def test_the_large_type_edition_says_so_and_leads_back() -> None:
    large, standard = error_page(CLERK_UNKNOWN, large=True), error_page(CLERK_UNKNOWN)

    assert "help large" in _Outline(large).of("class")
    assert "/help/errors/SB-2102" in _Outline(large).of("href")
    assert "/help/errors/SB-2102?large=1" in _Outline(standard).of("href")


@pytest.mark.parametrize(
    "query",
    [
        "SB-2102",
        "sb2102",
        "2102",
        " 2102 ",
        "办事员 窗口授权",
        "账号信息\uff0c请联系法人",
        "\uff33\uff22-\uff12\uff11\uff10\uff12",
    ],
)
def test_an_entry_is_found_by_its_code_or_by_words(query: str) -> None:
    links = _Outline(error_index_page(catalogue(), query)).of("href")

    assert "/help/errors/SB-2102" in links
    assert "/help/errors/SB-1003" not in links


def test_an_empty_query_lists_every_code() -> None:
    links = _Outline(error_index_page(catalogue(), "  ")).of("href")

    assert {f"/help/errors/{entry.code}" for entry in catalogue()} <= set(links)


def test_finding_nothing_says_so_and_what_to_try() -> None:
    page = error_index_page(catalogue(), "SB-0000")

    assert "没有找到与“SB-0000”有关的错误代码" in page
    assert "查看全部错误代码" in page


def test_a_very_long_query_is_cut() -> None:
    page = error_index_page(catalogue(), "长" * 5000)

    assert "长" * 64 in page
    assert "长" * 65 not in page
