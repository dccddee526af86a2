"""What values of a subscribe message may look like, by the kind in their key (platforms §1.2)."""

import re

from sandbox.wechat.errors import WeChatError

HANZI = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_YMD = r"\d{4}年(?:1[0-2]|[1-9])月(?:[12]\d|3[01]|[1-9])日"
_HM = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_ISO = rf"\d{{4}}-\d{{2}}-\d{{2}}(?: {_HM})?"

# The whole value has to match. No leading zeros: the real platform refused 2020年03月19日.
PATTERNS = {
    "thing": r"[^\x00-\x1f\x7f]{1,20}",
    "number": r"(?=.{1,32}$)[+-]?\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": rf"[^A-Za-z0-9\s{HANZI}]{{1,5}}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{_HM}|{_YMD} {_HM}",
    "date": rf"{_YMD}(?: {_HM})?|{_ISO}",
    "amount": r"[¥￥$€£]?\d{1,10}(?:\.\d+)?元?",
    "phone_number": r"[0-9+\-() ]{1,17}",
    "car_number": rf"[A-Z0-9{HANZI}]{{1,8}}",
    "name": rf"(?:[{HANZI}·A-Za-z ]{{1,10}}|[A-Za-z·.' \-]{{1,20}})",
    "phrase": rf"[{HANZI}]{{1,5}}",
}
_KEY = re.compile(r"([a-z_]+?)(\d+)")


def check_data(data: object, template: list[str] | None) -> None:
    """Refuse what the platform refuses, naming the first field at fault.

    data: `{key: {"value": text}}`; template: the keys the template has, None when not known.
    Raises WeChatError 47001 or 47003.
    """
    if not isinstance(data, dict) or not data:
        raise WeChatError(47001)
    for key, field in data.items():
        value = field.get("value") if isinstance(field, dict) else None
        _check_field(str(key), value)
    for key in template or ():
        if key not in data:
            # "emtpy" is how the platform spells it.
            raise WeChatError(47003, f"data.{key}.value is emtpy")


def _check_field(key: str, value: object) -> None:
    kind = _KEY.fullmatch(key)
    if value is None or value == "":
        raise WeChatError(47003, f"data.{key}.value is emtpy")
    if kind is None or kind[1] not in PATTERNS or not isinstance(value, str):
        raise WeChatError(47003, f"data.{key}.value invalid")
    if not re.fullmatch(PATTERNS[kind[1]], value):
        raise WeChatError(47003, f"data.{key}.value invalid")
