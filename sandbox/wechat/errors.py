"""WeChat's error numbers and the texts it sends with them (platforms §1.6, vectors.json)."""

from sandbox.chance import Chance

TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40164: "invalid ip, not in whitelist",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40212: "invalid query",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    85401: "expire time or interval out of range",
}


class WeChatError(Exception):
    """A call that WeChat refuses. more: what follows the standard text, e.g. the field at fault."""

    def __init__(self, errcode: int, more: str = "") -> None:
        super().__init__(errcode, more)
        self.errcode = errcode
        self.more = more

    def body(self, chance: Chance, now: float) -> dict[str, object]:
        """`{errcode, errmsg}`; the text ends with a rid as WeChat's does."""
        text = TEXTS.get(self.errcode, "system error")
        if self.more:
            text += f" {self.more}"
        if self.errcode == 40029:
            text += f" hint: [{chance.letters(16)}]"
        return {"errcode": self.errcode, "errmsg": f"{text} {rid(chance, now)}"}


def rid(chance: Chance, now: float) -> str:
    """A request id as WeChat words it: the time in hex, then two random parts."""
    return f"rid: {int(now):08x}-{chance.hexes(8)}-{chance.hexes(8)}"
