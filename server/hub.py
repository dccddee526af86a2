"""Who is waiting for what: one subscription to Redis a process, many waiting browsers.

A published message is only a hint to look again; it may be lost (F6), so challenges that somebody
waits for are also compared with the store every few seconds, many at a time.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.exceptions import RedisError

from models.errors.entry import Refusal
from models.store.ear import Ear

logger = logging.getLogger("zhangban.hub")

SWEEP_S = 5.0
_SLICES = 10
_CHUNK = 200
_CONFIRM_S, _CONNECT_S = 0.5, 2.0
_SILENCE_S, _LONGEST_PAUSE_S = 3.0, 1.0
_OWN = "hub"
_GONE = (RedisError, OSError, RuntimeError)  # the last is uvloop's, of a closed connection

Versions = Callable[[Sequence[str]], Awaitable[Mapping[str, tuple[int, bool]]]]


class Waiter:
    """One stream or long poll, while it is entered. `revision`: what it has told its browser last.

    Written out as a class, for a waiting browser that held a generator would hold a frame more.
    """

    __slots__ = ("_future", "_hub", "channel", "message", "revision", "woken")

    def __init__(self, hub: "Hub", channel: str) -> None:
        self._hub = hub
        self.channel = channel
        self.revision = -1
        self.message = ""
        self.woken = False
        self._future: asyncio.Future[None] | None = None

    async def __aenter__(self) -> "Waiter":
        """Begin to be woken. Read the state after entering, or a change may be missed."""
        try:
            await self._hub.enter(self)
        except BaseException:
            self._hub.leave(self)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave."""
        self._hub.leave(self)

    def wake(self, message: str = "") -> None:
        """Something may have changed."""
        self.woken = True
        self.message = message
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    async def wait(self, timeout_s: float) -> bool:
        """Sleep until woken, or until the time is over; whether it was woken."""
        if not self.woken:
            loop = asyncio.get_running_loop()
            self._future = loop.create_future()
            timer = loop.call_later(max(timeout_s, 0.0), _settle, self._future)
            try:
                await self._future
            finally:
                timer.cancel()
                self._future = None
        woken, self.woken = self.woken, False
        return woken


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


class Hub:
    """Wakes waiters when Redis says that what they wait for has changed.

    ear: makes a subscription, which is used until it ends.
    waiting: how many streams and polls are open; counted, for every new one asks.
    """

    def __init__(self, ear: Callable[[], Ear], versions: Versions) -> None:
        self._new_ear = ear
        self._versions = versions
        self._ear: Ear | None = None
        self._waiters: dict[str, set[Waiter]] = {}
        self._unconfirmed: dict[str, list[asyncio.Future[None]]] = {}
        self._wanted: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._flushing = False
        self.waiting = 0
        self.closing = False

    def start(self) -> None:
        """Begin to listen. The tasks are kept here, or the collector would take them."""
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._listen(), name="hub-listener"),
            loop.create_task(self._sweep(), name="hub-sweep"),
        ]

    async def close(self) -> None:
        """Wake everybody to say goodbye, then stop listening."""
        self.closing = True
        for waiter in [w for group in self._waiters.values() for w in group]:
            waiter.wake("bye")
        tasks = tuple(self._tasks)
        # redis-py swallows a cancellation that arrives while it subscribes; so it is repeated.
        while pending := [task for task in tasks if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=_CONFIRM_S)
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def listening(self) -> bool:
        """Whether Redis was heard of lately; if not, only the sweep finds changes."""
        return self._ear is not None

    def watch(self, channel: str) -> Waiter:
        """Somebody who waits for one channel, once entered (`async with`)."""
        return Waiter(self, channel)

    async def enter(self, waiter: Waiter) -> None:
        """Wake this waiter from now on; returns when Redis has taken the channel, or is late."""
        group = self._waiters.setdefault(waiter.channel, set())
        group.add(waiter)
        self.waiting += 1
        await self._subscribe(waiter.channel, first=len(group) == 1)

    def leave(self, waiter: Waiter) -> None:
        """Wake this waiter no more."""
        group = self._waiters.get(waiter.channel, set())
        group.discard(waiter)
        self.waiting -= 1
        if not group:
            self._waiters.pop(waiter.channel, None)
            self._want(waiter.channel)

    async def _subscribe(self, channel: str, *, first: bool) -> None:
        if not self.listening:
            # Whoever connects next subscribes to everything; until then the sweep finds changes.
            return
        loop = asyncio.get_running_loop()
        confirmed = loop.create_future()
        if first:
            asking = self._unconfirmed[channel] = [confirmed]
            loop.call_later(_CONFIRM_S, self._go_on_without, channel, asking)
            self._want(channel)
        elif channel in self._unconfirmed:
            self._unconfirmed[channel].append(confirmed)
        else:
            return
        await confirmed

    def _confirm(self, channel: str) -> None:
        for confirmed in self._unconfirmed.pop(channel, ()):
            _settle(confirmed)

    def _go_on_without(self, channel: str, asking: list["asyncio.Future[None]"]) -> None:
        """Redis is late; until it has subscribed, the sweep finds changes."""
        if self._unconfirmed.get(channel) is asking:
            self._confirm(channel)

    def _want(self, channel: str) -> None:
        self._wanted.add(channel)
        if not self._flushing:
            self._flushing = True
            task = asyncio.get_running_loop().create_task(self._flush(), name="hub-subscribe")
            self._tasks.append(task)
            task.add_done_callback(self._tasks.remove)

    async def _flush(self) -> None:
        await asyncio.sleep(0)
        try:
            while self._wanted and not self.closing:
                channels, self._wanted = self._wanted, set()
                if (ear := self._ear) is None:
                    continue
                come = [channel for channel in channels if channel in self._waiters]
                gone = [channel for channel in channels if channel not in self._waiters]
                # What goes wrong here is noticed by the listener, which starts over.
                with contextlib.suppress(*_GONE):
                    async with asyncio.timeout(_CONNECT_S):
                        if come:
                            await ear.subscribe(*come)
                        if gone:
                            await ear.unsubscribe(*gone)
        finally:
            self._flushing = False

    async def _listen(self) -> None:
        pause_s = 0.1
        while True:
            try:
                async with self._connected() as ear:
                    pause_s = 0.1
                    await self._hear_all(ear)
            except Exception as fault:  # noqa: BLE001 - whatever it is, it must not end the listening
                logger.warning("lost the subscription", extra={"fault": type(fault).__name__})
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Ear]:
        """A subscription to all that is waited for now, on a connection of its own."""
        ear = self._new_ear()
        known = set(self._waiters)
        try:
            async with asyncio.timeout(_CONNECT_S):
                await ear.subscribe(_OWN, *known)
            self._ear = ear
            # Somebody may have come or gone meanwhile, and messages may have been lost before.
            for channel in known ^ set(self._waiters):
                self._want(channel)
            await self._look(self._due())
            yield ear
        finally:
            self._ear = None
            with contextlib.suppress(*_GONE):
                async with asyncio.timeout(_CONFIRM_S):
                    await ear.aclose()

    async def _hear_all(self, ear: Ear) -> None:
        """Until the connection breaks, or stays silent although it was asked (reliability F6)."""
        asked = False
        while True:
            message = await ear.get_message(timeout=_SILENCE_S)
            if message is not None:
                asked = False
                self._hear(message)
            elif asked:
                raise TimeoutError("no answer on the subscription")
            else:
                asked = True
                async with asyncio.timeout(_CONNECT_S):
                    await ear.ping()

    def _hear(self, message: Mapping[str, Any]) -> None:
        channel = message["channel"]
        if message["type"] == "subscribe":
            self._confirm(channel)
        elif message["type"] == "message":
            for waiter in tuple(self._waiters.get(channel, ())):
                waiter.wake(str(message["data"]))

    async def _sweep(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(SWEEP_S / _SLICES)
            turn = (turn + 1) % _SLICES
            await self._look([cid for cid in self._due() if hash(cid) % _SLICES == turn])

    def _due(self) -> list[str]:
        return [channel[2:] for channel in self._waiters if channel.startswith("q:")]

    async def _look(self, due: Sequence[str]) -> None:
        try:
            for start in range(0, len(due), _CHUNK):
                self._compare(await self._versions(due[start : start + _CHUNK]))
        except Refusal:
            return
        except Exception:
            logger.exception("sweep failed")

    def _compare(self, found: Mapping[str, tuple[int, bool]]) -> None:
        for cid, (revision, due) in found.items():
            for waiter in tuple(self._waiters.get(f"q:{cid}", ())):
                if due or waiter.revision not in (-1, revision):
                    waiter.wake()
