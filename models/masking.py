"""What of a personal value is shown to whom: masks keep the length, and few characters."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

# Fewer hidden characters than this can be guessed by trying.
_LEAST_HIDDEN = 3


class Viewer(StrEnum):
    """Who looks at the personal values of somebody else.

    LEGAL_REP: the legal representative of the unit that the person serves, who must be able to
    correct a typing error; CLERK: a colleague; OFFICER: agency staff at their work;
    OFFICER_WITH_REASON: the same after giving a reason, which the caller has written to the audit
    log (domain §4.4).
    """

    LEGAL_REP = "legal_rep"
    CLERK = "clerk"
    OFFICER = "officer"
    OFFICER_WITH_REASON = "officer_with_reason"


@dataclass(frozen=True, slots=True)
class PersonShown:
    """The personal values of one person, as a certain viewer may see them."""

    name: str
    id_no: str
    phone: str


def mask_person(viewer: Viewer, *, name: str, id_no: str, phone: str) -> PersonShown:
    """Name, number of the identity document and phone for this viewer; `""` stays `""`."""
    match viewer:
        case Viewer.LEGAL_REP | Viewer.OFFICER_WITH_REASON:
            return PersonShown(name, id_no, phone)
        case Viewer.CLERK | Viewer.OFFICER:
            return PersonShown(mask_name(name), mask_id_no(id_no), mask_phone(phone))
        case _:
            assert_never(viewer)


def mask_id_no(number: str) -> str:
    """First 4 and last 2, so neither birthday nor sex: `2399************77`."""
    return _mask(number, head=4, tail=2)


def mask_name(name: str) -> str:
    """First character only: `张**`. A name of one character cannot be masked and is shown."""
    return _mask(name, head=1, tail=0)


def mask_phone(phone: str) -> str:
    """First 3 and last 4: `138****8000`."""
    return _mask(phone, head=3, tail=4)


def mask_uscc(code: str) -> str:
    """First 10, then stars, as the seed manual prints it: `1123100000********` (手册 5.3)."""
    return _mask(code, head=10, tail=0)


def mask_openid(openid: str) -> str:
    """First 4 and last 4 of a platform's account id."""
    return _mask(openid, head=4, tail=4)


def mask_serial(serial: str) -> str:
    """Last 6 of a certificate's serial number."""
    return _mask(serial, head=0, tail=6)


def _mask(text: str, *, head: int, tail: int) -> str:
    """Stars between head and tail; a text too short to hide enough keeps its first character."""
    hidden = len(text) - head - tail
    if hidden < _LEAST_HIDDEN:
        return text[:1] + "*" * (len(text) - 1)
    return text[:head] + "*" * hidden + text[len(text) - tail :]
