"""The channels of notify over our gateways: what each platform's answer means, as tables."""

import json
from collections.abc import Mapping
from typing import Protocol

from models.errors.entry import Refusal
from notify.channels.base import Address, Delivered, GiveUp, Message, Outcome, Reason, TryLater
from server.gateways.alipay import AlipayAnswer
from server.gateways.mail import MailFault
from server.gateways.sms import SmsRefused
from server.gateways.transport import TransportFault
from server.gateways.wechat import SubscribeSend
from server.gateways.wechat_codes import Action

CROWDED_CODE = 43108
"""Two calls for one openid at once (notify §4.5)."""

WECHAT_OUTCOMES: Mapping[Action, Outcome] = {
    Action.RETRY: TryLater(Reason.BUSY),
    Action.REFRESH_TOKEN: TryLater(Reason.TOKEN),
    Action.STOP_QUEUE: TryLater(Reason.QUOTA, after_s=600.0),
    Action.WAIT_MINUTE: TryLater(Reason.QUOTA, after_s=60.0),
    Action.NO_QUOTA: GiveUp(Reason.NO_CONSENT),
    Action.BAD_OPENID: GiveUp(Reason.RECIPIENT),
    Action.BLOCKED: GiveUp(Reason.RECIPIENT),
    Action.BAD_CODE: GiveUp(Reason.TEMPLATE),
    Action.BAD_CONTENT: GiveUp(Reason.TEMPLATE),
    Action.ALARM: GiveUp(Reason.FORBIDDEN),
}
"""What an errcode's action means for the message."""

ALIPAY_OUTCOMES: Mapping[str, Outcome] = {
    "isp.unknow-error": TryLater(Reason.BUSY),
    "aop.unknow-error": TryLater(Reason.BUSY),
    "isp.unknown-error": TryLater(Reason.BUSY),
    "SYSTEM_ERROR": TryLater(Reason.BUSY),
    "isv.app-call-limited": TryLater(Reason.QUOTA, after_s=60.0),
    "USER_NOT_SUBSCRIBE": GiveUp(Reason.NO_CONSENT),
    "USER_UNSUBSCRIBE": GiveUp(Reason.NO_CONSENT),
    "isv.invalid-openid": GiveUp(Reason.RECIPIENT),
    "USER_NOT_EXIST": GiveUp(Reason.RECIPIENT),
    "USER_TEMPLATE_ILLEGAL": GiveUp(Reason.TEMPLATE),
    "isv.invalid-parameter": GiveUp(Reason.TEMPLATE),
    "isv.missing-parameter": GiveUp(Reason.TEMPLATE),
}
_ALIPAY_BY_CODE: Mapping[str, Outcome] = {
    "20000": TryLater(Reason.BUSY),
    "40005": TryLater(Reason.QUOTA, after_s=60.0),
}
SMS_OUTCOMES: Mapping[str, Outcome] = {
    "bad_phone": GiveUp(Reason.RECIPIENT),
    "blocked": GiveUp(Reason.NO_CONSENT),
    "quota": TryLater(Reason.QUOTA, after_s=600.0),
    "busy": TryLater(Reason.BUSY),
}
ALIPAY_SEND = "alipay.open.app.mini.templatemessage.send"


class SubscribeSender(Protocol):
    """The WeChat gateway, as far as messages go."""

    async def send_subscribe(
        self, openid: str, template_id: str, page: str | None, fields: Mapping[str, str]
    ) -> SubscribeSend:
        """Send once."""
        ...


class TemplateSender(Protocol):
    """The Alipay gateway, as far as messages go."""

    async def call(self, method: str, params: Mapping[str, str]) -> AlipayAnswer:
        """Call a method once."""
        ...


class TextSender(Protocol):
    """The SMS gateway."""

    async def send(self, phone: str, text: str, *, message_id: str) -> str:
        """Send a text; the same message_id is delivered once."""
        ...


class MailSender(Protocol):
    """The mail server."""

    async def send(self, mailbox: str, subject: str, text: str, *, message_id: str) -> str:
        """Send a mail."""
        ...


class WeChatChannel:
    """WeChat subscribe messages 订阅消息."""

    def __init__(self, sender: SubscribeSender) -> None:
        self._sender = sender

    async def send(self, address: Address, message: Message) -> Outcome:
        """Send one message."""
        sent = await self._sender.send_subscribe(
            address.to, message.template, message.page, message.fields
        )
        if sent.action is Action.OK:
            return Delivered(sent.msgid)
        if sent.unknown:
            return TryLater(Reason.UNANSWERED)
        if sent.errcode is None:
            return TryLater(Reason.UNREACHABLE, after_s=_seconds(sent.retry_after_s))
        if sent.errcode == CROWDED_CODE:
            return TryLater(Reason.CROWDED, code=str(CROWDED_CODE))
        return _coded(WECHAT_OUTCOMES[sent.action], _with_field(sent))


class AlipayChannel:
    """Alipay template messages 模板消息."""

    def __init__(self, sender: TemplateSender) -> None:
        self._sender = sender

    async def send(self, address: Address, message: Message) -> Outcome:
        """Send one message. address.to: `open_id:…` or `user_id:…`."""
        kind, _, subject = address.to.partition(":")
        content = {
            f"to_{kind}": subject,
            "user_template_id": message.template,
            "page": message.page or "",
            "data": json.dumps(
                {key: {"value": value} for key, value in message.fields.items()},
                ensure_ascii=False,
            ),
        }
        params = {"biz_content": json.dumps(content, ensure_ascii=False)}
        try:
            answer = await self._sender.call(ALIPAY_SEND, params)
        except TransportFault as fault:
            return _unanswered(fault)
        except Refusal as refusal:
            return TryLater(Reason.UNREACHABLE, after_s=_seconds(refusal.retry_after_s))
        if answer.ok:
            return Delivered()
        code = answer.sub_code or answer.code
        known = ALIPAY_OUTCOMES.get(code) or _ALIPAY_BY_CODE.get(answer.code)
        return _coded(known or GiveUp(Reason.FORBIDDEN), code)


class SmsChannel:
    """Text messages 短信."""

    def __init__(self, sender: TextSender) -> None:
        self._sender = sender

    async def send(self, address: Address, message: Message) -> Outcome:
        """Send one message."""
        try:
            receipt = await self._sender.send(address.to, message.text, message_id=message.once)
        except SmsRefused as refused:
            return _coded(SMS_OUTCOMES.get(refused.code, GiveUp(Reason.FORBIDDEN)), refused.code)
        except TransportFault as fault:
            return _unanswered(fault)
        except Refusal as refusal:
            return TryLater(Reason.UNREACHABLE, after_s=_seconds(refusal.retry_after_s))
        return Delivered(receipt or None)


class MailChannel:
    """E-mail 邮件."""

    def __init__(self, sender: MailSender) -> None:
        self._sender = sender

    async def send(self, address: Address, message: Message) -> Outcome:
        """Send one message."""
        try:
            await self._sender.send(
                address.to, message.title, message.text, message_id=message.once
            )
        except MailFault as fault:
            code = str(fault.code or "")
            if fault.permanent:
                return GiveUp(Reason.RECIPIENT, code)
            # Whether the mail was taken before the line broke, the server alone knows.
            return TryLater(Reason.BUSY if fault.code else Reason.UNANSWERED, code=code)
        return Delivered()


def _unanswered(fault: TransportFault) -> Outcome:
    return TryLater(Reason.UNANSWERED if fault.sent else Reason.UNREACHABLE)


def _coded(outcome: Outcome, code: str) -> Outcome:
    match outcome:
        case TryLater(reason, after_s, _):
            return TryLater(reason, after_s, code[:40])
        case GiveUp(reason, _):
            return GiveUp(reason, code[:40])
    return outcome


def _with_field(sent: SubscribeSend) -> str:
    """`47003 thing3`: the errcode and the field that it complains about."""
    return " ".join(part for part in (str(sent.errcode), sent.field) if part)


def _seconds(after_s: int | None) -> float | None:
    return None if after_s is None else float(after_s)
