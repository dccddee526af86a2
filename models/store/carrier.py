"""How commands travel that were given in one turn of the loop."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from models.store.asked import Asked, down

_LANES = 2
_BATCH = 256


class Carrier(Protocol):
    """Sends commands in one go and settles each, in its time at the latest."""

    told: Callable[[bool], None]
    """Who hears whether the store answers."""

    def carry(self, batch: Sequence[Asked]) -> None:
        """Take commands on; never raises, never waits."""
        ...

    async def close(self) -> None:
        """Let what is under way finish, then hang up."""
        ...


class PipelineCarrier:
    """By redis-py's own pipeline: for the embedded store, and for anything that speaks its API."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[Asked] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self.told: Callable[[bool], None] = lambda _: None

    def carry(self, batch: Sequence[Asked]) -> None:
        """See Carrier."""
        self._waiting += batch
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and len(self._under_way) < _LANES:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            task = asyncio.get_running_loop().create_task(self._send(batch), name="store-batch")
            self._under_way.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._go_on()

    async def _send(self, batch: Sequence[Asked]) -> None:
        results: list[Any] = [down() for _ in batch]
        try:
            async with asyncio.timeout_at(batch[0].until):
                pipeline = self._redis.pipeline(transaction=False)
                for asked in batch:
                    pipeline.execute_command(*asked.command)
                results = await pipeline.execute(raise_on_error=False)
            self.told(True)
        except (RedisConnectionError, RedisTimeoutError, OSError):
            self.told(False)
        except Exception as fault:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            results = [fault for _ in batch]
        finally:
            for asked, result in zip(batch, results, strict=True):
                asked.settle(result)

    async def close(self) -> None:
        """See Carrier."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)
            await asyncio.sleep(0)
