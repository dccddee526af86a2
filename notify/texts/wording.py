"""Filling a text with an event's facts: for the inbox in full, for a platform's template shaped."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from notify.texts.entry import Slot, Text
from notify.texts.fields import FieldKind, day_text, minute_text, read_moment, shape

Facts = Mapping[str, object]

STAND_INS: Mapping[str, str] = {
    "item": "社保业务",
    "unit": "您的单位",
    "number": "见详情",
    "note": "请登录掌办查看详情",
    "reason": "请打开这笔业务查看",
    "because": "",
    "who": "办事员",
    "device": "您的设备",
    "certificate": "数字证书",
    "due": "近期",
    "days": "几",
    "status": "已更新",
}
"""What stands where an event does not say."""

# A field that must not be empty, when what the event says does not fit its kind.
_DEFAULTS: Mapping[FieldKind, str] = {
    FieldKind.THING: "请登录掌办查看",
    FieldKind.KEYWORD: "请登录掌办查看",
    FieldKind.PHRASE: "已更新",
    FieldKind.NAME: "办事员",
    FieldKind.NUMBER: "0",
    FieldKind.CHARACTER_STRING: "-",
    FieldKind.AMOUNT: "0元",
    FieldKind.LETTER: "A",
    FieldKind.SYMBOL: "-",
    FieldKind.PHONE_NUMBER: "12333",
    FieldKind.CAR_NUMBER: "A",
}
# Which facts say it, the first that is there.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "unit": ("unit_name",),
    "note": ("note", "reason"),
    "reason": ("reason", "note"),
    "due": ("due", "due_at", "until", "not_after", "valid_to"),
    "number": ("number", "external_no"),
    "days": ("days", "days_left"),
    "because": ("reason",),
}
# What a unit may file, by the codes of the items (domain §6.2).
_ITEMS: Mapping[str, str] = {
    "employee_add": "人员新增",
    "employee_remove": "人员减少",
    "base_adjust": "缴费基数调整",
    "unit_info_change": "单位信息变更",
    "unit_key_info_change": "单位关键信息维护",
    "uscc_maintenance": "信用代码维护",
    "window_grant": "窗口业务授权",
    "role_change": "身份变更",
    "contrib_query": "缴费查询",
    "cert_print": "参保证明打印",
    "cert_renew": "数字证书更新",
    "housing_fund_add": "公积金增员",
    "housing_fund_remove": "公积金减员",
    "unlock_request": "解锁申请",
}
_NAMED = re.compile(r"\{([a-z]+)\}")


class Words(msgspec.Struct, frozen=True):
    """An event's facts as texts. at: when it happened, unless a fact says otherwise.

    A fact named otherwise than a placeholder is not used; `unit` is said by the fact `unit_name`.
    """

    facts: Facts
    at: datetime

    def raw(self, name: str) -> str:
        """A fact as it stands, '' when the event does not say; moments as RFC 3339."""
        for fact in _ALSO.get(name) or (name,):
            told = self.facts.get(fact)
            if told not in (None, ""):
                return str(told)
        return self.at.isoformat() if name == "at" else ""

    def spoken(self, name: str) -> str:
        """A fact as people read it, with something in its place when the event does not say."""
        told = self.raw(name)
        if not told:
            return STAND_INS.get(name, "")
        speak = _SPOKEN.get(name)
        return speak(told) if speak else told


class Told(msgspec.Struct, frozen=True):
    """What an inbox shows."""

    title: str
    body: str


def tell(text: Text, words: Words) -> Told:
    """The text in full."""
    return Told(_spoken(text.title, words), _spoken(text.body, words))


def fill(
    text: Text, keys: Mapping[str, Slot], kinds: Mapping[str, FieldKind], words: Words
) -> dict[str, str]:
    """The fields of a platform's template: each its slot, shaped to its kind, never empty."""
    return {key: _field(text, slot, kinds[key], words) for key, slot in keys.items()}


def _field(text: Text, slot: Slot, kind: FieldKind, words: Words) -> str:
    pattern = text.slots.get(slot, "{" + slot + "}")
    dated = kind in (FieldKind.TIME, FieldKind.DATE)
    if dated:
        told = _NAMED.sub(lambda found: words.raw(found[1]), pattern)
        return shape(kind, told) or shape(kind, words.at.isoformat()) or ""
    if "{" not in pattern:
        return _always(kind, pattern)
    return shape(kind, _spoken(pattern, words)) or _DEFAULTS[kind]


@lru_cache(maxsize=1024)
def _always(kind: FieldKind, said: str) -> str:
    """What a text says whatever happened: shaped once, for it is sent a thousand times."""
    return shape(kind, said) or _DEFAULTS[kind]


def _spoken(pattern: str, words: Words) -> str:
    if "{" not in pattern:
        return pattern
    said, named = _parts(pattern)
    for name, after in named:
        said += words.spoken(name) + after
    return said


@lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[str, Sequence[tuple[str, str]]]:
    """What a pattern says first, then each name in it with what is said after it."""
    first, *rest = _NAMED.split(pattern)
    return first, tuple(zip(rest[::2], rest[1::2], strict=True))


def _in(form: Callable[[datetime], str]) -> Callable[[str], str]:
    def speak(told: str) -> str:
        try:
            return form(read_moment(told))
        except ValueError:
            return told

    return speak


def _item(told: str) -> str:
    return _ITEMS.get(told, STAND_INS["item"]) if told.isascii() else told


_SPOKEN: Mapping[str, Callable[[str], str]] = {
    "because": "({})".format,
    "at": _in(minute_text),
    "due": _in(day_text),
    "item": _item,
}
"""Facts that people read otherwise than they stand."""
