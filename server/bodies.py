"""Reading what a client sent: strict JSON into typed shapes, faults as pointers (reliability B1-3).

Refused: another content type or charset, broken UTF-8, a byte order mark, duplicate keys, NaN and
numbers out of range, texts with characters that nobody sees, unknown fields, wrong types, nesting
too deep. One parser reads them all (ASVS 1.5.3).
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

import msgspec

from models.errors.entry import FieldError, Refusal
from models.errors.system import INPUT_WRONG, MEDIA_TYPE_WRONG

T = TypeVar("T")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FORM_LIMIT, FORM_FIELDS = 4096, 8
_UTF8 = frozenset({"utf-8", "utf8"})
# Control and non-characters; what turns the direction of writing; what has no width: as a class of
# a regular expression, for our parser and for schemas. The joiners U+200C and U+200D stay: scripts
# and emoji need them.
UNSEEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff" + "\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[{UNSEEN}\ud800-\udfff]")
_REASONS = (
    (re.compile(r"missing required field `([^`]*)`"), "缺少此字段"),
    (re.compile(r"contains unknown field `(.*?)`(?: - at `|$)", re.DOTALL), "不认识的字段"),
    (re.compile(r"Invalid enum value"), "取值不在允许的范围内"),
    (re.compile(r"of length"), "长度不符合要求"),
    (re.compile(r"matching regex"), "格式不正确"),
    (re.compile(r"`int` [<>]|`float` [<>]|out of range"), "数值超出允许的范围"),
    (re.compile(r"Expected `"), "类型不正确"),
)
_PLACE = re.compile(r" - at `\$([^`]*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def read_json(content_type: str, body: bytes, shape: type[T]) -> T:
    """Parse a body into a shape. Refuses: MEDIA_TYPE_WRONG, INPUT_WRONG (400 no JSON, 422 unfit).

    Raises nothing else, whatever the bytes are.
    """
    raw = parse_json(content_type, body)
    # Only these can bring in what a text must not hold: the parser refuses raw controls itself.
    seen = body.isascii() and b"\\" not in body and b"\x7f" not in body
    return convert(raw, shape, seen=seen)


def parse_json(content_type: str, body: bytes) -> Any:
    """The values of a JSON document. Refuses: MEDIA_TYPE_WRONG, INPUT_WRONG (400 no JSON)."""
    _require_type(content_type, JSON)
    try:
        return _PARSER.decode(body.decode())
    except (ValueError, RecursionError):
        raise INPUT_WRONG.refuse(status=400) from None


def read_form(content_type: str, body: bytes, shape: type[T]) -> T:
    """Parse a short urlencoded form of a page without script; the API itself takes JSON only.

    Refuses: MEDIA_TYPE_WRONG, INPUT_WRONG.
    """
    _require_type(content_type, FORM)
    if len(body) > FORM_LIMIT:
        raise INPUT_WRONG.refuse(status=400)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=FORM_FIELDS,
            errors="strict",
        )
        return convert(_unique(pairs), shape, texts=True)
    except ValueError:
        raise INPUT_WRONG.refuse(status=400) from None


def convert(raw: object, shape: type[T], *, texts: bool = False, seen: bool = False) -> T:
    """Fit parsed values into a shape; texts: they come from a query, so numbers are texts too.

    seen: the texts are known to hold no character that nobody sees. Refuses: INPUT_WRONG.
    """
    try:
        if not seen:
            _require_seen(raw)
        return msgspec.convert(raw, shape, strict=not texts)
    except msgspec.ValidationError as fault:
        raise INPUT_WRONG.refuse(errors=[_fault(str(fault))]) from None
    except RecursionError:
        raise INPUT_WRONG.refuse(status=400) from None


def _require_type(content_type: str, wanted: str) -> None:
    kind, *parameters = content_type.lower().split(";")
    charsets = (
        value.strip().strip('"')
        for name, _, value in (each.partition("=") for each in parameters)
        if name.strip() == "charset"
    )
    if kind.strip() != wanted or any(charset not in _UTF8 for charset in charsets):
        raise MEDIA_TYPE_WRONG.refuse()


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_PARSER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant
)


def _require_seen(raw: object) -> None:
    for pointer in _unseen(raw, ""):
        raise _unseen_at(pointer)


def _unseen_at(pointer: str) -> Refusal:
    return INPUT_WRONG.refuse(errors=[FieldError(pointer, "含有不允许的字符")])


def _unseen(value: object, pointer: str) -> Iterator[str]:
    """Pointers of the texts, keys among them, that hold a character nobody sees."""
    if isinstance(value, str):
        if _UNSEEN.search(value):
            yield pointer
    elif isinstance(value, dict):
        for name, member in value.items():
            place = f"{pointer}/{_escape(name)}"
            if _UNSEEN.search(name):
                yield place
            yield from _unseen(member, place)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _unseen(member, f"{pointer}/{index}")


def _fault(message: str) -> FieldError:
    place = _PLACE.search(message)
    pointer = _pointer(place.group(1)) if place else ""
    for pattern, reason in _REASONS:
        found = pattern.search(message)
        if found:
            named = f"/{_escape(found.group(1))}" if pattern.groups else ""
            return FieldError(pointer + named, reason)
    return FieldError(pointer, "不符合要求")


def _pointer(path: str) -> str:
    return "".join(f"/{_escape(name or index)}" for name, index in _STEP.findall(path))


def _escape(name: str) -> str:
    safe = _UNSEEN.sub("\ufffd", name)[:80]
    return safe.replace("~", "~0").replace("/", "~1")
