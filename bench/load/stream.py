"""A waiting browser: one protocol object per event stream, four loopback source addresses."""

import asyncio
import re
import time
from typing import cast

SOURCES = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
KEEP_BYTES = 8192


class Waiter(asyncio.Protocol):
    """Holds one event stream open and wakes whoever waits for a pattern in it."""

    __slots__ = ("_pattern", "_ready", "_request", "_transport", "lost", "seen", "status", "tail")

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._transport: asyncio.Transport | None = None
        self._pattern: re.Pattern[bytes] | None = None
        self._ready: asyncio.Future[float] | None = None
        self.tail = b""
        self.seen = 0
        self.status = 0
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not instances of asyncio.Transport, so a cast and no check.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.seen += len(data)
        if not self.status:
            self.status = int(data[9:12])
        self.tail = (self.tail + data)[-KEEP_BYTES:]
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(ConnectionResetError("the stream was closed"))

    def _look(self) -> None:
        waiting = self._ready
        if waiting is None or waiting.done() or self._pattern is None:
            return
        if self._pattern.search(self.tail):
            waiting.set_result(time.perf_counter())

    def expect(self, pattern: re.Pattern[bytes]) -> "asyncio.Future[float]":
        """A future with the moment (perf_counter, s) at which the pattern stood in the stream."""
        self._pattern = pattern
        self._ready = asyncio.get_running_loop().create_future()
        self._look()
        if self.lost and not self._ready.done():
            self._ready.set_exception(ConnectionResetError("the stream was closed"))
        return self._ready

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self.lost = True


async def open_stream(port: int, request: bytes, number: int = 0) -> Waiter:
    """Connects one waiter from the source address of its number and sends its request."""
    loop = asyncio.get_running_loop()
    source = SOURCES[number % len(SOURCES)]
    _, waiter = await loop.create_connection(
        lambda: Waiter(request), "127.0.0.1", port, local_addr=(source, 0)
    )
    return waiter
