"""Identity documents that an e-card can be issued for, each with the form of its own number."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from models.codes import area, resident
from models.codes.fault import CodeFault
from models.masking import mask_id_no
from models.vocabulary import IdType

_OLD_PERMANENT_RESIDENT = re.compile(r"[A-Z]{3}[0-9]{12}")


@dataclass(frozen=True, slots=True, repr=False)
class IdDocument:
    """An identity document 证件: its kind (AAC058) and its number, well-formed for that kind.

    ASCII lower case is raised; full-width and other digits and spaces are refused. Raises
    CodeFault. The number of a stored row needs no `today`; what a person types goes through `read`.
    Source: domain §3.2, §3.3.
    """

    id_type: IdType
    number: str

    def __post_init__(self) -> None:
        # str.isdigit() is no check here: it says yes to "٢" and "２" (reliability B3).
        if not self.number.isascii() or any(character <= " " for character in self.number):
            raise CodeFault("证件号码只能用半角数字和字母,不能含空格或全角字符")
        number = self.number.upper()
        _FORMS[self.id_type](number)
        object.__setattr__(self, "number", number)

    @classmethod
    def read(cls, id_type: IdType, number: str, *, today: date) -> Self:
        """The document that was typed; refuses, too, somebody not born before the end of `today`.

        today: the date in China.
        """
        document = cls(id_type, number)
        if document.birth_date is not None and document.birth_date > today:
            raise CodeFault("证件号码中的出生日期晚于今天,请核对证件")
        return document

    def __repr__(self) -> str:
        return f"IdDocument({self.id_type.name}, {self.masked})"

    @property
    def masked(self) -> str:
        """The number for people who need only recognise it."""
        return mask_id_no(self.number)

    @property
    def birth_date(self) -> date | None:
        """The date of birth, where the number holds one. For the server only; never log it."""
        return resident.birth_date(self.number) if self._is_18_positions else None

    @property
    def area_known(self) -> bool:
        """Whether the number's area is one we know: a warning when not, never a refusal.

        True for numbers that name no area.
        """
        names_area = self.id_type in (IdType.RESIDENT_ID, IdType.HMT_RESIDENCE)
        return not names_area or area.is_known(self.number[:6])

    @property
    def _is_18_positions(self) -> bool:
        return self.id_type in _RESIDENT_LIKE and len(self.number) == 18


def _permanent_resident(number: str) -> None:
    if len(number) == 15:
        if not _OLD_PERMANENT_RESIDENT.fullmatch(number):
            raise CodeFault("15位外国人永久居留证号码应为3个字母加12位数字")
        return
    if len(number) != 18:
        raise CodeFault("外国人永久居留证号码应为18位,旧证为15位")
    resident.require_new_permanent_resident(number)


def _matching(pattern: str, detail: str) -> Callable[[str], None]:
    form = re.compile(pattern)

    def require(number: str) -> None:
        if not form.fullmatch(number):
            raise CodeFault(detail)

    return require


_FORMS: Mapping[IdType, Callable[[str], None]] = {
    IdType.RESIDENT_ID: resident.require_resident,
    IdType.HK_PERMIT: _matching(
        r"H[0-9]{8}([0-9]{2})?", "香港居民来往内地通行证号码应为H加8位或10位数字"
    ),
    IdType.MACAU_PERMIT: _matching(
        r"M[0-9]{8}([0-9]{2})?", "澳门居民来往内地通行证号码应为M加8位或10位数字"
    ),
    IdType.TAIWAN_PERMIT: _matching(
        r"[0-9]{8}|[0-9]{10}[A-Z]", "台湾居民来往大陆通行证号码应为8位数字,旧证为10位数字加1个字母"
    ),
    IdType.PERMANENT_RESIDENT: _permanent_resident,
    IdType.PASSPORT: _matching(r"[0-9A-Z]{5,17}", "护照号码应为5至17位字母或数字"),
    IdType.HMT_RESIDENCE: resident.require_hmt_residence,
}
_RESIDENT_LIKE = (IdType.RESIDENT_ID, IdType.PERMANENT_RESIDENT, IdType.HMT_RESIDENCE)
