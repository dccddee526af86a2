"""The CA 证书机构 that renews certificates; a real one's interface goes behind the same class.

The wire is our sandbox's: POST `/renewals` `{"id", "uscc", "unit_name", "issuer", "serial",
"not_after"}`, signed like our ingest, answered `{"state": "pending"}`, `{"state": "issued",
"certificate": "<base64 of DER>"}` or `{"state": "refused", "reason"}`. The same id is one request,
however often it is sent. POST `/renewals/withdraw` `{"id"}` → `{"state": "withdrawn"}`.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TypeVar

from handlers.ports import CaAnswer, CaState, RenewalRequest
from models.errors.certificate import CA_UNAVAILABLE
from models.errors.entry import Refusal
from server.clock import Clock
from server.gateways.accounts import CaAccount
from server.gateways.breaker import Breaker, Line
from server.gateways.signing import signed_headers
from server.gateways.transport import Call, Repeat, Reply, Transport, TransportFault

Answer = TypeVar("Answer")
LONGEST_REASON = 120


class Ca:
    """One CA; every fault of its is CA_UNAVAILABLE to the caller."""

    def __init__(self, account: CaAccount, transport: Transport, now: Clock) -> None:
        self._account = account
        self._line = Line(transport, Breaker(_unavailable))
        self._now = now

    async def renew(self, request: RenewalRequest) -> CaAnswer:
        """Ask for a successor, or how far an earlier request is. Refuses: CA_UNAVAILABLE."""
        content = asdict(request) | {"not_after": request.not_after.isoformat()}
        return await self._ask("/renewals", content, _read)

    async def withdraw(self, request_id: str) -> None:
        """Nobody waits for this request any more. Refuses: CA_UNAVAILABLE."""
        await self._ask("/renewals/withdraw", {"id": request_id}, _state)

    async def _ask(
        self, path: str, content: Mapping[str, object], read: Callable[[Reply], Answer]
    ) -> Answer:
        account = self._account
        body = json.dumps(content, ensure_ascii=False).encode()
        headers = signed_headers(account.key, account.secret, path, body, self._now())
        call = Call("POST", path, headers=headers, body=body, repeat=Repeat.ALWAYS, tries=2)
        try:
            return await self._line.ask(call, read)
        except TransportFault:
            pass
        raise self._line.refusal()


def _read(reply: Reply) -> CaAnswer:
    try:
        answer = json.loads(reply.body)
        state = CaState(answer["state"])
        if state is CaState.ISSUED:
            return CaAnswer(state, file=base64.b64decode(answer["certificate"], validate=True))
        reason = "".join(each for each in str(answer.get("reason", "")) if each.isprintable())
        return CaAnswer(state, reason=reason[:LONGEST_REASON])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        pass
    raise TransportFault("malformed", reply.where, sent=True)


def _state(reply: Reply) -> str:
    try:
        return str(json.loads(reply.body)["state"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise TransportFault("malformed", reply.where, sent=True)


def _unavailable(retry_after_s: int) -> Refusal:
    return CA_UNAVAILABLE.refuse(retry_after_s=retry_after_s)
