"""The text in the QR: a link whose 32 characters name a challenge, a moment, and prove both.

Token: `1`, the challenge id (16), the step since issue in three digits, and 72 bits of a MAC over
id, key generation and step (qr-login §5.1). The MAC is made and checked on the server only; the
key generation moves when the role is switched, so frames of the other role are told apart.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache

from models.sealed import Vault
from models.store.challenge import STEP_S

TOKEN_LENGTH = 32
GENERATIONS = 16
_PURPOSE = "qr-frame"
_GRAMMAR = r"1(?P<cid>[\w-]{16})(?P<step>[0-9]{3})(?P<mac>[\w-]{12})"


@dataclass(frozen=True, slots=True)
class FrameClaim:
    """What a genuine frame says: which challenge, which key generation, shown at which step."""

    cid: str
    generation: int
    step: int


class Frames:
    """Makes and reads frames for one public address. link: `https://host/l/`."""

    def __init__(self, vault: Vault, public_url: str) -> None:
        self._vault = vault
        # A frame is told twice to a browser that comes, and again at every poll of its step.
        self._mac = lru_cache(maxsize=4096)(self._made)
        self.link = public_url.rstrip("/") + "/l/"
        # Compared as text: whoever parses an address first can be made to see another one.
        self._grammar = re.compile(re.escape(self.link) + _GRAMMAR, re.ASCII)

    def token(self, cid: str, generation: int, step: int) -> str:
        """The 32 characters for one step of one challenge."""
        return f"1{cid}{step % 1000:03d}{self._mac(cid, generation, step % 1000)}"

    def url(self, token: str) -> str:
        """The link that a scanner reads."""
        return self.link + token

    def read(self, text: str) -> FrameClaim | None:
        """Who a scanned text speaks for; None for another site, another grammar or a forged MAC."""
        found = self._grammar.fullmatch(text)
        if found is None:
            return None
        cid, step, mac = found["cid"], int(found["step"]), found["mac"]
        for generation in range(GENERATIONS):
            if hmac.compare_digest(self._mac(cid, generation, step), mac):
                return FrameClaim(cid, generation, step)
        return None

    def _made(self, cid: str, generation: int, step: int) -> str:
        mac = self._vault.mac(_PURPOSE, f"{cid}|{generation}|{step}".encode())
        return urlsafe_b64encode(mac[:9]).decode()


def step_at(issued_at_ms: int, now_ms: int) -> int:
    """Which 5-second step of its life a challenge is in."""
    return max(0, now_ms - issued_at_ms) // (STEP_S * 1000)
