"""A client of the e-card's service bus, from platforms.md §4.2 alone: no code of the sandbox."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.sandbox.conftest import Line


def csb_signature(secret_key: str, params: dict[str, str]) -> str:
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    return base64.b64encode(hmac.digest(secret_key.encode(), text.encode(), hashlib.sha1)).decode()


@dataclass(slots=True)
class CsbClient:
    """channel: the `ecard` part of the credentials."""

    line: Line
    channel: dict[str, str]

    def seal(self, content: dict[str, object]) -> str:
        plain = json.dumps(content).encode()
        pad = 16 - len(plain) % 16
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def unseal(self, text: str) -> Any:
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
        return json.loads(plain[: -plain[-1]])

    def _cipher(self) -> Cipher[modes.CBC]:
        key, iv = self.channel["encrypt_key"].encode(), self.channel["iv"].encode()
        return Cipher(algorithms.AES(key), modes.CBC(iv))

    def headers(self, api: str, **other: str) -> dict[str, str]:
        """The signed headers; other: `_api_*` values that differ from the usual ones."""
        named = {
            "_api_name": api,
            "_api_version": "1.0.0",
            "_api_access_key": self.channel["access_key"],
            "_api_timestamp": str(int(time.time() * 1000)),
            **other,
        }
        return {**named, "_api_signature": csb_signature(self.channel["secret_key"], named)}

    async def send(self, headers: dict[str, str], body: object) -> Any:
        """One call; the answer as it comes."""
        url = f"{self.line.url}/ecard/CSB/"
        async with self.line.session.post(url, json=body, headers=headers) as answer:
            return json.loads(await answer.read())

    async def call(self, api: str, **params: str) -> Any:
        """One good call; the answer as it comes."""
        own = {"channelNo": self.channel["channel_no"], "accessNo": self.channel["access_no"]}
        return await self.send(self.headers(api), {"security": self.seal({**own, **params})})

    async def result(self, api: str, **params: str) -> Any:
        """One call that succeeds; its decrypted result."""
        answer = await self.call(api, **params)
        assert answer["msgCode"] == "000000"
        return self.unseal(answer["result"]["encrypt"])
