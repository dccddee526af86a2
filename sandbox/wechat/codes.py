"""Mini-program codes and links: what their parameters may be (platforms §1.1)."""

import re

from sandbox.chance import Chance
from sandbox.drawing import qr_jpeg
from sandbox.wechat.errors import WeChatError
from sandbox.wechat.platform import WeChatPlatform

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
LONGEST_SCENE = 32
NARROWEST, WIDEST, USUAL = 280, 1280, 430
LONGEST_QUERY = 1024
LONGEST_LIFE_S = 30 * 86400


def unlimited_code(platform: WeChatPlatform, body: dict[str, object]) -> bytes:
    """getwxacodeunlimit: a JPEG, the scene as a QR code. Raises WeChatError."""
    scene = body.get("scene")
    if not isinstance(scene, str) or not 1 <= len(scene) <= LONGEST_SCENE:
        raise WeChatError(40169)
    if not SCENE.fullmatch(scene):
        raise WeChatError(40129)
    if body.get("page") and body.get("check_path", True):
        page = str(body["page"])
        if "?" in page:
            raise WeChatError(41030)
        platform.check_page(page, 41030)
    if body.get("env_version", "release") not in ("release", "trial", "develop"):
        raise WeChatError(40097)
    width = body.get("width", USUAL)
    if not isinstance(width, int) or not NARROWEST <= width <= WIDEST:
        raise WeChatError(40097)
    return qr_jpeg(scene, width)


def scheme(platform: WeChatPlatform, body: dict[str, object], *, chance: Chance, now: float) -> str:
    """generatescheme: a `weixin://` link. Raises WeChatError."""
    target = body.get("jump_wxa")
    if isinstance(target, dict):
        if target.get("path"):
            platform.check_page(str(target["path"]).removeprefix("/"), 40165)
        if len(str(target.get("query") or "")) > LONGEST_QUERY:
            raise WeChatError(40212)
    _check_life(body, now)
    return f"weixin://dl/business/?t={chance.letters(11)}"


def _check_life(body: dict[str, object], now: float) -> None:
    if body.get("expire_type", 0) == 1:
        days = body.get("expire_interval")
        good = isinstance(days, int) and 1 <= days <= LONGEST_LIFE_S // 86400
    else:
        until = body.get("expire_time", now + LONGEST_LIFE_S)
        good = isinstance(until, int | float) and now < until <= now + LONGEST_LIFE_S
    if not good:
        raise WeChatError(85401)
