"""State and behaviour of the WeChat platform; the routes only translate."""

import base64
import re
from dataclasses import dataclass

from sandbox.chance import Chance
from sandbox.clock import Clock
from sandbox.courier import Courier
from sandbox.credentials import WECHAT
from sandbox.knobs import Knobs
from sandbox.once import OneTime
from sandbox.wechat import events
from sandbox.wechat.errors import WeChatError
from sandbox.wechat.fields import check_data
from sandbox.wechat.mailbox import Mailbox, SentMessage
from sandbox.wechat.pusher import Push, Pusher
from sandbox.wechat.tokens import Tokens

CODE_LIFE_S = 300
PAGE = re.compile(r"[^/?#%\s][^?#\s]{0,255}")


@dataclass(frozen=True, slots=True)
class WeChatUser:
    """A user of the mini-program. phone: without country code, may be empty."""

    openid: str
    unionid: str
    phone: str


class WeChatPlatform:
    """Users, login codes, tokens, messages and pushes."""

    def __init__(self, clock: Clock, chance: Chance, knobs: Knobs, courier: Courier) -> None:
        self.tokens = Tokens(clock, chance)
        self.mailbox = Mailbox()
        self.pusher = Pusher(clock, chance, knobs, courier)
        self.users: dict[str, WeChatUser] = {}
        self._clock = clock
        self._chance = chance
        self._knobs = knobs
        self._login_codes: OneTime[WeChatUser] = OneTime()
        self._phone_codes: OneTime[WeChatUser] = OneTime()

    def know(self, openid: str, unionid: str = "", phone: str = "") -> WeChatUser:
        """Add a user, keeping what was known and is not said again."""
        before = self.users.get(openid, WeChatUser(openid, "", ""))
        user = WeChatUser(openid, unionid or before.unionid, phone or before.phone)
        self.users[openid] = user
        return user

    def login_code(self, user: WeChatUser, appid: str) -> str:
        """What `wx.login` gives the mini-program appid: good once, for five minutes."""
        expires_at = self._clock.now() + CODE_LIFE_S
        code = f"0{self._chance.letters(31)}"
        return self._login_codes.put(code, user, holder=appid, expires_at=expires_at)

    def phone_code(self, user: WeChatUser) -> str:
        """What the phone-number button gives: good once, for five minutes."""
        expires_at = self._clock.now() + CODE_LIFE_S
        return self._phone_codes.put(self._chance.hexes(64), user, expires_at=expires_at)

    def check_app(self, appid: str | None, secret: str | None) -> None:
        """Raises WeChatError unless these are our app's credentials."""
        if not appid:
            raise WeChatError(41002)
        if not secret:
            raise WeChatError(41004)
        if appid != WECHAT.appid:
            raise WeChatError(40013)
        if secret != WECHAT.secret:
            raise WeChatError(40125)

    def session(self, appid: str, code: str | None) -> dict[str, object]:
        """code2Session: `{openid, session_key, unionid?}`."""
        if not code:
            raise WeChatError(41008)
        user = self._login_codes.take(code, holder=appid, now=self._clock.now())
        if user is None:
            raise WeChatError(40029)
        key = base64.b64encode(self._chance.octets(16)).decode()
        answer: dict[str, object] = {"session_key": key, "openid": user.openid}
        return answer | ({"unionid": user.unionid} if user.unionid else {})

    def phone_number(self, code: object, openid: object) -> dict[str, object]:
        """getuserphonenumber: `phone_info` with its watermark."""
        user = self._phone_codes.take(str(code or ""), now=self._clock.now())
        if user is None:
            raise WeChatError(40029)
        if openid and openid != user.openid:
            raise WeChatError(40003)
        watermark = {"timestamp": int(self._clock.now()), "appid": WECHAT.appid}
        return {
            "phoneNumber": user.phone,
            "purePhoneNumber": user.phone,
            "countryCode": "86",
            "watermark": watermark,
        }

    def check_page(self, page: object, errcode: int) -> None:
        """Raises WeChatError unless the page is well-formed and published."""
        published = self._knobs.published_pages
        bare = str(page).split("?", 1)[0]
        if not PAGE.fullmatch(bare) or (published and bare not in published):
            raise WeChatError(errcode)

    def send(self, body: dict[str, object]) -> int:
        """subscribe/send: gives the message's id and pushes the sent event."""
        openid = str(body.get("touser") or "")
        if openid not in self.users:
            raise WeChatError(40003)
        template_id = str(body.get("template_id") or "")
        check_data(body.get("data"), self.mailbox.template(template_id))
        if body.get("page"):
            self.check_page(body["page"], 41030)
        message = self._message(openid, template_id, body)
        self.mailbox.accept(message)
        at = int(message.at)
        self.pusher.push_later(events.sent(openid, template_id, message.msgid, at=at))
        return message.msgid

    async def answer_prompt(
        self, openid: str, template_id: str, *, accept: bool, count: int
    ) -> tuple[int, list[Push]]:
        """The user answers the subscription prompt count times; gives rights left and pushes."""
        self.know(openid)
        left = self.mailbox.credit(openid, template_id, count if accept else 0)
        pushes: list[Push] = []
        for nth in range(count):
            # Prompts of one second would look like one event delivered twice.
            at = int(self._clock.now()) + nth
            event = events.popup(openid, template_id, accept=accept, at=at)
            pushes += await self.pusher.push(event)
        return left, pushes

    async def switch_off(self, openid: str, template_id: str) -> list[Push]:
        """The user switches a template off in the settings."""
        self.mailbox.refuse(openid, template_id)
        at = int(self._clock.now())
        return await self.pusher.push(events.changed(openid, template_id, at=at))

    def _message(self, openid: str, template_id: str, body: dict[str, object]) -> SentMessage:
        data = body["data"]
        fields = data.items() if isinstance(data, dict) else ()
        return SentMessage(
            msgid=10**18 + int(self._chance.digits(18)),
            openid=openid,
            template_id=template_id,
            page=str(body.get("page") or ""),
            data={key: {"value": str(field["value"])} for key, field in fields},
            miniprogram_state=str(body.get("miniprogram_state") or "formal"),
            lang=str(body.get("lang") or "zh_CN"),
            at=self._clock.now(),
        )
