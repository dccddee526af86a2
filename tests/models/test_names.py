"""Names: what may be stored, and which two writings are one name."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.codes import CodeFault
from models.names import MAX_LENGTH, clean, normalise

RARE = ["李㛃", "王𬭎", "\U00020000甲", "\U0002a700", "\U0002b820", "\U0002ceb0", "\U00030000"]
EXTENSION_H = "赵\U00031350"
properties = settings(deadline=None, max_examples=300)


@pytest.mark.parametrize("dot", "·•・．.･‧")
def test_every_way_to_write_the_dot_is_the_same_name(dot: str) -> None:
    assert normalise(f"迪丽热巴{dot}某某") == "迪丽热巴·某某"
    assert normalise(f"迪丽热巴 {dot} 某某") == "迪丽热巴·某某"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张三", " 张 三\u3000"),
        ("张三", "张\u200b三"),
        ("张三", "张三\ufe00"),
        ("欧阳 晓明", "欧阳晓明"),
        ("Anna Maria", "ＡＮＮＡ  maria"),
        ("Anna Maria", " anna\tMARIA "),
        ("Straße", "STRASSE"),
        ("Zoë", "Zoe\u0308"),
        ("金豈", "金\uf900"),
    ],
)
def test_two_writings_of_one_name_are_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张三", "张山"),
        ("Anna Maria", "AnnaMaria"),
        ("迪丽热巴·某某", "迪丽热巴某某"),
        ("Аnna", "Anna"),
        ("李㛃", "李婕"),
    ],
)
def test_two_names_are_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("name", [*RARE, EXTENSION_H, "张三", "迪丽热巴·某某", "O'Neil-Smith Jr."])
def test_a_rare_name_is_kept_as_it_is(name: str) -> None:
    assert clean(name) == name
    assert clean(f"  {name}\u3000") == name
    assert normalise(normalise(name)) == normalise(name)


def test_a_kept_name_is_composed() -> None:
    assert clean("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(
    "character",
    [
        *("\x00", "\n", "\t", "\x7f", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad"),
        *("\ud800", "\ue000", "\U000f0000", "\u2028", "\ufffe", "\U0001fbff", "\u0378"),
    ],
)
def test_an_invisible_or_unreadable_character_is_refused(character: str) -> None:
    for name in (f"张{character}三", f"张三{character}", character):
        with pytest.raises(CodeFault, match="不可见") as fault:
            clean(name)
        assert character not in fault.value.detail


@pytest.mark.parametrize("name", ["", " ", "\u3000 "])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(CodeFault, match="不能为空"):
        clean(name)


def test_the_length_counts_characters_of_the_kept_form() -> None:
    assert len(clean("\U00020000" * MAX_LENGTH)) == MAX_LENGTH
    assert len(clean("e\u0308" * MAX_LENGTH)) == MAX_LENGTH
    with pytest.raises(CodeFault, match="100"):
        clean("张" * (MAX_LENGTH + 1))


@properties
@given(st.text(max_size=40))
def test_normalising_never_fails_and_twice_is_once(name: str) -> None:
    once = normalise(name)

    assert normalise(once) == once
    assert normalise(unicodedata.normalize("NFD", name)) == once


@properties
@given(st.text(max_size=120))
def test_a_kept_name_is_kept_again_and_fits_a_database(name: str) -> None:
    try:
        kept = clean(name)
    except CodeFault:
        return
    assert clean(kept) == kept
    assert "\x00" not in kept
    assert kept.encode()
    assert normalise(kept) == normalise(name)
