"""Identity documents: the published vectors, near misses, and what is no reason to refuse."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.codes import CodeFault, IdDocument
from models.codes.resident import check_digit
from models.vocabulary import IdType

TODAY = date(2026, 11, 21)
properties = settings(deadline=None, max_examples=300)


def resident(body: str) -> str:
    return body + check_digit(body)


def refusal_of(text: str, id_type: IdType = IdType.RESIDENT_ID) -> str:
    with pytest.raises(CodeFault) as fault:
        IdDocument.read(id_type, text, today=TODAY)
    return fault.value.detail


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
