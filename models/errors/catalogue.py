"""All entries of the error catalogue together, and how they read where no refusal fills them in."""

from functools import cache

from models.errors import (
    account,
    certificate,
    filing,
    grant,
    imports,
    login,
    message,
    officer,
    phone,
    privacy,
    registration,
    scan,
    system,
    unit,
    upload,
)
from models.errors.entry import Entry

SEGMENTS = (
    registration,
    login,
    account,
    scan,
    phone,
    grant,
    unit,
    filing,
    upload,
    imports,
    certificate,
    message,
    privacy,
    officer,
    system,
)

MODULE_TITLES = {
    "SB-10": "注册",
    "SB-20": "登录",
    "SB-21": "扫码登录",
    "SB-30": "授权",
    "SB-40": "单位信息",
    "SB-50": "申报",
    "SB-55": "上传材料",
    "SB-56": "批量导入",
    "SB-60": "数字证书",
    "SB-70": "消息通知",
    "SB-80": "隐私与个人信息",
    "SB-85": "经办机构",
    "SB-90": "系统",
}

PLACEHOLDER_WORDS = {
    "current": "……",
    "field": "该项信息",
    "from_day": "N",
    "id_masked": "……",
    "item": "相应事项",
    "limit": "规定的上限或下限",
    "missing": "……",
    "n": "N",
    "no": "……",
    "platform": "微信或支付宝",
    "state": "封存、挂失、应用锁定、临时挂失或注销",
    "to_day": "N",
    "unit": "……",
    "uscc_masked": "……",
}


@cache
def catalogue() -> tuple[Entry, ...]:
    """Every entry, sorted by code."""
    found = {
        entry
        for segment in SEGMENTS
        for entry in vars(segment).values()
        if isinstance(entry, Entry)
    }
    return tuple(sorted(found, key=lambda entry: entry.code))


def entry_of(code: str) -> Entry | None:
    """The entry with this exact code (`SB-2102`), or None."""
    return next((entry for entry in catalogue() if entry.code == code), None)


def module_title(code: str) -> str:
    """The Chinese name of the module a code belongs to. Raises KeyError for a foreign code."""
    return MODULE_TITLES[code[:5]]


def readable(text: str) -> str:
    """A text as a general page shows it: each placeholder becomes a word that stands for any."""
    for name, word in PLACEHOLDER_WORDS.items():
        text = text.replace("{" + name + "}", word)
    return text
