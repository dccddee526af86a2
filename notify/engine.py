"""The engine: a planner and a lane for each channel, woken by hints, sweeping by themselves."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.vocabulary import DeliveryChannel
from notify.channels.base import Channel
from notify.lane import POLL_S, Lane, Pace
from notify.planner import BATCH, Planned, plan_due
from notify.ports import AddressBook, Router, Writer
from notify.preparing import Preparer
from notify.settler import Settler
from notify.waiting import within

logger = logging.getLogger("zhangban.notify")

Arrived = Callable[[Mapping[str, str]], Awaitable[None]]
Help = Callable[[], None]


async def _nobody(_: Mapping[str, str]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Means:
    """What the engine works with. arrived: told who has a new message, and the newest one's id;
    help_wanted: told when there is more to send than this process sends at once.
    """

    router: Router
    writer: Writer
    book: AddressBook
    channels: Mapping[DeliveryChannel, Channel]
    now: Callable[[], datetime]
    arrived: Arrived = _nobody
    help_wanted: Help = lambda: None
    paces: Mapping[DeliveryChannel, Pace] = field(default_factory=dict)


class Engine:
    """Turns events into messages and pushes, in this process; any number may run at once."""

    def __init__(self, means: Means, *, owner: str = "") -> None:
        self._means = means
        self._wake = asyncio.Event()
        self.settler = Settler(means.router, means.now, self._wake_lanes)
        self.lanes: Sequence[Lane] = [
            Lane(
                way_out,
                Preparer(channel, means.book, means.writer),
                self.settler,
                means.paces.get(channel, Pace()),
                means.now,
                owner=owner,
            )
            for channel, way_out in means.channels.items()
        ]

    def hear(self) -> None:
        """Something was committed: an event, or deliveries that another worker had no room for.

        Lanes hear of it from the planner: before it has looked there is nothing for them.
        """
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then finish what was begun, and write it down."""
        work = [asyncio.create_task(lane.run(stop)) for lane in self.lanes]
        work.append(asyncio.create_task(self._plan(stop)))
        await stop.wait()
        self.hear()
        self._wake_lanes(self._means.channels)
        await asyncio.gather(*work)
        await self.settler.finish()

    async def plan(self) -> Planned:
        """Plan one batch, and say what came of it."""
        means = self._means
        done = await plan_due(means.router, means.now())
        # Without an event it was a hint of deliveries, or the sweep.
        self._wake_lanes(done.pushes if done.events else means.channels)
        if any(done.pushes.get(lane.channel, 0) > lane.free for lane in self.lanes):
            means.help_wanted()
        if done.arrived:
            with contextlib.suppress(Exception):
                await means.arrived(done.arrived)
        return done

    async def _plan(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._wake.clear()
            try:
                more = (await self.plan()).events >= BATCH
            except Exception:
                logger.exception("planner failed")
                more = False
            if not more:
                await within(POLL_S, self._wake)

    def _wake_lanes(self, channels: Collection[DeliveryChannel]) -> None:
        for lane in self.lanes:
            if lane.channel in channels:
                lane.wake()
