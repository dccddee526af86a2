"""The service bus in front of the e-card platform: who may call, signature, clock, replay.

Errors of the bus have `code`, `csbCode`, `message`, `requestId` and no `msgCode`. Only the 503 is
public (platforms §4.2); the other numbers are the sandbox's own:

| code | when |
|---|---|
| 503 | no such `_api_name` |
| 400 | a `_api_*` header is missing |
| 403 | unknown access key, wrong signature, clock more than five minutes off, nonce used before |
| 429 | too many calls (fault `rate_limit`) |
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from sandbox.credentials import ECARD
from sandbox.once import Seen

SKEW_S = 300
NEEDED = ("_api_name", "_api_version", "_api_access_key", "_api_timestamp", "_api_signature")


class BrokerError(Exception):
    """The bus refuses to pass a call on."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    def body(self, request_id: str) -> dict[str, object]:
        """The bus's own error document."""
        return {
            "code": self.code,
            "csbCode": self.code,
            "message": f"[{self.code}]{self.text}",
            "requestId": request_id,
            "state": {},
        }


def signature(secret_key: str, params: Mapping[str, str]) -> str:
    """base64(HMAC-SHA1(secret_key, "k=v&k=v" sorted by key)); the JSON body is not covered."""
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    digest = hmac.new(secret_key.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


class Gate:
    """Lets a signed call through, or raises BrokerError."""

    def __init__(self) -> None:
        self._nonces = Seen()

    def check(self, headers: Mapping[str, str], params: Mapping[str, str], *, now: float) -> str:
        """headers: the `_api_*` ones; params: of query and form. Gives the API's name."""
        missing = [name for name in NEEDED if not headers.get(name)]
        if missing:
            raise BrokerError(400, f"missing header {missing[0]}")
        if headers["_api_access_key"] != ECARD.access_key:
            raise BrokerError(403, "access key is invalid")
        signed = {name: value for name, value in headers.items() if name != "_api_signature"}
        expected = signature(ECARD.secret_key, {**params, **signed})
        if not hmac.compare_digest(expected.encode(), headers["_api_signature"].encode()):
            raise BrokerError(403, "signature is invalid")
        self._check_time(headers["_api_timestamp"], now)
        nonce = headers.get("_api_nonce")
        if nonce and self._nonces.again(nonce, now=now, keep_s=2 * SKEW_S):
            raise BrokerError(403, "nonce was used before")
        return headers["_api_name"]

    def _check_time(self, timestamp_ms: str, now: float) -> None:
        if not timestamp_ms.isdecimal() or abs(now - int(timestamp_ms) / 1000) > SKEW_S:
            raise BrokerError(403, "timestamp is expired")
