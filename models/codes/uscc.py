"""The unified social credit code of a unit, GB 32100-2015 with XG1-2016."""

from dataclasses import dataclass

from models.codes import area
from models.codes.fault import CodeFault
from models.masking import mask_uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(3**i % 31 for i in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Uscc:
    """A unified social credit code 统一社会信用代码: 18 characters whose check character holds.

    ASCII lower case is raised; full-width and other digits, spaces and hyphens are refused, because
    two spellings of one code would be two units. Codes led by a letter (A 中央军委, N 农业, Y 其他)
    are codes like any other. Raises CodeFault.   Source: domain §3.1.
    """

    value: str

    def __post_init__(self) -> None:
        # ASCII is settled before upper(), which turns "ı" into "I" and "ß" into two letters.
        if not self.value.isascii() or any(character <= " " for character in self.value):
            raise CodeFault("统一社会信用代码只能用半角数字和字母,不能含空格或全角字符")
        code = self.value.upper()
        if len(code) != 18:
            raise CodeFault("统一社会信用代码应为18位")
        if not _VALUE.keys() >= set(code):
            raise CodeFault("统一社会信用代码只含数字和大写字母,且不含字母I、O、S、V、Z")
        if check_character(code[:17]) != code[17]:
            raise CodeFault("统一社会信用代码校验码不正确,请对照营业执照或登记证书核对")
        object.__setattr__(self, "value", code)

    def __str__(self) -> str:
        return self.value

    @property
    def masked(self) -> str:
        """As the seed manual prints it: the first 10 characters, then 8 stars (手册 5.3)."""
        return mask_uscc(self.value)

    @property
    def area_known(self) -> bool:
        """Whether the area in positions 3-8 is one we know; a warning for officers when not."""
        return area.is_known(self.value[2:8])

    @property
    def org_check_holds(self) -> bool:
        """Whether the organisation code 组织机构代码 inside also holds; a warning when not.

        GB 11714 governed that part before the codes were merged, and not every registrar obeyed it.
        """
        return org_check_character(self.value[8:16]) == self.value[16]


def check_character(body: str) -> str:
    """Position 18 for the first 17 characters, which are of ALPHABET (KeyError if not)."""
    total = sum(
        _VALUE[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True)
    )
    # The outer modulo matters: without it every code that ends in 0, one in 31, is refused.
    return ALPHABET[(31 - total % 31) % 31]


def org_check_character(body: str) -> str:
    """Position 9 of an organisation code (GB 11714) for its first 8 characters, digits or A-Z."""
    total = sum(
        int(character, 36) * weight for character, weight in zip(body, _ORG_WEIGHTS, strict=True)
    )
    return "0123456789X"[(11 - total % 11) % 11]
