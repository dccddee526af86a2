"""Names of people: one form to keep, another to compare."""

import re
import unicodedata

from models.codes.fault import CodeFault

MAX_LENGTH = 100
_DOT = "\u00b7"
# 间隔号 as input methods, banks and police systems write it; NFKC already folds U+FF0E and U+FF65.
_DOTS = dict.fromkeys(map(ord, "\u2022\u2027\u30fb."), _DOT)
_HAN = re.compile(
    "[\u3005\u3007\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]"
)
_SPACES = re.compile(r"\s+")
_SPACES_AROUND_DOT = re.compile(rf"\s*{_DOT}\s*")
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Planes of ideographs: unicodedata of Python 3.11 knows Unicode 14, so Extension H (15.0) is
# "unassigned" to it, and yet people are called so.
_IDEOGRAPHIC_PLANES = range(0x20000, 0x3FFFE)


def clean(name: str) -> str:
    """The name as it is stored and shown: NFC, without spaces at its ends, 1 to 100 characters.

    Rare characters (CJK Extensions A-H) stay as they are. Raises CodeFault for characters that
    nobody sees or everybody sees differently: control, format (zero-width, direction), surrogate,
    private-use and unassigned ones, line separators.   Source: domain §3.4, reliability B2-B3.
    """
    if any(map(_is_refused, name)):
        raise CodeFault("姓名含有不可见或无法识别的字符,请重新输入")
    kept = unicodedata.normalize("NFC", name).strip()
    if not kept:
        raise CodeFault("姓名不能为空")
    if len(kept) > MAX_LENGTH:
        raise CodeFault(f"姓名不能超过{MAX_LENGTH}个字符")
    return kept


def normalise(name: str) -> str:
    """The form under which two writings of one name are equal; for comparing and indexing only.

    NFKC, every 间隔号 as U+00B7 without spaces around it, no spaces inside a Chinese name, single
    spaces and no case in a Latin one, nothing invisible. Never raises; applying it twice changes
    nothing.   Source: domain §3.4, 手册 3.1.1 (姓名错误, 则无法扫码登录).
    """
    # The fourfold dance is Unicode's own definition of a caseless compatibility match (D146).
    folded = unicodedata.normalize("NFD", name).casefold()
    folded = unicodedata.normalize("NFKC", folded).casefold()
    visible = "".join(filter(_is_visible, unicodedata.normalize("NFKC", folded)))
    text = unicodedata.normalize("NFKC", visible).translate(_DOTS)
    text = _SPACES_AROUND_DOT.sub(_DOT, _SPACES.sub(" ", text).strip())
    if _HAN.search(text):
        text = text.replace(" ", "")
    # A mark that stood on a space may now stand on a letter.
    return unicodedata.normalize("NFKC", text)


def _is_refused(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":
        return ord(character) not in _IDEOGRAPHIC_PLANES
    return category in _REFUSED


def _is_visible(character: str) -> bool:
    # Variation selectors choose between drawings of one character; they are marks, not "Cf".
    code = ord(character)
    selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return not selector and unicodedata.category(character) != "Cf"
