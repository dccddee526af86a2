"""Reading what a client sent: strict JSON into typed shapes, faults as pointers (reliability F12, B2).

Refused: another content type, broken UTF-8, duplicate keys, NaN and numbers out of range, control
characters and lone surrogates in texts, unknown fields, wrong types, nesting too deep.
"""

import json
import re
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

import msgspec

from models.errors.entry import FieldError
from models.errors.system import INPUT_WRONG, MEDIA_TYPE_WRONG

T = TypeVar("T")
_TEXT_FAULT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_REASONS = (
    (re.compile(r"missing required field `([^`]*)`"), "缺少此字段"),
    (re.compile(r"contains unknown field `([^`]*)`"), "不认识的字段"),
    (re.compile(r"Invalid enum value"), "取值不在允许的范围内"),
    (re.compile(r"of length"), "长度不符合要求"),
    (re.compile(r"matching regex"), "格式不正确"),
    (re.compile(r"`int` [<>]|`float` [<>]"), "数值超出允许的范围"),
    (re.compile(r"Expected `"), "类型不正确"),
)
_PLACE = re.compile(r" - at `\$([^`]*)`")


def read_json(content_type: str, body: bytes, shape: type[T]) -> T:
    """Parse a body into a shape. Refuses: MEDIA_TYPE_WRONG, INPUT_WRONG (400 unparsable, 422 unfit)."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise MEDIA_TYPE_WRONG.refuse()
    try:
        raw = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise INPUT_WRONG.refuse(status=400) from None
    return convert(raw, shape)


def convert(raw: object, shape: type[T], *, texts: bool = False) -> T:
    """Fit parsed values into a shape; texts: they come from a query, so numbers are texts too."""
    try:
        return msgspec.convert(raw, shape, strict=not texts)
    except msgspec.ValidationError as fault:
        raise INPUT_WRONG.refuse(errors=[_fault(str(fault))]) from None
    except RecursionError:
        raise INPUT_WRONG.refuse(status=400) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    for name, value in pairs:
        if isinstance(value, str) and _TEXT_FAULT.search(value):
            detail = "含有不允许的字符"
            raise INPUT_WRONG.refuse(errors=[FieldError(f"/{_escape(name)}", detail)])
        if isinstance(value, list) and any(_bad_text(item) for item in value):
            raise INPUT_WRONG.refuse(errors=[FieldError(f"/{_escape(name)}", "含有不允许的字符")])
    return found


def _bad_text(item: object) -> bool:
    return isinstance(item, str) and _TEXT_FAULT.search(item) is not None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


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
    steps = re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", path)
    return "".join(f"/{_escape(name or index)}" for name, index in steps)


def _escape(name: str) -> str:
    safe = name.encode("utf-8", "replace").decode()[:80]
    return safe.replace("~", "~0").replace("/", "~1")


FORM_LIMIT = 4096


def read_form(content_type: str, body: bytes, shape: type[T]) -> T:
    """Parse a short urlencoded form of a page without script; the API itself takes JSON only.

    Refuses: MEDIA_TYPE_WRONG, INPUT_WRONG.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise MEDIA_TYPE_WRONG.refuse()
    try:
        pairs = parse_qsl(
            body[:FORM_LIMIT].decode("ascii"), keep_blank_values=True, max_num_fields=8
        )
    except ValueError:
        raise INPUT_WRONG.refuse(status=400) from None
    if len(body) > FORM_LIMIT or any(_bad_text(text) for pair in pairs for text in pair):
        raise INPUT_WRONG.refuse(status=400)
    return convert(dict(pairs), shape, texts=True)
