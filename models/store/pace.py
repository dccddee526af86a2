"""Paces: how many messages a second all workers together may send to one platform."""

from models.store.client import Script, Store

_SCRIPT = Script("pace.lua")


class SharedPace:
    """A bucket of tokens in Redis. per_s: tokens that come in a second, and the most kept."""

    def __init__(self, store: Store, name: str, per_s: float) -> None:
        self._store = store
        self._key = f"pace:{name}"
        self._per_s = per_s

    async def take(self, wanted: int) -> int:
        """Up to `wanted` tokens, or so many back where negative; how many. Refuses: STORE_DOWN."""
        most = max(1.0, self._per_s)
        return int(await self._store.run(_SCRIPT, [self._key], [self._per_s, most, wanted]))
