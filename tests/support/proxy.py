"""A TCP proxy that does what networks do (toxiproxy's modes), on a thread of its own.

Modes hold for every connection, or (`only`) for those whose client sends certain bytes.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

Direction = Literal["up", "down"]  # up: from client to server
_CHUNK, _OPENING = 65536, 4096


@dataclass(frozen=True, slots=True)
class Mode:
    """What happens to bytes. blackhole: directions that are held back until healed.

    latency_s ± jitter_s: before each chunk · rate: bytes per second · slice: bytes per packet ·
    cut_after: (direction, bytes), then both ends are reset · slow_close_s: before a close is passed
    on · only: what a client must have sent since for the mode to hold for it; b"" for
    everybody · who: the same, but in the first bytes that it has ever sent.
    """

    blackhole: frozenset[Direction] = frozenset()
    latency_s: float = 0.0
    jitter_s: float = 0.0
    rate: float = 0.0
    slice: int = 0
    cut_after: tuple[Direction, int] | None = None
    slow_close_s: float = 0.0
    only: bytes = b""
    who: bytes = b""

    def holds_for(self, link: "_Link") -> bool:
        """Whether this connection is meant."""
        return self.only in link.said and self.who in link.opening


BLACK_HOLE: frozenset[Direction] = frozenset({"up", "down"})


@dataclass(eq=False, slots=True)
class _Link:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False
    said: bytes = b""
    opening: bytes = b""
    passed: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})

    def reset(self) -> None:
        for writer in (self.client, self.server):
            _reset(writer)


class FaultProxy:
    """Listens on a free loopback port and passes everything on to `host:port`."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._target = (host, port)
        self._mode = Mode()
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0
        self.accepted = 0
        self.meddled = False

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close)
        self._do(self._give_up)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def set(self, **changes: Any) -> None:
        """Another mode from now on, instead of the one before."""
        self.meddled = True

        async def change() -> None:
            self._mode = replace(Mode(), **changes)
            for link in self._links:
                link.said = b""
                link.passed = {"up": 0, "down": 0}
            self._wake()

        self._do(change)

    def black_hole(self, *, who: bytes = b"") -> None:
        """Nothing arrives any more, and nobody is told."""
        self.set(blackhole=BLACK_HOLE, who=who)

    def heal(self, *, forgotten: bytes | None = None) -> None:
        """Pass everything on again, also what was held back; listen again after `down`.

        forgotten: connections whose first bytes contain this stay dead without being told, as when
        a firewall has forgotten them.
        """
        for link in tuple(self._links):
            link.dead = link.dead or (forgotten is not None and forgotten in link.opening)
        self.set()
        self._do(self._listen)
        self.meddled = False

    def down(self) -> None:
        """Refuse new connections and reset those there are."""
        self.meddled = True
        self._do(self._close)

    def reset(self, *, who: bytes = b"") -> None:
        """Reset every connection there is, or those of `who`; new ones are welcome."""
        self.meddled = True

        async def cut() -> None:
            self._reset_all(who)

        self._do(cut)

    @property
    def connections(self) -> int:
        """How many there are now."""
        return len(self._links)

    def _do(self, what: Callable[[], Coroutine[Any, Any, None]]) -> None:
        asyncio.run_coroutine_threadsafe(what(), self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._connect, "127.0.0.1", self.port, limit=_CHUNK
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._reset_all()
        self._wake()
        await asyncio.sleep(0.01)

    async def _give_up(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _reset_all(self, who: bytes = b"") -> None:
        for link in tuple(self._links):
            if who in link.opening:
                link.reset()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _connect(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            upstream, server = await asyncio.open_connection(*self._target, limit=_CHUNK)
        except OSError:
            _reset(client)
            return
        link = _Link(client, server)
        self._links.add(link)
        try:
            await asyncio.gather(
                self._pump(link, "up", reader, server), self._pump(link, "down", upstream, client)
            )
        except OSError:
            pass
        finally:
            self._links.discard(link)
            link.reset()

    async def _pump(
        self,
        link: _Link,
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        while data := await reader.read(_CHUNK):
            if direction == "up":
                link.said = (link.said + data)[-_CHUNK:]
                link.opening = (link.opening + data)[:_OPENING]
            mode = await self._passable(link, direction)
            for packet in _packets(data, mode.slice):
                await self._pass_on(link, direction, packet, mode, writer)
        mode = await self._passable(link, direction)
        await asyncio.sleep(mode.slow_close_s)
        writer.write_eof()

    async def _passable(self, link: _Link, direction: Direction) -> Mode:
        while True:
            mode = self._mode if self._mode.holds_for(link) else Mode()
            if direction not in mode.blackhole and not link.dead:
                return mode
            await self._changed.wait()

    async def _pass_on(
        self,
        link: _Link,
        direction: Direction,
        packet: bytes,
        mode: Mode,
        writer: asyncio.StreamWriter,
    ) -> None:
        if mode.latency_s:
            await asyncio.sleep(mode.latency_s + random.uniform(-1, 1) * mode.jitter_s)
        if mode.rate:
            await asyncio.sleep(len(packet) / mode.rate)
        if mode.cut_after is not None and mode.cut_after[0] == direction:
            left = max(mode.cut_after[1] - link.passed[direction], 0)
            if left < len(packet):
                writer.write(packet[:left])
                link.reset()
                raise ConnectionResetError("cut")
        link.passed[direction] += len(packet)
        writer.write(packet)
        await writer.drain()


def _packets(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)] if size else [data]


def _reset(writer: asyncio.StreamWriter) -> None:
    taken: socket.socket | None = writer.get_extra_info("socket")
    if taken is not None and taken.fileno() >= 0:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
