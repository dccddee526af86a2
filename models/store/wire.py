"""One connection to a real Redis that carries any number of commands at once.

redis-py's own client costs ten to thirty times as much a command (performance §2), and its batches
each wait for the one before. Here commands are packed in C and written as they come, and answers
are handed out in their order; connecting, TLS, authentication and its parser's errors stay
redis-py's. What was under way when a connection ends is refused, never repeated (reliability F4).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
from redis._parsers import BaseParser
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import InvalidResponse, RedisError

from models.store.asked import Asked, down

LEAST_S, LAG_S = 0.05, 0.05
# RuntimeError is what uvloop says when a connection was closed between two of our looks at it.
AWAY = (RedisError, OSError, RuntimeError)
MORE = object()
"""What a reader says when an answer has not arrived whole."""


class WireCarrier:
    """Sends over a line of its own, and opens another when that one has ended.

    told: called with whether the store answers, for each batch of answers and each end of a line.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._line: _Line | None = None
        self._opening: asyncio.Task[None] | None = None
        self._waiting: list[Asked] = []
        self.told: Callable[[bool], None] = lambda _: None

    def carry(self, batch: Sequence[Asked]) -> None:
        """Send commands; see Carrier."""
        if self._line is not None:
            self._line.send(batch)
            return
        self._waiting += batch
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_task(self._open(), name="store-line")

    async def _open(self) -> None:
        connection: Any = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout_at(max(self._waiting[0].until, _now() + LEAST_S)):
                await connection.connect()
            self._line = _Line(connection, self._pool, self._ended, self.told)
        except AWAY:
            await connection.disconnect(nowait=True)
            self.told(False)
        finally:
            self._opening = None
            waiting, self._waiting = self._waiting, []
            if self._line is not None:
                self._line.send(waiting)
            for asked in waiting if self._line is None else ():
                asked.settle(down())

    def _ended(self) -> None:
        self._line = None

    async def close(self) -> None:
        """Let what is under way be answered, then hang up."""
        owed = [*self._waiting, *(self._line.sent if self._line is not None else ())]
        if owed:
            await asyncio.wait([asked.answer for asked in owed])
        if self._line is not None:
            self._line.hang_up()


class _Line(asyncio.Protocol):
    """A connection that redis-py has opened, read and written by us from then on."""

    def __init__(
        self,
        connection: Any,
        pool: ConnectionPool,
        ended: Callable[[], None],
        told: Callable[[bool], None],
    ) -> None:
        self._connection = connection
        self._transport: asyncio.Transport = connection._writer.transport
        self._reader = reader_of(pool)
        self.sent: deque[Asked] = deque()
        self._ended, self._told = ended, told
        self._timer: asyncio.TimerHandle | None = None
        self._open, self._forgiven = True, False
        self._transport.set_protocol(self)
        # uvloop otherwise keeps what is written until the loop's turn is over.
        self._transport.set_write_buffer_limits(high=0)

    def send(self, batch: Sequence[Asked]) -> None:
        """Write commands in one go."""
        self.sent.extend(batch)
        try:
            self._transport.write(b"".join([packed(asked.command) for asked in batch]))
        except RuntimeError:
            self._end()
            return
        if self._timer is None and self.sent:
            self._look_at(self.sent[0].until)

    def data_received(self, data: bytes) -> None:
        """Answers, in the order of the commands."""
        self._reader.feed(data)
        self._forgiven = False
        try:
            while (answer := self._reader.gets()) is not MORE:
                if type(answer) is not hiredis.PushNotification:
                    self.sent.popleft().settle(answer)
        except (InvalidResponse, IndexError):
            # It does not speak our protocol: whose answer comes next nobody knows.
            self._end()
        else:
            self._told(True)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side hung up, or the network did."""
        self._end()

    def hang_up(self) -> None:
        """End it; nothing is owed to anybody any more."""
        self._end(quietly=True)

    def _look_at(self, when: float) -> None:
        self._timer = asyncio.get_running_loop().call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        if not self.sent:
            return
        now, until = _now(), self.sent[0].until
        if now < until:
            self._look_at(until)
        elif now > until + LAG_S and not self._forgiven:
            # A loop that was busy beyond the deadline has not yet read what Redis answered in
            # time; or the overload of this process would pass for an outage of Redis.
            self._forgiven = True
            self._look_at(now + LEAST_S)
        else:
            self._end()

    def _end(self, *, quietly: bool = False) -> None:
        if not self._open:
            return
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
        self._ended()
        self._transport.abort()
        self._connection._reader = self._connection._writer = None
        if self.sent and not quietly:
            self._told(False)
        while self.sent:
            self.sent.popleft().settle(down())


def reader_of(pool: ConnectionPool) -> hiredis.Reader:
    """Reads answers as redis-py would, with this pool's encoding and redis-py's errors."""
    words = pool.get_encoder()  # type: ignore[no-untyped-call]
    return hiredis.Reader(
        protocolError=InvalidResponse,
        replyError=BaseParser.parse_error,
        notEnoughData=MORE,
        **({"encoding": words.encoding} if words.decode_responses else {}),
    )


def packed(command: Sequence[str | bytes | int | float]) -> bytes:
    """A command as it is sent."""
    # The stub of hiredis allows commands of one word only.
    written: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]
    return written


def _now() -> float:
    return asyncio.get_running_loop().time()
