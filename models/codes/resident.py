"""Eighteen-digit personal numbers: GB 11643-1999 and the documents that copied its form."""

import re
from datetime import date

from models.codes.fault import CodeFault

_WEIGHTS = tuple(2 ** (18 - position) % 11 for position in range(1, 18))
_CHECKS = "10X98765432"
_FORM = re.compile(r"[0-9]{17}[0-9X]")
_PERMIT_AREAS = ("810000", "820000", "830000")
_EARLIEST_YEAR = 1800


def check_digit(body: str) -> str:
    """Position 18 for the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def birth_date(number: str) -> date:
    """The date in positions 7-14. Raises CodeFault when the calendar has no such day."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise CodeFault("证件号码中的出生日期不存在,请核对证件") from None
    if born.year < _EARLIEST_YEAR:
        raise CodeFault("证件号码中的出生日期不存在,请核对证件")
    return born


def require_resident(number: str) -> None:
    """A resident identity number 居民身份证号码 of 18 positions; its area is not looked at."""
    if len(number) == 15 and number.isdigit():
        raise CodeFault("15位身份证号码已停用,请使用18位号码")
    _require_form(number)


def require_hmt_residence(number: str) -> None:
    """A residence permit of Hong Kong, Macau or Taiwan residents 港澳台居民居住证."""
    _require_form(number)
    if not number.startswith(_PERMIT_AREAS):
        raise CodeFault("港澳台居民居住证号码应以810000、820000或830000开头")


def require_new_permanent_resident(number: str) -> None:
    """A permanent resident's card 外国人永久居留身份证 issued since 2023-12-01: 9, 2 省, 3 国别."""
    _require_form(number)
    if number[0] != "9":
        raise CodeFault("18位外国人永久居留身份证号码应以9开头")


def _require_form(number: str) -> None:
    if len(number) != 18:
        raise CodeFault("证件号码应为18位")
    if not _FORM.fullmatch(number):
        raise CodeFault("证件号码前17位应为数字,末位应为数字或X")
    birth_date(number)
    if check_digit(number[:17]) != number[17]:
        raise CodeFault("证件号码校验码不正确,请核对证件")
