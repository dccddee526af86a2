"""Values of template fields: every kind at its limit, one over it, and full of what it refuses."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.texts.fields import FieldKind, cut, kind_of, private, shape
from sandbox.wechat.fields import PATTERNS, check_data
from tests.gateways.conftest import vectors

__all__ = ["vectors"]

WECHAT_KINDS = [kind for kind in FieldKind if kind is not FieldKind.KEYWORD]


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        (FieldKind.THING, "人" * 20, "人" * 20),
        (FieldKind.THING, "人" * 21, "人" * 19 + "…"),
        (FieldKind.THING, "两行\n文字\t在此", "两行 文字 在此"),
        (FieldKind.PHRASE, "审核通过", "审核通过"),
        (FieldKind.PHRASE, "OK 已办结!", "已办结"),
        (FieldKind.PHRASE, "approved", None),
        (FieldKind.CHARACTER_STRING, "受理号20260302-001", "20260302-001"),
        (FieldKind.CHARACTER_STRING, "A" * 33, "A" * 32),
        (FieldKind.NUMBER, "还剩30天", "30"),
        (FieldKind.NUMBER, "几", None),
        (FieldKind.TIME, "2026-03-02T07:01:00Z", "2026年3月2日 15:01"),
        (FieldKind.TIME, "明天", None),
        (FieldKind.DATE, "2026-11-30", "2026年11月30日"),
        (FieldKind.DATE, "2026-11-30T16:30:00Z", "2026年12月1日"),
        (FieldKind.AMOUNT, "共¥1234.50元整", "¥1234.50元"),
        (FieldKind.NAME, "张**", "张某某"),
        (FieldKind.NAME, "用户410774", "用户"),
        (FieldKind.PHONE_NUMBER, "电话:0451-12345678", "0451-12345678"),
        (FieldKind.CAR_NUMBER, "黑A·12345", "黑A12345"),
        (FieldKind.LETTER, "abc1", "abc"),
        (FieldKind.SYMBOL, "a+b", "+"),
        (FieldKind.THING, " \n ", None),
    ],
)
def test_a_value_is_shaped_to_its_kind(kind: FieldKind, text: str, shown: str | None) -> None:
    assert shape(kind, text) == shown


@pytest.mark.parametrize("kind", WECHAT_KINDS)
@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=80))
def test_whatever_is_shaped_is_taken_by_the_platform(kind: FieldKind, text: str) -> None:
    shaped = shape(kind, text)

    assert shaped is None or re.fullmatch(PATTERNS[kind.value], shaped)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60), limit=st.integers(1, 30))
def test_a_cut_text_keeps_its_limit_in_the_platforms_units(text: str, limit: int) -> None:
    kept = cut(text, limit)

    assert len(kept.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    assert kept == text or kept.endswith("…")


@pytest.mark.parametrize("seen", ["👨‍👩‍👧", "🇨🇳", "👍🏽", "e\u0301"])
def test_what_one_sees_as_one_character_is_never_split(seen: str) -> None:
    for room in range(1, 12):
        kept = cut(seen * 6, room)

        assert kept.removesuffix("…").replace(seen, "") == ""


@pytest.mark.parametrize(
    "somebodys",
    ["230102199001011234", "13800138000", "91230100MA0000001X", "张三23010219900101123X"],
)
def test_a_number_that_may_be_somebodys_never_gets_to_a_lock_screen(somebodys: str) -> None:
    shown = shape(FieldKind.THING, f"请补正{somebodys}")

    assert shown is not None
    assert not re.search(r"\d{6}", shown)
    assert private("3月需补正2项") == "3月需补正2项"


@pytest.mark.parametrize("key", ["thing", "thing1.DATA", "secret1", "1", "thing1234", ""])
def test_a_key_that_no_platform_has_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no such field"):
        kind_of(key)


def test_what_the_platform_once_refused_is_taken_once_it_is_shaped(
    vectors: dict[str, Any],
) -> None:
    refused = vectors["wechat"]["send_rejected_by_platform"]["items"]
    values = [
        (key.removesuffix(".DATA"), field["value"])
        for item in refused
        for key, field in item["data"].items()
    ]

    shaped = {key: shape(kind_of(key), value) for key, value in values}

    assert len(shaped) >= 3
    check_data({key: {"value": value} for key, value in shaped.items() if value}, None)
