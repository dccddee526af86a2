"""State of the Alipay platform and the methods of its gateway."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.alipay.accounts import Accounts, AlipayUser
from sandbox.alipay.errors import AlipayError
from sandbox.alipay.keys import AlipayKeys
from sandbox.chance import Chance
from sandbox.clock import BEIJING, Clock
from sandbox.credentials import ALIPAY_APPID
from sandbox.knobs import Knobs

TEMPLATE_ID = re.compile(r"[A-Za-z0-9_-]{10,64}")
KEYWORD = re.compile(r"keyword[1-9]\d?")
LONGEST_PAGE, LONGEST_DATA = 128, 2048

Params = Mapping[str, str]
Content = dict[str, object]


@dataclass(frozen=True, slots=True)
class SentTemplate:
    """A template message that was accepted. at: seconds since the epoch."""

    open_id: str
    user_id: str
    template_id: str
    page: str
    data: dict[str, dict[str, str]]
    at: float


class AlipayPlatform:
    """Users, tokens, messages. A method takes the request's parameters, gives the answer."""

    def __init__(self, clock: Clock, chance: Chance, knobs: Knobs, keys: AlipayKeys) -> None:
        self.accounts = Accounts(clock, chance)
        self.keys = keys
        self.templates: dict[str, list[str]] = {}
        self.sent: list[SentTemplate] = []
        self._clock = clock
        self._chance = chance
        self._knobs = knobs

    def methods(self) -> dict[str, Callable[[Params], Content]]:
        """Every method of the gateway by its name."""
        return {
            "alipay.system.oauth.token": self._oauth_token,
            "alipay.open.app.mini.templatemessage.send": self._send,
            "alipay.open.app.qrcode.create": self._qrcode,
            "alipay.user.info.share": self._user_info,
        }

    def _oauth_token(self, params: Params) -> Content:
        # Parameters are at top level here, and a success has no `code`.
        kind = params.get("grant_type")
        if kind == "authorization_code":
            user = self.accounts.by_code(params.get("code", ""), ALIPAY_APPID)
        elif kind == "refresh_token":
            user = self.accounts.by_refresh_token(params.get("refresh_token", ""))
        else:
            raise AlipayError("isv.grant-type-invalid")
        started = datetime.fromtimestamp(self._clock.now(), BEIJING)
        return {
            **self.accounts.grant(user),
            "auth_start": started.strftime("%Y-%m-%d %H:%M:%S"),
            **self._identity(user),
        }

    def _identity(self, user: AlipayUser) -> Content:
        union: Content = {"union_id": user.union_id} if user.union_id else {}
        if self._knobs.open_id_only:
            return {"open_id": user.open_id, **union}
        return {"user_id": user.user_id, "alipay_user_id": user.user_id, **union}

    def _send(self, params: Params) -> Content:
        content = _content(params)
        template_id, page = str(content.get("user_template_id")), str(content.get("page") or "")
        known = not self.templates or template_id in self.templates
        if not TEMPLATE_ID.fullmatch(template_id) or not known:
            raise AlipayError("USER_TEMPLATE_ILLEGAL")
        open_id, user_id = (
            str(content.get("to_open_id") or ""),
            str(content.get("to_user_id") or ""),
        )
        user = self.accounts.find(open_id=open_id, user_id=user_id)
        if user is None or (self._knobs.open_id_only and not open_id):
            raise AlipayError("isv.invalid-openid")
        if not page or len(page) > LONGEST_PAGE:
            raise AlipayError("isv.invalid-parameter")
        data = _keywords(content.get("data"), self.templates.get(template_id))
        self.sent.append(
            SentTemplate(user.open_id, user.user_id, template_id, page, data, self._clock.now())
        )
        return {"code": "10000", "msg": "Success"}

    def _qrcode(self, params: Params) -> Content:
        content = _content(params)
        if not all(content.get(name) for name in ("url_param", "query_param", "describe")):
            raise AlipayError("isv.invalid-parameter")
        url = f"https://mobilecodec.alipay.invalid/show.htm?code=s4x{self._chance.hexes(20)}"
        return {
            "code": "10000",
            "msg": "Success",
            "qr_code_url": f"{url}&picSize=M",
            "qr_code_url_circle_blue": f"{url}&picSize=M&style=blue",
            "qr_code_url_circle_white": f"{url}&picSize=M&style=white",
        }

    def _user_info(self, params: Params) -> Content:
        user = self.accounts.by_access_token(params.get("auth_token", ""))
        return {"code": "10000", "msg": "Success", **self._identity(user), "is_certified": "T"}


def _content(params: Params) -> Content:
    try:
        content = json.loads(params.get("biz_content") or "{}")
    except ValueError:
        raise AlipayError("isv.invalid-parameter") from None
    if not isinstance(content, dict):
        raise AlipayError("isv.invalid-parameter")
    return content


def _keywords(text: object, template: list[str] | None) -> dict[str, dict[str, str]]:
    """The data of a template message: JSON inside a string, its keywords those of the template."""
    if not isinstance(text, str) or len(text) > LONGEST_DATA:
        raise AlipayError("isv.invalid-parameter")
    try:
        data = json.loads(text)
    except ValueError:
        raise AlipayError("isv.invalid-parameter") from None
    if not isinstance(data, dict) or (template and set(data) != set(template)):
        raise AlipayError("isv.invalid-parameter")
    for key, field in data.items():
        value = field.get("value") if isinstance(field, dict) else None
        if not KEYWORD.fullmatch(key) or not isinstance(value, str):
            raise AlipayError("isv.invalid-parameter")
    return data
