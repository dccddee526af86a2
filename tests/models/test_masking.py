"""Masks: the documented characters and not one more, and the length as it was."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.masking import (
    Viewer,
    mask_id_no,
    mask_name,
    mask_openid,
    mask_person,
    mask_phone,
    mask_serial,
    mask_uscc,
)

Mask = Callable[[str], str]
DOCUMENTED: list[tuple[Mask, int, int]] = [
    (mask_id_no, 4, 2),
    (mask_name, 1, 0),
    (mask_phone, 3, 4),
    (mask_uscc, 10, 0),
    (mask_openid, 4, 4),
    (mask_serial, 0, 6),
]
ANNA = {"name": "张三丰", "id_no": "239900196905180577", "phone": "13800138000"}


@pytest.mark.parametrize(
    ("mask", "clear", "masked"),
    [
        (mask_id_no, "239900196905180577", "2399************77"),
        (mask_id_no, "H12345678", "H123***78"),
        (mask_id_no, "12345678", "1*******"),
        (mask_name, "张三", "张*"),
        (mask_name, "迪丽热巴·某某", "迪******"),
        (mask_name, "𬭎生", "𬭎*"),
        (mask_phone, "13800138000", "138****8000"),
        (mask_uscc, "112310000012345675", "1123100000********"),
        (mask_openid, "oABCdefghijklmnopqrstuvwxyz1", "oABC********************xyz1"),
        (mask_serial, "1234567890ABCDEF", "**********ABCDEF"),
        (mask_serial, "1234567", "1******"),
    ],
)
def test_a_value_is_masked_as_documented(mask: Mask, clear: str, masked: str) -> None:
    assert mask(clear) == masked


def test_the_mask_of_the_seed_manual_is_corrected_to_the_length_of_the_number() -> None:
    as_the_manual_prints_it = "23100419641********"
    number = "231004196411111117"

    assert len(as_the_manual_prints_it) == 19
    assert mask_id_no(number) == "2310************17"
    assert "1964" not in mask_id_no(number)


@pytest.mark.parametrize(("mask", "head", "tail"), DOCUMENTED)
@settings(deadline=None)
@given(text=st.text(max_size=40))
def test_a_mask_keeps_the_length_and_shows_no_more_than_documented(
    mask: Mask, head: int, tail: int, text: str
) -> None:
    masked = mask(text)

    assert len(masked) == len(text)
    shown = {at for at, character in enumerate(masked) if character != "*"}
    end = len(text) - tail
    allowed = {at for at in range(len(text)) if at < head or at >= end} | {0}
    assert shown <= allowed
    assert all(masked[at] == text[at] for at in shown)
    assert len(text) - len(shown) >= min(3, len(text) - 1)


@pytest.mark.parametrize("viewer", [Viewer.LEGAL_REP, Viewer.OFFICER_WITH_REASON])
def test_who_must_correct_or_gave_a_reason_sees_clear(viewer: Viewer) -> None:
    shown = mask_person(viewer, **ANNA)

    assert (shown.name, shown.id_no, shown.phone) == tuple(ANNA.values())


@pytest.mark.parametrize("viewer", [Viewer.CLERK, Viewer.OFFICER])
def test_everybody_else_sees_masks(viewer: Viewer) -> None:
    shown = mask_person(viewer, **ANNA)

    assert (shown.name, shown.id_no, shown.phone) == ("张**", "2399************77", "138****8000")


def test_an_absent_phone_stays_absent() -> None:
    assert mask_person(Viewer.CLERK, name="", id_no="", phone="").phone == ""
