"""The calls of the national e-card platform through its service bus (platforms §4.2, §4.4)."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from models.errors.entry import Refusal
from models.errors.login import ECARD_UNAVAILABLE
from server.gateways.accounts import ECardAccount
from server.gateways.breaker import Breaker, Line
from server.gateways.ecard_wire import (
    AnswerMalformed,
    BrokerError,
    Envelope,
    csb_signature,
    read_answer,
)
from server.gateways.transport import Call, Repeat, Reply, Transport, TransportFault

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RawIdentity:
    """What the platform told about a person, by our names; None where it told nothing.

    card_state: aaz502 as sent; id_type: aac058 as sent.
    """

    essc_no: str | None
    id_no: str | None
    name: str | None
    id_type: str | None
    region: str | None
    card_state: str | None


@dataclass(frozen=True, slots=True)
class RawQr:
    """A QR code as issued. content: the text to draw; expires_in_s: None where not stated."""

    qr_code: str
    content: str
    expires_in_s: int | None


@dataclass(frozen=True, slots=True)
class RawScan:
    """What became of a QR code: the platform's word for it, and whatever it told of the person."""

    state: str
    identity: RawIdentity


class ECardProvider(Protocol):
    """What any e-card provider offers (platforms §4.4).

    All raise BusinessError (the platform says no), TransportFault, or ECARD_UNAVAILABLE.
    """

    async def create_qr(self) -> RawQr:
        """A code for the e-card app's own scanner."""
        ...

    async def query_qr(self, qr_code: str) -> RawScan:
        """What became of it."""
        ...

    async def auth_by_sign_no(self, sign_no: str) -> RawIdentity:
        """The person who came from the e-card app with this issue number 签发号."""
        ...

    async def verify_presented(self, qr_code: str, busi_type: str = "01") -> RawIdentity:
        """The person who shows this code in the e-card app."""
        ...

    def open_inbound(self, security: str) -> str:
        """The issue number inside `?security=`. Raises EnvelopeBroken."""
        ...


class CardDirectory(Protocol):
    """The provincial card system: the hop from a card number to its holder (platforms §4.2)."""

    async def by_essc_no(self, essc_no: str) -> RawIdentity:
        """Everything about the card. Raises as ECardProvider's calls do."""
        ...


class ServiceBus:
    """The national platform behind its CSB (implements ECardProvider, and CardDirectory where the
    province offers its hop on the same bus under `directory_api`).

    now: the current time, aware; each call carries it. Raises ValueError for an unusable account.
    """

    def __init__(
        self,
        account: ECardAccount,
        transport: Transport,
        now: Callable[[], datetime],
        *,
        directory_api: str = "essc_card_query_encrypt",
    ) -> None:
        self._account = account
        self._now = now
        self._line = Line(transport, Breaker(unavailable))
        self._envelope = Envelope(account.encrypt_key, account.iv, account.cipher)
        self._directory_api = directory_api

    async def create_qr(self) -> RawQr:
        """See ECardProvider."""
        result = await self._call(
            "qrcode_channel_encrypt", {"systemName": self._account.system_name}, Repeat.ALWAYS
        )
        code, content = self._pick(result, "qr_code"), self._pick(result, "content")
        if code is None or content is None:
            logger.error("e-card QR without code or content", extra={"members": sorted(result)})
            raise unavailable(5)
        life = self._pick(result, "expires_in_s")
        return RawQr(code, content, int(life) if life and life.isdecimal() else None)

    async def query_qr(self, qr_code: str) -> RawScan:
        """See ECardProvider."""
        result = await self._call(
            "qrcode_channel_query_encrypt", {"qrCode": qr_code}, Repeat.ALWAYS
        )
        return RawScan(self._pick(result, "state") or "", self._identity(result))

    async def auth_by_sign_no(self, sign_no: str) -> RawIdentity:
        """See ECardProvider. The number is good once, so only an unsent call is repeated."""
        return self._identity(await self._call("auth_encrypt", {"signNo": sign_no}, Repeat.UNSENT))

    async def verify_presented(self, qr_code: str, busi_type: str = "01") -> RawIdentity:
        """See ECardProvider."""
        params = {
            "qrCode": qr_code,
            "busiType": busi_type,
            "systemName": self._account.system_name,
        }
        return self._identity(await self._call("qrcode_valid_encrypt", params, Repeat.UNSENT))

    async def by_essc_no(self, essc_no: str) -> RawIdentity:
        """See CardDirectory."""
        return self._identity(
            await self._call(self._directory_api, {"esscNo": essc_no}, Repeat.ALWAYS)
        )

    def open_inbound(self, security: str) -> str:
        """See ECardProvider."""
        return self._pick(self._envelope.open(security), "sign_no") or ""

    def refusal(self) -> Refusal:
        """What to tell a person whose call met a TransportFault."""
        return self._line.refusal()

    async def _call(self, api: str, params: Mapping[str, str], repeat: Repeat) -> dict[str, Any]:
        account = self._account
        headers = {
            "_api_name": api,
            "_api_version": "1.0.0",
            "_api_access_key": account.access_key,
            "_api_timestamp": str(int(self._now().timestamp() * 1000)),
        }
        signature = csb_signature(headers, account.secret_key)
        own = {"channelNo": account.channel_no, "accessNo": account.access_no}
        body = json.dumps({"security": self._envelope.seal({**params, **own})}).encode()
        call = Call(
            "POST",
            "/CSB/",
            headers={**headers, "_api_signature": signature, "Content-Type": "application/json"},
            body=body,
            repeat=repeat,
        )
        try:
            return await self._line.ask(call, self._read)
        except BrokerError as error:
            extra = {"api": api, "broker_code": error.code, "request_id": error.request_id}
        # The bus is at fault, or our channel's settings are: nothing that the person can mend.
        logger.error("e-card broker refuses", extra=extra)
        raise unavailable(5)

    def _read(self, reply: Reply) -> dict[str, Any]:
        try:
            return read_answer(reply.body, self._envelope)
        except AnswerMalformed:
            pass
        raise TransportFault("malformed", reply.where, sent=True)

    def _identity(self, result: Mapping[str, Any]) -> RawIdentity:
        return RawIdentity(
            essc_no=self._pick(result, "essc_no"),
            id_no=self._pick(result, "id_no"),
            name=self._pick(result, "name"),
            id_type=self._pick(result, "id_type"),
            region=self._pick(result, "region"),
            card_state=self._pick(result, "card_state"),
        )

    def _pick(self, result: Mapping[str, Any], meaning: str) -> str | None:
        """The first of the configured names that holds a text or a number."""
        for name in self._account.names.get(meaning, ()):
            value = result.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                return str(value)
        return None


def unavailable(retry_after_s: int) -> Refusal:
    """The refusal when the e-card platform cannot be used."""
    return ECARD_UNAVAILABLE.refuse(retry_after_s=retry_after_s)
