"""The way to Redis: commands of one loop turn share a round trip, and no write is ever repeated.

An outage is a refusal (STORE_DOWN, 503) after at most half a second; after a few in a row the store
is not asked again for a moment, so that a dead Redis does not slow everything else (F4, F5).
"""

import asyncio
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from models.errors.entry import Refusal
from models.errors.system import STORE_DOWN
from models.store.carrier import Carrier, Command, PipelineCarrier

_LANES = 2
_BATCH = 256
_FAILURES_TO_OPEN = 3
_OPEN_S = 1.0


class Script:
    """A Lua script of this package, addressed by its SHA-1 as EVALSHA wants it."""

    def __init__(self, filename: str) -> None:
        self.text = resources.files("models.store").joinpath(filename).read_text("utf-8")
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Store:
    """A batching front of one `redis.asyncio.Redis` (real, or the embedded one)."""

    def __init__(self, redis: Redis, carrier: Carrier | None = None) -> None:
        self.redis = redis
        self._carrier = carrier or PipelineCarrier(redis)
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._lanes_busy = 0
        self._due = False
        self._failures = 0
        self._closed_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """Run a script. A server that lost it gets it again; nothing else is ever repeated."""
        command = (script.sha, len(keys), *keys, *args)
        try:
            return await self.call("EVALSHA", *command)
        except NoScriptError:
            return await self.call("EVAL", script.text, *command[1:])

    def call(self, *command: str | bytes | float) -> "asyncio.Future[Any]":
        """Send one command with whatever else this turn of the loop sends.

        The future raises the refusal STORE_DOWN on an outage: the command may or may not have run.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if loop.time() < self._closed_until:
            future.set_exception(_down())
            return future
        self._waiting.append((command, future))
        if not self._due and self._lanes_busy < _LANES:
            self._due = True
            loop.call_soon(self._flush)
        return future

    def _flush(self) -> None:
        self._due = False
        if not self._waiting:
            return
        batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
        self._lanes_busy += 1
        task = asyncio.get_running_loop().create_task(self._send(batch), name="store-batch")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, batch: list[tuple[Command, "asyncio.Future[Any]"]]) -> None:
        try:
            results = await self._carrier.carry([command for command, _ in batch])
            self._failures = 0
        except (RedisConnectionError, RedisTimeoutError, TimeoutError, OSError):
            self._note_failure()
            results = [_down() for _ in batch]
        except RedisError as fault:
            results = [fault for _ in batch]
        finally:
            self._lanes_busy -= 1
            if self._waiting and not self._due:
                self._due = True
                asyncio.get_running_loop().call_soon(self._flush)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _note_failure(self) -> None:
        self._failures += 1
        if self._failures >= _FAILURES_TO_OPEN:
            self._closed_until = asyncio.get_running_loop().time() + _OPEN_S

    async def close(self) -> None:
        """Let what is under way finish, then give the connections back."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.redis.aclose()


def _down() -> Refusal:
    return STORE_DOWN.refuse(retry_after_s=2)
