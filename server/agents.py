"""What a browser says it is, in two words; shown to people as 浏览器自报, believed by nobody."""

import re
from functools import lru_cache

_BROWSERS = (
    (re.compile(r"MicroMessenger/(\d{1,3})"), "微信"),
    (re.compile(r"AlipayClient/(\d{1,3})"), "支付宝"),
    (re.compile(r"Edg(?:e|A|iOS)?/(\d{1,3})"), "Edge"),
    (re.compile(r"QIHU 360[ES]E|360[ES]E"), "360浏览器"),
    (re.compile(r"Firefox/(\d{1,3})"), "Firefox"),
    (re.compile(r"OPR/(\d{1,3})"), "Opera"),
    (re.compile(r"Chrome/(\d{1,3})"), "Chrome"),
    (re.compile(r"Version/(\d{1,3}).{0,40}Safari/"), "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
UNKNOWN = "未知"


@lru_cache(maxsize=1024)
def describe(agent: str) -> tuple[str, str]:
    """(browser with its version, operating system) from a User-Agent of any length."""
    text = agent[:400]
    system = next((name for mark, name in _SYSTEMS if mark in text), UNKNOWN)
    for pattern, name in _BROWSERS:
        found = pattern.search(text)
        if found:
            version = found.group(1) if pattern.groups else ""
            return f"{name} {version}".strip(), system
    return UNKNOWN, system
