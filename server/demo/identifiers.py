"""Invented numbers: their checks hold, and nobody can own them, as there is no area 2399xx."""

from datetime import date, timedelta

from models.codes.resident import check_digit
from models.codes.uscc import ALPHABET, check_character, org_check_character
from server.demo.shapes import UnitKind

ORG_CODES = len(ALPHABET) ** 8
_FIRST_BIRTHDAY = date(1962, 1, 1)
_BIRTHDAYS = (date(2002, 1, 1) - _FIRST_BIRTHDAY).days
_SEQUENCES = 999
ID_SLOTS = _BIRTHDAYS * _SEQUENCES
# Any factor without a common divisor visits every number once; these scatter neighbours.
_ORG_STRIDE = 500_000_003
_ID_STRIDE = 7_368_787


def credit_code(kind: UnitKind, area: str, number: int) -> str:
    """A valid credit code; another number gives another one (0 <= number < ORG_CODES)."""
    rest = number * _ORG_STRIDE % ORG_CODES
    digits = []
    for _ in range(8):
        rest, digit = divmod(rest, len(ALPHABET))
        digits.append(ALPHABET[digit])
    organisation = "".join(digits)
    body = kind + area + organisation + org_check_character(organisation)
    return body + check_character(body)


def resident_number(area: str, number: int) -> str:
    """A valid number of an adult; another number gives another one (0 <= number < ID_SLOTS)."""
    day, sequence = divmod(number * _ID_STRIDE % ID_SLOTS, _SEQUENCES)
    born = _FIRST_BIRTHDAY + timedelta(days=day)
    body = f"{area}{born:%Y%m%d}{sequence + 1:03d}"
    return body + check_digit(body)


def phone_number(number: int) -> str:
    """A number of the block 1380013xxxx; they repeat after 10 000.

    No block is reserved for fiction, so demonstrations never send anything to them.
    """
    return f"1380013{number % 10_000:04d}"


def unit_number(number: int) -> str:
    """A 单位编号 as the core system gives them: 2399 and eight digits."""
    return f"2399{number:08d}"
