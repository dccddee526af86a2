"""The way to Redis: commands of one loop turn share a round trip, and no write is ever repeated.

An outage is a refusal (STORE_DOWN, 503) half a second after a command was given, wherever it is by
then: in the queue, in the pool or on its way. After a few in a row the store is not asked again for
a moment, so that a dead Redis does not slow everything else (reliability F4, F5).
"""

import asyncio
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import (
    ClusterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from models.errors.entry import Refusal
from models.errors.system import STORE_DOWN
from models.store.carrier import Carrier, Command, PipelineCarrier

PATIENCE_S, _LEAST_S = 0.5, 0.05
_BEFORE_S, _LAG_S = 0.001, 0.05
_LANES = 2
_BATCH = 256
_FAILURES_TO_OPEN = 3
_OPEN_S = 1.0
# RuntimeError is what uvloop says when a connection was closed between two of our looks at it.
_AWAY = (RedisConnectionError, RedisTimeoutError, OSError, RuntimeError)
# A Redis that answers so is there, and of no use: full, a replica, without its master, busy.
_USELESS = (OutOfMemoryError, ReadOnlyError, ClusterDownError, TryAgainError)
_USELESS_WORDS = ("MISCONF", "NOREPLICAS", "BUSY")


class Script:
    """A Lua script of this package, addressed by its SHA-1 as EVALSHA wants it."""

    def __init__(self, filename: str) -> None:
        self.text = resources.files("models.store").joinpath(filename).read_text("utf-8")
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class _Asked(NamedTuple):
    """One command, who waits for its answer, and until when (the loop's clock)."""

    command: Command
    answer: "asyncio.Future[Any]"
    until: float


class Store:
    """A batching front of one `redis.asyncio.Redis` (real, or the embedded one)."""

    def __init__(self, redis: Redis, carrier: Carrier | None = None) -> None:
        self.redis = redis
        self._carrier = carrier or PipelineCarrier(redis)
        self._waiting: list[_Asked] = []
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
        now = loop.time()
        if now < self._closed_until:
            future.set_exception(_down())
            return future
        self._waiting.append(_Asked(command, future, now + PATIENCE_S))
        self._flush_soon()
        return future

    def _flush_soon(self) -> None:
        if self._waiting and not self._due and self._lanes_busy < _LANES:
            self._due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._due = False
        batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
        if not batch:
            return
        self._lanes_busy += 1
        task = asyncio.get_running_loop().create_task(self._send(batch), name="store-batch")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._flush_soon()

    async def _send(self, batch: list[_Asked]) -> None:
        results: list[Any] = [_down() for _ in batch]
        try:
            # The oldest command sets the pace; while all is well none is older than a round trip.
            deadline = max(batch[0].until, _now() + _LEAST_S)
            async with asyncio.timeout_at(deadline) as limit:
                watch = asyncio.get_running_loop().call_at(
                    deadline - _BEFORE_S, _forgive_lag, limit, deadline
                )
                try:
                    results = await self._carrier.carry([asked.command for asked in batch])
                finally:
                    watch.cancel()
            self._failures = 0
        except _AWAY:
            self._note_failure()
        except Exception as fault:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            results = [fault for _ in batch]
        finally:
            self._lanes_busy -= 1
            self._flush_soon()
            for asked, result in zip(batch, results, strict=True):
                _settle(asked.answer, result)

    def _note_failure(self) -> None:
        self._failures += 1
        if self._failures >= _FAILURES_TO_OPEN:
            self._closed_until = _now() + _OPEN_S

    async def close(self) -> None:
        """Let what is under way finish, then give the connections back."""
        while self._tasks or self._waiting:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.sleep(0)
        await self.redis.aclose()


def _forgive_lag(limit: asyncio.Timeout, deadline: float) -> None:
    # A loop that was busy beyond the deadline has not yet read what Redis answered in time; it is
    # given a moment to, or the overload of this process would pass for an outage of Redis.
    if _now() > deadline + _LAG_S:
        limit.reschedule(_now() + _LEAST_S)


def _settle(answer: "asyncio.Future[Any]", result: Any) -> None:
    if answer.done():
        return
    if _useless(result):
        answer.set_exception(_down())
    elif isinstance(result, BaseException):
        answer.set_exception(result)
    else:
        answer.set_result(result)


def _useless(result: Any) -> bool:
    if isinstance(result, _USELESS):
        return True
    return isinstance(result, ResponseError) and str(result).startswith(_USELESS_WORDS)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _down() -> Refusal:
    return STORE_DOWN.refuse(retry_after_s=2)
