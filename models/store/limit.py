"""How often somebody may do something: counters in Redis, beyond them a refusal."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address

from models.address import read_address
from models.errors.login import TOO_OFTEN
from models.store.client import Script, Store

_SCRIPT = Script("limit.lua")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times per window of `window_s` seconds. name: part of the key."""

    name: str
    most: int
    window_s: int


class Limiter:
    """Counts per subject (address, phone account, browser)."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def spend(self, limit: Limit, subject: str, cost: int = 1) -> None:
        """Count one use. Refuses: TOO_OFTEN with retry_after_s."""
        wait_ms = await self._wait_ms(limit, subject, cost)
        if wait_ms:
            raise TOO_OFTEN.refuse(retry_after_s=-(-wait_ms // 1000))

    async def look(self, limit: Limit, subject: str) -> None:
        """Refuse when nothing is left, count nothing."""
        await self.spend(limit, subject, cost=0)

    async def _wait_ms(self, limit: Limit, subject: str, cost: int) -> int:
        key = f"rl:{limit.name}:{subject}"
        return int(await self.store.run(_SCRIPT, [key], [limit.most, limit.window_s * 1000, cost]))


@lru_cache(maxsize=10_000)
def neighbourhood(address: str) -> str:
    """What limits count an address by: itself, or the /64 that one IPv6 customer is given."""
    parsed = read_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
