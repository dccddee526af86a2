"""Credit codes and phones: the published vectors, near misses, what the checks detect."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.codes import CodeFault, IdDocument, Uscc, clean_phone
from models.codes.uscc import ALPHABET, check_character, org_check_character
from models.vocabulary import IdType

VALID_USCC = [
    "91350100M000100Y43",
    "91110108551385082Q",
    "91110000600037341L",
    "9144030071526726XG",
    "914403001922038216",
    "91330100799655058B",
    "91239900RLXDJ01N3N",
]
LETTER_LED = ["N2230104MF12345671", "Y1230104MF1234567U"]

bodies = st.text(ALPHABET, min_size=17, max_size=17)
properties = settings(deadline=None, max_examples=300)


def with_check(body: str) -> str:
    return body + check_character(body)


@pytest.mark.parametrize("code", VALID_USCC + LETTER_LED)
def test_a_published_code_is_accepted_in_either_case(code: str) -> None:
    assert Uscc(code).value == code
    assert Uscc(code.lower()) == Uscc(code)
    assert str(Uscc(code)) == code


@pytest.mark.parametrize("first", "ANY59")
def test_a_code_may_start_with_any_registrar(first: str) -> None:
    code = with_check(first + "1239900MF1234567")

    assert Uscc(code).value == code


def test_a_code_whose_sum_is_a_multiple_of_31_ends_in_0_and_is_accepted() -> None:
    bodies = [f"91239900MA{number:07d}" for number in range(400)]
    ending_in_0 = [with_check(body) for body in bodies if check_character(body) == "0"]

    assert len(ending_in_0) > 5
    assert [Uscc(code).value for code in ending_in_0] == ending_in_0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("91350100M000100Y4A", "校验码"),
        ("91350100M000100I43", "不含字母"),
        ("91350100M000100Y4", "18位"),
        ("91350100M000100Y433", "18位"),
        ("", "18位"),
        ("91350100 M000100Y43", "半角"),
        ("91350100M000100Y43\n", "半角"),
        ("\x0091350100M000100Y4", "半角"),
        ("９1350100M000100Y43", "半角"),
        ("91350100M000100Y4٣", "半角"),
        ("91350100Mооо100Y43", "半角"),
        ("9135010055ı385082Q", "半角"),
        ("91350100-M000100Y4", "不含字母"),
    ],
)
def test_a_malformed_code_is_refused_in_chinese_without_repeating_it(text: str, says: str) -> None:
    with pytest.raises(CodeFault) as fault:
        Uscc(text)

    assert says in fault.value.detail
    assert str(fault.value) == fault.value.detail
    assert not text.strip() or text.strip() not in fault.value.detail


def test_the_masked_code_is_the_one_of_the_seed_manual() -> None:
    unit_of_the_manual = Uscc(with_check("11231000001234567"))

    assert unit_of_the_manual.masked == "1123100000********"
    assert len(unit_of_the_manual.masked) == 18


@pytest.mark.parametrize("code", VALID_USCC)
def test_the_organisation_code_inside_a_published_code_holds(code: str) -> None:
    assert Uscc(code).org_check_holds


def test_a_wrong_organisation_code_inside_is_a_warning_only() -> None:
    right = org_check_character("MA12345X")
    wrong = "5" if right != "5" else "6"

    assert Uscc(with_check("91239900MA12345X" + right)).org_check_holds
    assert not Uscc(with_check("91239900MA12345X" + wrong)).org_check_holds


@pytest.mark.parametrize(
    ("area", "known"),
    [
        ("231000", True),
        ("230000", True),
        ("232301", True),
        ("350100", True),
        ("239900", False),
        ("990000", False),
        ("A10000", False),
    ],
)
def test_an_unknown_area_is_a_warning_only(area: str, known: bool) -> None:
    assert Uscc(with_check("91" + area + "MA1234567")).area_known is known


@properties
@given(bodies)
def test_every_body_with_its_check_character_is_accepted(body: str) -> None:
    assert Uscc(with_check(body)).value == with_check(body)


@properties
@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_single_wrong_character_is_always_detected(body: str, at: int, other: str) -> None:
    code = with_check(body)
    changed = code[:at] + other + code[at + 1 :]

    if changed != code:
        with pytest.raises(CodeFault):
            Uscc(changed)


@properties
@given(bodies, st.integers(0, 16))
def test_two_swapped_neighbours_are_always_detected(body: str, at: int) -> None:
    code = with_check(body)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]

    if swapped != code:
        with pytest.raises(CodeFault):
            Uscc(swapped)


@properties
@given(st.text(max_size=24))
def test_no_text_at_all_makes_the_check_fail_otherwise_than_by_a_fault(text: str) -> None:
    for read in (Uscc, clean_phone, *(lambda t, k=kind: IdDocument(k, t) for kind in IdType)):
        try:
            read(text)
        except CodeFault:
            continue
        assert text.isascii()


@pytest.mark.parametrize("phone", ["13800138000", "19912345678", "16612345678"])
def test_a_mobile_number_is_accepted(phone: str) -> None:
    assert clean_phone(phone) == phone


@pytest.mark.parametrize(
    "phone",
    [
        "12800138000",
        "1380013800",
        "138001380000",
        "+8613800138000",
        "13800138000\n",
        " 13800138000",
        "1380013800０",
        "1380013800٠",
        "138-0013-8000",
        "12333",
        "",
    ],
)
def test_what_is_no_mobile_number_is_refused(phone: str) -> None:
    with pytest.raises(CodeFault, match="11位"):
        clean_phone(phone)
