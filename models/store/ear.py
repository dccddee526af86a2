"""A subscription to a real Redis that is read as it comes.

redis-py's PubSub costs 20 to 90 µs a channel, which is half of what a waiting browser costs
(performance §4). Connecting, TLS, authentication and its parser's errors stay redis-py's.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from redis.asyncio.connection import ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse

from models.store.wire import MORE, packed, reader_of


class Ear(Protocol):
    """Hears what is published, in the words of redis-py's PubSub, which the embedded store uses."""

    def subscribe(self, *channels: str) -> Awaitable[Any]:
        """Ask for channels; each is confirmed by a message. The first call connects."""
        ...

    def unsubscribe(self, *channels: str) -> Awaitable[Any]:
        """Ask for channels no more."""
        ...

    def ping(self) -> Awaitable[Any]:
        """Ask for a sign of life, which is a message too."""
        ...

    def get_message(self, *, timeout: float) -> Awaitable[Mapping[str, Any] | None]:
        """The next {type, channel, data}; None when there was none in time (seconds)."""
        ...

    def aclose(self) -> Awaitable[None]:
        """Hang up."""
        ...


class WireEar(asyncio.Protocol):
    """An Ear on a connection that redis-py has opened, read and written by us from then on.

    Raises redis-py's ConnectionError once the connection has ended; it opens no other.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._connection: Any = None
        self._transport: asyncio.Transport | None = None
        self._reader = reader_of(pool)
        self._heard: deque[Mapping[str, Any]] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._ended = False

    async def subscribe(self, *channels: str) -> None:
        """See Ear."""
        if self._connection is None:
            self._connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
            await self._connection.connect()
            transport: asyncio.Transport = self._connection._writer.transport
            transport.set_protocol(self)
            self._transport = transport
        self._write("SUBSCRIBE", *channels)

    async def unsubscribe(self, *channels: str) -> None:
        """See Ear."""
        self._write("UNSUBSCRIBE", *channels)

    async def ping(self) -> None:
        """See Ear."""
        self._write("PING")

    async def get_message(self, *, timeout: float) -> Mapping[str, Any] | None:  # noqa: ASYNC109
        """See Ear."""
        if not self._heard and not self._ended:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            timer = loop.call_later(timeout, self._wake)
            try:
                await self._waiting
            finally:
                timer.cancel()
                self._waiting = None
        if self._heard:
            return self._heard.popleft()
        if self._ended:
            raise RedisConnectionError("the subscription has ended")
        return None

    async def aclose(self) -> None:
        """See Ear."""
        self._end()

    def data_received(self, data: bytes) -> None:
        """Messages, confirmations and signs of life."""
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not MORE:
                self._heard.append(_message(answer))
        except InvalidResponse:
            self._end()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side hung up, or the network did."""
        self._end()

    def _write(self, *words: str) -> None:
        if self._transport is None or self._ended:
            raise RedisConnectionError("the subscription has ended")
        self._transport.write(packed(words))

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        if self._transport is not None:
            self._transport.abort()
            self._connection._reader = self._connection._writer = None
        self._wake()


def _message(answer: Any) -> Mapping[str, Any]:
    """{type, channel, data} of what Redis sent; a sign of life is a word or a pair."""
    if isinstance(answer, list) and len(answer) == 3:
        return {"type": answer[0], "channel": answer[1], "data": answer[2]}
    return {"type": "pong", "channel": None, "data": None}
