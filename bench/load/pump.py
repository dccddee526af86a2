"""A closed loop without tasks: each connection asks again in the callback that read its answer.

Awaiting every answer costs the generator, which shares its core with Redis, so much that a quick
server idles a third of the time; the requests of a pump are built before and only counted after.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import cycle

from bench.load.closed import Slice
from bench.load.http import ANSWER_WITHIN_S, Connection, Response

Good = Callable[[Response], bool]


def answered(status: int) -> Good:
    """Whether an answer has this status."""
    return lambda answer: answer.status == status


class Pump(Connection):
    """One keep-alive connection that sends its requests in turn, as long as it is told to."""

    def __init__(self, port: int, good: Good, requests: Sequence[bytes] = ()) -> None:
        super().__init__()
        self._port = port
        self._requests = cycle(requests)
        self._good = good
        self._found = Slice()
        self._until = self._began = 0.0
        self._over: asyncio.Future[None] | None = None

    def turn_to(self, request: bytes) -> None:
        """Send this one from now on."""
        self._requests = cycle([request])

    async def repeat(self, until: float, found: Slice) -> None:
        """Ask until that moment (time.perf_counter), and have the last answer read.

        Raises ConnectionLost, TimeoutError, OSError: then it can be told to begin again.
        """
        loop = asyncio.get_running_loop()
        if not self.open:
            self._buffer = b""
            await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        self._until, self._found, self._over = until, found, loop.create_future()
        patience = until - time.perf_counter() + ANSWER_WITHIN_S
        guard = loop.call_later(patience, self._fail, TimeoutError("no answer"))
        self._ask()
        try:
            await self._over
        except (OSError, TimeoutError):
            self.close()
            raise
        finally:
            guard.cancel()
            self._over = None

    def _ask(self) -> None:
        assert self._transport is not None
        self._began = time.perf_counter()
        self._transport.write(next(self._requests))

    def _take(self, answer: Response) -> None:
        if self._over is None or self._over.done():
            return
        found, now = self._found, time.perf_counter()
        found.latencies_ms.append((now - self._began) * 1000)
        good = self._good(answer)
        found.done += good
        found.bad += not good
        if now < self._until:
            self._ask()
        else:
            self._over.set_result(None)

    def _fail(self, why: Exception) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_exception(why)
