"""Values of a platform's template fields, shaped to the limits of their kind (platforms §1.2).

A value outside its kind's limits is refused with 47003, and the message is lost.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache

BEIJING = timezone(timedelta(hours=8))
_HANZI = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_KEY = re.compile(r"([a-z_]+?)(\d{1,3})")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# A document number, a phone, a credit code: whatever is that long and all digits is somebody's.
_SOMEBODYS = re.compile(r"[0-9A-Za-z]*\d{6}[0-9A-Za-z]*")
_JOINER, _REGION = "\u200d", range(0x1F1E6, 0x1F200)
_TONES = range(0x1F3FB, 0x1F400)


class FieldKind(StrEnum):
    """Kind of a template's field, as WeChat names it in front of the key's number."""

    THING = "thing"
    NUMBER = "number"
    LETTER = "letter"
    SYMBOL = "symbol"
    CHARACTER_STRING = "character_string"
    TIME = "time"
    DATE = "date"
    AMOUNT = "amount"
    PHONE_NUMBER = "phone_number"
    CAR_NUMBER = "car_number"
    NAME = "name"
    PHRASE = "phrase"
    KEYWORD = "keyword"


LIMITS: Mapping[FieldKind, int] = {
    FieldKind.THING: 20,
    FieldKind.NUMBER: 32,
    FieldKind.LETTER: 32,
    FieldKind.SYMBOL: 5,
    FieldKind.CHARACTER_STRING: 32,
    FieldKind.AMOUNT: 16,
    FieldKind.PHONE_NUMBER: 17,
    FieldKind.CAR_NUMBER: 8,
    FieldKind.NAME: 10,
    FieldKind.PHRASE: 5,
    FieldKind.KEYWORD: 64,
}
"""Most characters of a kind, in UTF-16 units as the platforms count. KEYWORD is Alipay's own kind,
of which only the sum is limited."""


@lru_cache(maxsize=256)
def kind_of(key: str) -> FieldKind:
    """The kind in a key (`character_string5`). Raises ValueError for a key that no platform has."""
    found = _KEY.fullmatch(key)
    if found is None or found[1] not in set(FieldKind):
        raise ValueError(f"no such field: {key[:40]}")
    return FieldKind(found[1])


def shape(kind: FieldKind, text: str) -> str | None:
    """The text as a value of this kind, on one line; None when nothing is left that fits.

    Of TIME and DATE the text is RFC 3339; numbers that might be somebody's are starred.
    """
    line = _SPACES.sub(" ", text).strip()
    shaped = _SHAPERS[kind](line)
    return shaped or None


def cut(text: str, limit: int) -> str:
    """At most limit UTF-16 units; what is longer ends in `…`, never within a character one sees."""
    if _units(text) <= limit:
        return text
    kept, left = [], limit - 1
    for cluster in _clusters(text):
        left -= _units(cluster)
        if left < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + "…"


def private(text: str) -> str:
    """The text without numbers that might be somebody's: others read a lock screen as well."""
    return _SOMEBODYS.sub("***", text)


def day_text(at: date) -> str:
    """`2026年3月2日`, in Beijing."""
    day = at.astimezone(BEIJING) if isinstance(at, datetime) else at
    return f"{day.year}年{day.month}月{day.day}日"


def minute_text(at: datetime) -> str:
    """`2026年3月2日 15:01`, in Beijing."""
    return f"{day_text(at)} {at.astimezone(BEIJING):%H:%M}"


def read_moment(text: str) -> datetime:
    """A moment, or midnight in Beijing of a day. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _clusters(text: str) -> Iterator[str]:
    """What one sees as one character: a base with its marks, joined emoji, the pair of a flag."""
    cluster = ""
    for character in text:
        if cluster and not _belongs(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _belongs(cluster: str, character: str) -> bool:
    if cluster.endswith(_JOINER) or character == _JOINER or ord(character) in _TONES:
        return True
    if len(cluster) == 1 and ord(cluster) in _REGION and ord(character) in _REGION:
        return True
    return unicodedata.category(character) in ("Mn", "Me", "Mc")


def _only(allowed: str, kind: FieldKind) -> Callable[[str], str]:
    refused = re.compile(f"[^{allowed}]")

    def keep(line: str) -> str:
        plain = unicodedata.normalize("NFKC", line)
        return refused.sub("", plain)[: LIMITS[kind]]

    return keep


def _thing(line: str) -> str:
    return cut(private(line), LIMITS[FieldKind.THING])


def _keyword(line: str) -> str:
    return cut(private(line), LIMITS[FieldKind.KEYWORD])


def _name(line: str) -> str:
    # The kind takes no stars; a masked name is written as people write one.
    return re.sub(f"[^{_HANZI}·A-Za-z ]", "", line.replace("*", "某"))[: LIMITS[FieldKind.NAME]]


def _number(line: str) -> str:
    found = re.search(r"[+-]?\d+(?:\.\d+)?", unicodedata.normalize("NFKC", line))
    return found[0] if found and len(found[0]) <= LIMITS[FieldKind.NUMBER] else ""


def _amount(line: str) -> str:
    found = re.search(r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?", line)
    return found[0] if found else ""


def _time(line: str) -> str:
    try:
        return minute_text(read_moment(line))
    except ValueError:
        return ""


def _date(line: str) -> str:
    try:
        return day_text(read_moment(line))
    except ValueError:
        return ""


_SHAPERS: Mapping[FieldKind, Callable[[str], str]] = {
    FieldKind.THING: _thing,
    FieldKind.KEYWORD: _keyword,
    FieldKind.NAME: _name,
    FieldKind.NUMBER: _number,
    FieldKind.AMOUNT: _amount,
    FieldKind.TIME: _time,
    FieldKind.DATE: _date,
    FieldKind.PHRASE: _only(_HANZI, FieldKind.PHRASE),
    FieldKind.CHARACTER_STRING: _only(r"\x21-\x7e", FieldKind.CHARACTER_STRING),
    FieldKind.LETTER: _only("A-Za-z", FieldKind.LETTER),
    FieldKind.SYMBOL: _only(r"!-/:-@\[-`{-~", FieldKind.SYMBOL),
    FieldKind.PHONE_NUMBER: _only(r"0-9+\-() ", FieldKind.PHONE_NUMBER),
    FieldKind.CAR_NUMBER: _only(f"A-Z0-9{_HANZI}", FieldKind.CAR_NUMBER),
}
