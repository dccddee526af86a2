"""The way to Redis: commands of one loop turn share round trips, and no write is ever repeated.

An outage is a refusal (STORE_DOWN, 503) half a second after a command was given, wherever it is by
then: in the queue, waiting for a connection or on its way. After a few in a row the store is not
asked again for a moment, so that a dead Redis does not slow everything else (reliability F4, F5).
"""

import asyncio
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from models.store.asked import Asked, down
from models.store.carrier import Carrier, PipelineCarrier

PATIENCE_S = 0.5
_FAILURES_TO_OPEN = 3
_OPEN_S = 1.0
AT_ONCE = 8
"""So many commands go out before the turn is over: the store works on them while we do on others.

Sent all at its end, the store and a busy loop waited for each other, a tenth of the time.
"""


class Script:
    """A Lua script of this package, addressed by its SHA-1 as EVALSHA wants it."""

    def __init__(self, filename: str) -> None:
        self.text = resources.files("models.store").joinpath(filename).read_text("utf-8")
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Store:
    """A batching front of one `redis.asyncio.Redis` (real, or the embedded one)."""

    def __init__(
        self, redis: Redis, carrier: Carrier | None = None, *, patience_s: float = PATIENCE_S
    ) -> None:
        self.redis = redis
        self._carrier = carrier or PipelineCarrier(redis)
        self._carrier.told = self._told
        self._patience_s = patience_s
        self._waiting: list[Asked] = []
        self._failures = 0
        self._closed_until = 0.0

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """Run a script. A server that lost it gets it again; nothing else is ever repeated."""
        command = (script.sha, len(keys), *keys, *args)
        try:
            return await self.call("EVALSHA", *command)
        except NoScriptError:
            return await self.call("EVAL", script.text, *command[1:])

    def call(self, *command: str | bytes | float) -> "asyncio.Future[Any]":
        """Send one command with others of this turn of the loop.

        The future raises the refusal STORE_DOWN on an outage: the command may or may not have run.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        now = loop.time()
        if now < self._closed_until:
            future.set_exception(down())
            return future
        if not self._waiting:
            loop.call_soon(self._flush)
        self._waiting.append(Asked(command, future, now + self._patience_s))
        if len(self._waiting) == AT_ONCE:
            self._flush()
        return future

    def _flush(self) -> None:
        batch, self._waiting = self._waiting, []
        if batch:
            self._carrier.carry(batch)

    def _told(self, answers: bool) -> None:
        if answers:
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= _FAILURES_TO_OPEN:
            self._closed_until = asyncio.get_running_loop().time() + _OPEN_S

    async def close(self) -> None:
        """Let what is under way finish, then give the connections back."""
        self._flush()
        await self._carrier.close()
        await self.redis.aclose()
