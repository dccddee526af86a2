"""Delivers WeChat's events to the callback: plain or safe mode, JSON or XML, three tries."""

import json
from dataclasses import dataclass

from sandbox.chance import Chance
from sandbox.clock import Clock
from sandbox.courier import Courier, Unreachable
from sandbox.credentials import WECHAT
from sandbox.knobs import Knobs
from sandbox.wechat.events import Event, as_json, as_xml
from sandbox.wechat.push_crypto import encrypt, signature

TRIES = 3
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Push:
    """What became of one delivery. status: HTTP, 0 when nobody answered in time."""

    event: str
    openid: str
    tries: int
    status: int
    answer: str


class Pusher:
    """Sends events where `knobs.callback` says, and keeps a log."""

    def __init__(self, clock: Clock, chance: Chance, knobs: Knobs, courier: Courier) -> None:
        self.log: list[Push] = []
        self._clock = clock
        self._chance = chance
        self._knobs = knobs
        self._courier = courier

    async def push(self, event: Event) -> list[Push]:
        """Deliver an event (`push_copies` times); nothing happens while there is no callback."""
        if not self._knobs.callback:
            return []
        pushes = [await self._deliver(event) for _ in range(self._knobs.push_copies)]
        self.log.extend(pushes)
        return pushes

    def push_later(self, event: Event) -> None:
        """Deliver in the background."""
        self._courier.later(self.push(event))

    async def verify_url(self) -> bool:
        """What the console does when the callback is configured: does it echo our text?"""
        params = self._signed_query()
        echo = self._chance.digits(19)
        params["echostr"] = echo
        try:
            reply = await self._courier.carry("GET", self._knobs.callback, params=params)
        except Unreachable:
            return False
        return reply.status == 200 and reply.body.decode("utf-8", "replace") == echo

    async def _deliver(self, event: Event) -> Push:
        status, answer = 0, ""
        tries = 0
        while tries < TRIES and status != 200:
            tries += 1
            params, headers, body = self._request(event)
            try:
                reply = await self._courier.carry(
                    "POST",
                    self._knobs.callback,
                    params=params,
                    headers=headers,
                    body=body,
                    timeout_s=PATIENCE_S,
                )
                status, answer = reply.status, reply.body.decode("utf-8", "replace")[:200]
            except Unreachable as failure:
                status, answer = 0, str(failure)
        return Push(event.name, event.openid, tries, status, answer)

    def _request(self, event: Event) -> tuple[dict[str, str], dict[str, str], bytes]:
        is_json = self._knobs.push_format == "json"
        text = json.dumps(as_json(event), ensure_ascii=False) if is_json else as_xml(event)
        params = {**self._signed_query(), "openid": event.openid}
        if self._knobs.push_mode == "safe":
            salt = self._chance.hexes(16).encode()
            sealed = encrypt(text, appid=WECHAT.appid, aes_key=WECHAT.aes_key, salt=salt)
            params["encrypt_type"] = "aes"
            params["msg_signature"] = signature(
                WECHAT.token, params["timestamp"], params["nonce"], sealed
            )
            text = _envelope(sealed, is_json=is_json)
        kind = "application/json" if is_json else "text/xml"
        return params, {"Content-Type": kind}, text.encode()

    def _signed_query(self) -> dict[str, str]:
        timestamp, nonce = str(int(self._clock.now())), self._chance.digits(9)
        return {
            "signature": signature(WECHAT.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }


def _envelope(sealed: str, *, is_json: bool) -> str:
    to = WECHAT.original_id
    if is_json:
        return json.dumps({"ToUserName": to, "Encrypt": sealed})
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>"
        f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    )
