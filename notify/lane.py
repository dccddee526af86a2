"""One channel at work: claims as much as it can send, sends it, hands what became of it on."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.claims import Claimed, claim
from models.vocabulary import DeliveryChannel
from notify.channels.base import Channel, Outcome, Reason, TryLater
from notify.health import Health
from notify.judging import deferred, judge
from notify.limits import Shared, Throttle
from notify.preparing import Parcel, Preparer
from notify.retry import RetryBudget, pause_s
from notify.settler import Settler
from notify.waiting import within

logger = logging.getLogger("zhangban.notify")

POLL_S = 1.0
GATHER_S = 0.025
"""How long a lane with a backlog waits for half of its slots, or for its pace, at most."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a lane works. most: pushes under way at once; per_s: pushes a second; lease_s: how long a
    claim lasts; margin_s: what must be left of it when a push leaves. shared: the bucket of all
    workers that per_s is of; None: of this process alone.
    """

    most: int = 50
    per_s: float = 100.0
    lease_s: float = 30.0
    margin_s: float = 10.0
    shared: Shared | None = None


class Lane:
    """Sends the deliveries of one channel. owner: a name for this worker, for people to read."""

    def __init__(
        self,
        way_out: Channel,
        preparer: Preparer,
        settler: Settler,
        pace: Pace,
        now: Callable[[], datetime],
        *,
        owner: str = "",
    ) -> None:
        self.channel: DeliveryChannel = preparer.channel
        self.health = Health(self.channel)
        self._out = way_out
        self._preparer = preparer
        self._settler = settler
        self._pace = pace
        self._now = now
        self._owner = owner
        self._budget = RetryBudget()
        self._throttle = Throttle(pace.per_s, pace.shared)
        self._under_way: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._half_free = asyncio.Event()
        self._half = (pace.most + 1) // 2
        self._until = 0.0

    @property
    def free(self) -> int:
        """How many more pushes may be under way."""
        return self._pace.most - len(self._under_way)

    def wake(self) -> None:
        """There may be something to do."""
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then finish what is under way."""
        refreshed = -POLL_S
        clock = asyncio.get_running_loop().time
        while not stop.is_set():
            # Before looking: what is committed while we look must be looked for again.
            self._news.clear()
            try:
                if clock() - refreshed >= POLL_S:
                    await self.health.refresh()
                    refreshed = clock()
                more = await self.round()
            except Exception:
                # The database is away, say; whatever was claimed comes back when its lease ends.
                logger.exception("round failed", extra={"channel": self.channel})
                more = False
            await self._rest(more=more)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until no push is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def round(self) -> bool:
        """Claim and start what there is room for; whether more may be due than there was."""
        free = self.free
        room = await self._throttle.take(free)
        if not room:
            if free:
                # The pace is used up: some of it comes back while company gathers.
                await asyncio.sleep(GATHER_S)
            return True
        started = 0
        try:
            wanted = await self.health.allowance(room, self._now())
            claims = await self._claim(wanted) if wanted else []
            started = await self._start(claims) if claims else 0
        finally:
            await self._throttle.give_back(room - started)
        return 0 < wanted == len(claims)

    async def _claim(self, wanted: int) -> list[Claimed]:
        now = self._now()
        self._until = asyncio.get_running_loop().time() + self._pace.lease_s - self._pace.margin_s
        lease_until = now + timedelta(seconds=self._pace.lease_s)
        return await claim(
            self.channel, wanted, now=now, lease_until=lease_until, owner=self._owner
        )

    async def _start(self, claims: list[Claimed]) -> int:
        """Send what was claimed, but for what has to wait or is not worth it; how many leave."""
        now, until = self._now(), self._until
        going = [each for each in claims if not await self._held_back(each, now)]
        if not going:
            return 0
        parcels, settled = await self._preparer.prepare(going, now)
        self._settler.add(settled)
        for parcel in parcels:
            task = asyncio.create_task(self._push(parcel, until))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(parcels)

    async def _held_back(self, each: Claimed, now: datetime) -> bool:
        rests = await self.health.template_rests(each.template, now)
        if rests is not None:
            self._settler.add([deferred(each, rests, "template rests", now)])
            return True
        if each.tries and not self._budget.take(now):
            until = now + timedelta(seconds=pause_s(TryLater(Reason.BUSY), each.tries))
            self._settler.add([deferred(each, until, "retry budget", now)])
            return True
        return False

    async def _push(self, parcel: Parcel, until: float) -> None:
        if asyncio.get_running_loop().time() > until:
            # Stopped for a while, perhaps: somebody else may be sending it by now.
            return
        outcome = await self._send(parcel)
        now = self._now()
        self._settler.add([judge(parcel.claim, outcome, now, parcel.companions)])
        if not parcel.claim.tries:
            self._budget.sent()
        elif not isinstance(outcome, TryLater):
            self._budget.answered()
        with contextlib.suppress(Exception):
            await self.health.note(parcel.claim.template, outcome, now)

    async def _send(self, parcel: Parcel) -> Outcome:
        try:
            return await self._out.send(parcel.address, parcel.message)
        except Exception:
            logger.exception("channel failed", extra={"channel": self.channel})
            return TryLater(Reason.UNANSWERED)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            logger.error("push failed", exc_info=fault)
        if self.free >= self._half:
            self._half_free.set()

    async def _rest(self, *, more: bool) -> None:
        """Wait for news, or a second. more: a backlog waits, for slots only."""
        if not more:
            await within(POLL_S, self._news)
        elif self.free < self._half:
            # Slots come free one by one; claiming many together costs hardly more than one.
            self._half_free.clear()
            await within(GATHER_S, self._half_free)
