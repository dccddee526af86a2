"""Text messages 短信 through an operator's gateway; a province's own goes behind the same class.

The wire is our sandbox's: POST `/send` `{"id", "phone", "text"}`, signed like our ingest, answered
`{"code": "ok", "receipt"}` or `{"code": "<why not>"}`. The same id is delivered once.
"""

import json
import logging
from dataclasses import dataclass

from models.errors.entry import Refusal
from models.errors.system import BUSY
from server.clock import Clock
from server.gateways.breaker import Breaker, Line
from server.gateways.signing import signed_headers
from server.gateways.transport import Call, Repeat, Reply, Transport, TransportFault

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account at the gateway. signature: 短信签名, which opens every text as `【…】`."""

    base_url: str
    key: str
    secret: str
    signature: str


class SmsRefused(Exception):
    """The gateway took the message and will not send it. code: `bad_phone`, `blocked`, `quota` …"""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sms:
    """Sends one text to one phone."""

    def __init__(self, account: SmsAccount, transport: Transport, now: Clock) -> None:
        self._account = account
        self._line = Line(transport, Breaker(_unavailable))
        self._now = now

    async def send(self, phone: str, text: str, *, message_id: str) -> str:
        """Hand a text over; the gateway's receipt.

        Raises SmsRefused, TransportFault (`sent` says whether it may have arrived), or the
        breaker's refusal. Repeating with the same message_id does not send twice.
        """
        content = {
            "id": message_id,
            "phone": phone,
            "text": f"【{self._account.signature}】{text}",
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        account = self._account
        headers = signed_headers(account.key, account.secret, "/send", body, self._now())
        call = Call("POST", "/send", headers=headers, body=body, repeat=Repeat.UNSENT, tries=2)
        code, receipt = await self._line.ask(call, _read)
        if code != "ok":
            logger.warning("sms refused", extra={"code": code})
            raise SmsRefused(code)
        return receipt


def _read(reply: Reply) -> tuple[str, str]:
    try:
        answer = json.loads(reply.body)
        return str(answer["code"]), str(answer.get("receipt", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise TransportFault("malformed", reply.where, sent=True)


def _unavailable(retry_after_s: int) -> Refusal:
    return BUSY.refuse(retry_after_s=retry_after_s)
