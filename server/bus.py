"""The bus: wakes workers when something was committed. It carries ids only, and may lose them all.

The database holds what is owed; a worker that hears nothing looks for itself every second.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from functools import cached_property
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from taskiq import AckableMessage, AsyncBroker, BrokerMessage, InMemoryBroker
from taskiq.acks import AcknowledgeType
from taskiq.api import run_receiver_task
from taskiq.decor import AsyncTaskiqDecoratedTask
from taskiq_redis import RedisStreamBroker

from server.settings import Settings

logger = logging.getLogger("zhangban.bus")

MOST_IDS = 100
GATHER_S = 0.001
PATIENCE_S = 0.5
STREAM, GROUP = "zb:bus", "workers"
IDLE_MS = 5_000
LONGEST_STREAM = 10_000
TASK = "zhangban.hear"


class ReclaimingBroker(RedisStreamBroker):
    """taskiq's stream broker, mended (notify §0.3): what a dead worker left is taken over also when
    nothing new arrives, done messages leave the stream, and an outage of Redis ends nothing.
    """

    # A cancellation can be lost in a read that has just ended: leaving has to be seen as well.
    leaving = False

    @cached_property
    def _redis(self) -> Redis:
        # taskiq-redis makes a client for each message, which costs as much as sending it.
        return Redis(connection_pool=self.connection_pool)

    async def kick(self, message: BrokerMessage) -> None:
        """Put a message into the stream."""
        data: dict[Any, Any] = {b"data": message.message}
        await self._redis.xadd(self.queue_name, data, maxlen=self.maxlen, approximate=True)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Messages for this worker, new ones and those of workers that died, until `leaving`."""
        reclaimed_at = 0.0
        while not self.leaving:
            try:
                if time.monotonic() - reclaimed_at > self.idle_timeout / 2000:
                    for message in await self._reclaim():
                        yield message
                    reclaimed_at = time.monotonic()
                for message in await self._fresh():
                    yield message
            except ResponseError:
                # Redis came back empty: the group has to be made again.
                await self._mend()
            except (RedisError, OSError) as fault:
                logger.warning("bus away", extra={"fault": type(fault).__name__})
                await asyncio.sleep(1)

    async def _mend(self) -> None:
        try:
            await self._declare_consumer_group()
        except (RedisError, OSError):
            await asyncio.sleep(1)

    async def _fresh(self) -> list[AckableMessage]:
        answer: Any = await self._redis.xreadgroup(
            self.consumer_group_name,
            self.consumer_name,
            {self.queue_name: ">"},
            block=self.block,
            count=self.count,
        )
        return [self._message(*entry) for _, entries in answer or () for entry in entries]

    async def _reclaim(self) -> list[AckableMessage]:
        found: list[AckableMessage] = []
        cursor: bytes | str = "0-0"
        while True:
            answer: Any = await self._redis.xautoclaim(
                self.queue_name,
                self.consumer_group_name,
                self.consumer_name,
                min_idle_time=self.idle_timeout,
                start_id=cursor,
                count=self.unacknowledged_batch_size,
            )
            cursor, entries = answer[0], answer[1]
            found += [self._message(*entry) for entry in entries if entry[1]]
            if cursor in (b"0-0", "0-0"):
                return found

    def _message(self, entry_id: bytes, entry: dict[bytes, bytes]) -> AckableMessage:
        async def ack() -> None:
            pipe = self._redis.pipeline(transaction=False)
            pipe.xack(self.queue_name, self.consumer_group_name, entry_id)
            pipe.xdel(self.queue_name, entry_id)
            await pipe.execute()

        return AckableMessage(data=entry[b"data"], ack=ack)


class Bus:
    """Tells workers of ids, and hears of them. heard: what a worker does with ids, quickly.

    patience_s: how long Redis may take for an answer before ids are left to be found by looking.
    """

    def __init__(
        self,
        broker: AsyncBroker,
        heard: Callable[[list[str]], None],
        patience_s: float = PATIENCE_S,
    ) -> None:
        async def hear(ids: list[str]) -> None:
            heard(ids)

        self._broker, self._patience_s = broker, patience_s
        self._task: AsyncTaskiqDecoratedTask[[list[str]], Any] = broker.register_task(
            hear, TASK, ack_type=AcknowledgeType.WHEN_RECEIVED.value
        )
        self._waiting: list[str] = []
        self._work: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Get ready; a bus that is away is done without."""
        try:
            await asyncio.wait_for(self._broker.startup(), self._patience_s)
        except Exception as fault:  # noqa: BLE001 - whatever it is, workers also look for themselves
            logger.warning("no bus yet", extra={"fault": type(fault).__name__})

    async def close(self) -> None:
        """Give the connections back; what was not told is found by looking."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        await self._broker.shutdown()

    def tell(self, row_id: str) -> None:
        """Let some worker know of this id, soon, if all goes well."""
        self._waiting.append(row_id)
        if self._work is None:
            self._work = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_S)
                ids, self._waiting = self._waiting[:MOST_IDS], self._waiting[MOST_IDS:]
                await asyncio.wait_for(self._task.kiq(ids), self._patience_s)
        except Exception as fault:  # noqa: BLE001 - as above
            logger.warning("not told", extra={"fault": type(fault).__name__})
            self._waiting.clear()
        finally:
            self._work = None

    async def serve(self, stop: asyncio.Event) -> None:
        """Hear what others tell, until told to stop."""
        if not isinstance(self._broker, ReclaimingBroker):
            await stop.wait()
            return
        hearing = asyncio.create_task(run_receiver_task(self._broker, max_async_tasks=10))
        try:
            await stop.wait()
        finally:
            self._broker.leaving = True
            # taskiq's receiver can swallow a cancellation while it hands a message on.
            while not hearing.done():
                hearing.cancel()
                await asyncio.wait([hearing], timeout=PATIENCE_S)
        if not hearing.cancelled() and (fault := hearing.exception()) is not None:
            logger.warning("bus ended", extra={"fault": type(fault).__name__})


def bus_of(settings: Settings, heard: Callable[[list[str]], None]) -> Bus:
    """The bus for these settings: within this process, or Redis Streams."""
    if settings.embedded:
        return Bus(InMemoryBroker(), heard)
    broker = ReclaimingBroker(
        settings.redis_url,
        queue_name=STREAM,
        consumer_group_name=GROUP,
        consumer_id="0",
        xread_block=1000,
        xread_count=10,
        idle_timeout=IDLE_MS,
        # Nobody may be there to read: what is dropped is found by looking.
        maxlen=LONGEST_STREAM,
        socket_connect_timeout=PATIENCE_S,
    )
    return Bus(broker, heard)
