"""The WeChat gateway: signing in, phone numbers, mini-program codes, links, subscribe messages."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers.ports import PlatformAccountId
from models.errors.entry import Refusal
from models.errors.login import PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE, RISK_BLOCKED
from models.vocabulary import Platform
from server.gateways.accounts import WeChatAccount
from server.gateways.breaker import Breaker, Line
from server.gateways.transport import Transport, TransportFault
from server.gateways.wechat_client import AsyncWeChatClient, WeChatError
from server.gateways.wechat_codes import Action, field_of, trace_of
from server.gateways.wechat_token import TokenProvider, TokenUnavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

logger = logging.getLogger(__name__)

_CODE = re.compile(r"[\x21-\x7e]{1,256}")
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A phone number as the platform verified it."""

    country_code: str
    number: str


@dataclass(frozen=True, slots=True)
class SubscribeSend:
    """What became of one subscribe message, unjudged.

    errcode None: no answer; then unknown says whether it may have been delivered all the same.
    field: the template field that was refused; rid: the platform's request id.
    """

    action: Action
    errcode: int | None
    unknown: bool = False
    msgid: str | None = None
    field: str | None = None
    rid: str | None = None
    retry_after_s: int | None = None


class WeChat:
    """WeChat 微信 as the handlers know it (implements handlers.ports.PhonePlatform).

    The session_key of code2Session is dropped here: nothing of ours needs it. rest_s: how long the
    platform is left alone after five transport faults in a row.
    """

    def __init__(
        self,
        account: WeChatAccount,
        transport: Transport,
        redis: "Redis",
        *,
        rest_s: float = 10.0,
    ) -> None:
        self._account = account
        self._line = Line(transport, Breaker(_unavailable, rest_s=rest_s))
        self._client = AsyncWeChatClient(account, self._line)
        self._client.tokens = TokenProvider(redis, self._client.fetch_stable_token, account.appid)

    async def sign_in(self, code: str) -> PlatformAccountId:
        """Exchange the code of wx.login. Refuses: PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE,
        RISK_BLOCKED. Source: platforms §1.1 code2Session.
        """
        if not _CODE.fullmatch(code):
            raise PLATFORM_CODE_INVALID.refuse()
        answer = await self._refusing(self._client.wxa.code_to_session(code))
        openid, unionid = answer.get("openid"), answer.get("unionid")
        if not isinstance(openid, str) or not openid:
            raise self._line.refusal()
        return PlatformAccountId(
            Platform.WECHAT,
            self._account.appid,
            "openid",
            openid,
            unionid if isinstance(unionid, str) and unionid else None,
        )

    async def get_phone_number(self, code: str) -> PhoneNumber:
        """The number behind the code of the phone button. Refuses as sign_in."""
        if not _CODE.fullmatch(code):
            raise PLATFORM_CODE_INVALID.refuse()
        answer = await self._refusing(self._client.wxa.phone_number(code))
        phone = answer.get("phone_info")
        if not isinstance(phone, dict) or not isinstance(phone.get("purePhoneNumber"), str):
            raise self._line.refusal()
        watermark = phone.get("watermark")
        if not isinstance(watermark, dict) or watermark.get("appid") != self._account.appid:
            raise self._line.refusal()
        return PhoneNumber(str(phone.get("countryCode", "86")), phone["purePhoneNumber"])

    async def unlimited_code(self, scene: str, page: str, *, width: int = 430) -> bytes:
        """A mini-program code 小程序码 as JPEG or PNG. Refuses: PLATFORM_UNAVAILABLE.

        scene: 1-32 of the platform's alphabet; page: no leading `/`, no query; width: pixels,
        280-1280. Raises ValueError outside of these.
        """
        if not _SCENE.fullmatch(scene) or page.startswith("/") or "?" in page:
            raise ValueError("scene or page not allowed")
        if not 280 <= width <= 1280:
            raise ValueError("width not allowed")
        body = {
            "scene": scene,
            "page": page,
            "width": width,
            "check_path": self._account.env_version == "release",
            "env_version": self._account.env_version,
        }
        image: bytes = await self._refusing(self._client.wxa.unlimited_code(body))
        return image

    async def generate_scheme(self, path: str, query: str, *, days: int = 1) -> str:
        """A `weixin://` link that opens our page for so many days, 1-30.

        query: at most 1024 characters. Refuses: PLATFORM_UNAVAILABLE. Raises ValueError outside of
        these.
        """
        if len(query) > 1024 or not 1 <= days <= 30:
            raise ValueError("query or days not allowed")
        jump = {"path": path, "query": query, "env_version": self._account.env_version}
        body = {"jump_wxa": jump, "is_expire": True, "expire_type": 1, "expire_interval": days}
        answer = await self._refusing(self._client.wxa.scheme(body))
        link = answer.get("openlink")
        if not isinstance(link, str) or not link.startswith("weixin://"):
            raise self._line.refusal()
        return link

    async def send_subscribe(
        self, openid: str, template_id: str, page: str | None, fields: Mapping[str, str]
    ) -> SubscribeSend:
        """Send one subscribe message 订阅消息, once; never raises for what the platform does.

        fields: template key to value, already shaped to the limits of platforms §1.2.
        """
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {key: {"value": value} for key, value in fields.items()},
            "miniprogram_state": self._account.miniprogram_state,
            "lang": "zh_CN",
        }
        if page is not None:
            body["page"] = page
        try:
            answer = await self._client.wxa.send_subscribe(body)
        except WeChatError as error:
            rid, field = trace_of(error.text), field_of(error.text)
            return SubscribeSend(error.action, error.code, rid=rid, field=field)
        except TransportFault as fault:
            return SubscribeSend(Action.RETRY, None, unknown=fault.sent)
        except TokenUnavailable as wait:
            return SubscribeSend(Action.RETRY, None, retry_after_s=wait.retry_after_s)
        except Refusal as refusal:
            return SubscribeSend(Action.RETRY, None, retry_after_s=refusal.retry_after_s)
        msgid = answer.get("msgid")
        return SubscribeSend(Action.OK, 0, msgid=None if msgid is None else str(msgid))

    async def _refusing(self, asked: Any) -> Any:
        """Await a platform call, turning what went wrong into a refusal for a person."""
        try:
            return await asked
        except WeChatError as error:
            raise _refusal_for(error.action, error.code) from None
        except TransportFault:
            raise self._line.refusal() from None
        except TokenUnavailable as wait:
            raise _unavailable(wait.retry_after_s) from None


def _refusal_for(action: Action, errcode: int) -> Refusal:
    if action is Action.BAD_CODE:
        return PLATFORM_CODE_INVALID.refuse()
    if action is Action.BLOCKED:
        return RISK_BLOCKED.refuse()
    if action in {Action.ALARM, Action.BAD_CONTENT, Action.STOP_QUEUE}:
        logger.error("wechat refuses us", extra={"errcode": errcode, "action": action.value})
    return _unavailable(60 if action is Action.WAIT_MINUTE else 5)


def _unavailable(retry_after_s: int) -> Refusal:
    return PLATFORM_UNAVAILABLE.refuse(retry_after_s=retry_after_s, platform="微信")
