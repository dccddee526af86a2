"""Numbers of units and people: the published vectors, near misses, what the checks detect."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.codes import CodeFault, IdDocument, Uscc, clean_phone
from models.codes.resident import check_digit
from models.codes.uscc import ALPHABET, check_character, org_check_character
from models.vocabulary import IdType

TODAY = date(2026, 11, 21)
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


def resident(body: str) -> str:
    return body + check_digit(body)


def refusal_of(text: str, id_type: IdType = IdType.RESIDENT_ID) -> str:
    with pytest.raises(CodeFault) as fault:
        IdDocument.read(id_type, text, today=TODAY)
    return fault.value.detail


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


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014", "239900196905180577"]
)
def test_a_resident_number_is_accepted(number: str) -> None:
    document = IdDocument.read(IdType.RESIDENT_ID, number.lower(), today=TODAY)

    assert document.number == number
    assert document.birth_date is not None
    assert document.birth_date.isoformat().replace("-", "") == number[6:14]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("110105194912310021", "校验码"),
        ("11010519490229002X", "出生日期不存在"),
        (resident("11010500010101002"), "出生日期不存在"),
        ("110105491231002", "请使用18位"),
        ("1101051949123100", "18位"),
        ("11010519491231X02X", "数字"),
        ("１1010519491231002X", "半角"),
        ("11010519491231002X ", "半角"),
        ("٢39900196905180577", "半角"),
        ("²39900196905180577", "半角"),
        (resident("23990020261122001"), "晚于今天"),
    ],
)
def test_a_malformed_resident_number_is_refused(number: str, says: str) -> None:
    assert says in refusal_of(number)


def test_somebody_born_today_is_accepted_and_a_stored_number_needs_no_day() -> None:
    today = resident("23990020261121001")
    tomorrow = resident("23990020261122001")

    assert IdDocument.read(IdType.RESIDENT_ID, today, today=TODAY).birth_date == TODAY
    assert IdDocument(IdType.RESIDENT_ID, tomorrow).number == tomorrow


@pytest.mark.parametrize("area", ["330113", "230717", "230726", "230199", "239900", "659012"])
def test_an_area_that_a_table_may_lack_is_never_a_reason_to_refuse(area: str) -> None:
    document = IdDocument(IdType.RESIDENT_ID, resident(area + "19900307" + "001"))

    assert document.area_known is (area != "239900")


@pytest.mark.parametrize(
    ("id_type", "number"),
    [
        (IdType.HMT_RESIDENCE, "810000199408230021"),
        (IdType.HMT_RESIDENCE, "830000199201300022"),
        (IdType.HMT_RESIDENCE, resident("82000019900307001")),
        (IdType.PERMANENT_RESIDENT, "911124198108030024"),
        (IdType.PERMANENT_RESIDENT, "CAN110081030001"),
        (IdType.HK_PERMIT, "H12345678"),
        (IdType.HK_PERMIT, "h1234567801"),
        (IdType.MACAU_PERMIT, "M12345678"),
        (IdType.TAIWAN_PERMIT, "12345678"),
        (IdType.TAIWAN_PERMIT, "1234567890B"),
        (IdType.PASSPORT, "E12345678"),
        (IdType.PASSPORT, "12345"),
    ],
)
def test_other_documents_are_accepted(id_type: IdType, number: str) -> None:
    document = IdDocument.read(id_type, number, today=TODAY)

    assert document.number == number.upper()
    assert document.area_known
    assert (document.birth_date is not None) is (len(number) == 18)


@pytest.mark.parametrize(
    ("id_type", "number", "says"),
    [
        (IdType.HMT_RESIDENCE, "11010519491231002X", "810000"),
        (IdType.HMT_RESIDENCE, "810000199408230022", "校验码"),
        (IdType.PERMANENT_RESIDENT, "11010519491231002X", "9开头"),
        (IdType.PERMANENT_RESIDENT, "911124198108030025", "校验码"),
        (IdType.PERMANENT_RESIDENT, "110105491231002", "3个字母"),
        (IdType.PERMANENT_RESIDENT, "91112419810803", "18位"),
        (IdType.HK_PERMIT, "M12345678", "H加8位"),
        (IdType.HK_PERMIT, "H123456789", "H加8位"),
        (IdType.MACAU_PERMIT, "H12345678", "M加8位"),
        (IdType.TAIWAN_PERMIT, "1234567", "8位数字"),
        (IdType.TAIWAN_PERMIT, "1234567٢", "半角"),
        (IdType.PASSPORT, "E123", "5至17位"),
        (IdType.PASSPORT, "E1234-5678", "5至17位"),
        (IdType.PASSPORT, "E１2345678", "半角"),
    ],
)
def test_other_malformed_documents_are_refused(id_type: IdType, number: str, says: str) -> None:
    assert says in refusal_of(number, id_type)


def test_the_representation_of_a_document_does_not_show_its_number() -> None:
    document = IdDocument(IdType.RESIDENT_ID, "239900196905180577")

    assert document.masked == "2399************77"
    assert "239900196905180577" not in f"{document} {document!r} {[document]}"


@properties
@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16))
def test_a_wrong_or_swapped_digit_of_a_resident_number_changes_its_check(
    body: str, at: int
) -> None:
    number = resident(body)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    changed = str((int(number[at]) + 3) % 10)

    assert check_digit(number[:at] + changed + number[at + 1 : 17]) != number[17]
    if swapped != number and swapped[:17].isdigit():
        assert check_digit(swapped[:17]) != swapped[17]


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
