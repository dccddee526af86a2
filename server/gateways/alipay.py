"""The Alipay gateway: a thin client of the open platform, believing only what Alipay signed."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from handlers.ports import PlatformAccountId
from models.errors.entry import Refusal
from models.errors.login import PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE
from models.vocabulary import Platform
from server.gateways.accounts import AlipayAccount
from server.gateways.alipay_sign import (
    AnswerRefused,
    certificate_key,
    certificate_number,
    members,
    notification_verified,
    open_content,
    read_private_key,
    read_public_key,
    root_number,
    sign,
    verified,
)
from server.gateways.breaker import Breaker, Line
from server.gateways.transport import Call, Repeat, Reply, Transport, TransportFault

logger = logging.getLogger(__name__)

OAUTH = "alipay.system.oauth.token"
SUCCESS = "10000"
CODE_FAULTS = frozenset({"isv.code-invalid"})
BEIJING = timezone(timedelta(hours=8))
_CODE = re.compile(r"[\x21-\x7e]{1,256}")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AlipayAnswer:
    """One answer. fields is empty unless the answer was signed: only its codes are reported then.

    code: `10000` is success (alipay.system.oauth.token answers success without a code).
    """

    code: str
    sub_code: str | None
    signed: bool
    fields: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """Whether the platform did what was asked, provably."""
        return self.signed and self.code == SUCCESS


class Alipay:
    """Alipay 支付宝 as the handlers know it (implements handlers.ports.PhonePlatform).

    now: the current time, aware; requests carry it. Raises ValueError for an unusable account.
    """

    def __init__(
        self, account: AlipayAccount, transport: Transport, now: Callable[[], datetime]
    ) -> None:
        self._account = account
        self._line = Line(transport, Breaker(_unavailable))
        self._now = now
        self._key = read_private_key(account.private_key)
        self._numbers: dict[str, str] = {}
        self._alipay_number: str | None = None
        if account.certificates is not None:
            papers = account.certificates
            self._numbers = {
                "app_cert_sn": certificate_number(papers.app),
                "alipay_root_cert_sn": root_number(papers.alipay_root),
            }
            self._alipay_number = certificate_number(papers.alipay)
            self._alipay_key = certificate_key(papers.alipay)
        elif account.public_key is not None:
            self._alipay_key = read_public_key(account.public_key)
        else:
            raise ValueError("Alipay's public key or certificates are needed")

    async def sign_in(self, code: str) -> PlatformAccountId:
        """Exchange the code of my.getAuthCode. Refuses: PLATFORM_CODE_INVALID,
        PLATFORM_UNAVAILABLE. Source: platforms §3.2.
        """
        if not _CODE.fullmatch(code):
            raise PLATFORM_CODE_INVALID.refuse()
        params = {"grant_type": "authorization_code", "code": code}
        try:
            answer = await self.call(OAUTH, params, repeat=Repeat.UNSENT)
        except TransportFault:
            raise self._line.refusal() from None
        if answer.sub_code in CODE_FAULTS:
            raise PLATFORM_CODE_INVALID.refuse()
        if not answer.ok:
            raise _unavailable(5)
        kind = next((k for k in ("open_id", "user_id") if answer.fields.get(k)), None)
        if kind is None:
            logger.error("alipay names no person", extra={"members": sorted(answer.fields)})
            raise _unavailable(5)
        unionid = answer.fields.get("union_id")
        subject = str(answer.fields[kind])
        appid = self._account.appid
        return PlatformAccountId(Platform.ALIPAY, appid, kind, subject, unionid or None)

    async def call(
        self, method: str, params: Mapping[str, str], *, repeat: Repeat = Repeat.NEVER
    ) -> AlipayAnswer:
        """Call any method; what goes into biz_content is JSON text in params["biz_content"].

        Raises TransportFault, or PLATFORM_UNAVAILABLE while the platform is known to be down.
        """
        common = {
            "app_id": self._account.appid,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            **self._numbers,
            **params,
        }
        body = urlencode({**common, "sign": sign(common, self._key)}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        request = Call("POST", "", headers=headers, body=body, repeat=repeat)
        answer = await self._line.ask(request, lambda reply: self._read(reply, method))
        if not answer.ok:
            logger.warning(
                "alipay refuses",
                extra={"method": method, "code": answer.code, "sub_code": answer.sub_code},
            )
        return answer

    def notification(self, params: Mapping[str, str]) -> Mapping[str, str]:
        """A notification's parameters, proven Alipay's and ours. Raises AnswerRefused."""
        if not notification_verified(params, self._alipay_key):
            raise AnswerRefused("notification not signed by Alipay")
        if params.get("app_id", self._account.appid) != self._account.appid:
            raise AnswerRefused("notification for another app")
        return params

    def phone_number(self, response: str) -> str:
        """The number in the `response` of my.getPhoneNumber: signed, then encrypted.

        Raises AnswerRefused; also when the console has no key configured, as `sign` is then absent.
        """
        found = members(response)
        sealed, signature = found.get("response", ""), _text(found.get("sign"))
        # What is signed is the cipher text with its quotes.
        if self._account.aes_key is None or not verified(sealed, signature, self._alipay_key):
            raise AnswerRefused("phone number not signed")
        opened = _object(open_content(_text(sealed), self._account.aes_key))
        mobile = opened.get("mobile")
        if opened.get("code") != SUCCESS or not isinstance(mobile, str):
            raise AnswerRefused("no phone number")
        return mobile

    def _read(self, reply: Reply, method: str) -> AlipayAnswer:
        try:
            return self._answer(reply.body.decode(), method)
        except ValueError:
            pass
        raise TransportFault("malformed", reply.where, sent=True)

    def _answer(self, raw: str, method: str) -> AlipayAnswer:
        """Verify and read. Raises AnswerRefused for anything that is not an answer of Alipay's."""
        found = members(raw)
        names = (method.replace(".", "_") + "_response", "error_response")
        present = [name for name in names if name in found]
        if len(present) != 1:
            raise AnswerRefused("not an answer to this method")
        text, signature = found[present[0]], _text(found.get("sign"))
        number = _text(found.get("alipay_cert_sn"))
        if signature and number and self._alipay_number not in (None, number):
            raise AnswerRefused("signed with a certificate that we do not have")
        if signature and not verified(text, signature, self._alipay_key):
            raise AnswerRefused("signature is wrong")
        fields = _object(text)
        bare = SUCCESS if method == OAUTH and present[0] != "error_response" else ""
        code = str(fields.get("code", bare))
        if not signature and code in ("", SUCCESS):
            raise AnswerRefused("a success that nobody signed")
        sub_code = str(fields["sub_code"]) if fields.get("sub_code") else None
        return AlipayAnswer(code, sub_code, bool(signature), fields if signature else _NOTHING)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_distinct)
    except RecursionError:
        raise AnswerRefused("nested too deep") from None
    if not isinstance(value, dict):
        raise AnswerRefused("not an object")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise AnswerRefused("a key stands twice")
    return dict(pairs)


def _text(raw: str | None) -> str:
    value = json.loads(raw) if raw else ""
    return value if isinstance(value, str) else ""


def _unavailable(retry_after_s: int) -> Refusal:
    return PLATFORM_UNAVAILABLE.refuse(retry_after_s=retry_after_s, platform="支付宝")
