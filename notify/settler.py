"""Group commit: what became of pushes is written many at a time, a few milliseconds later."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from models import planning, settling
from models.database import tx
from models.settling import Settled
from models.vocabulary import DeliveryChannel, DeliveryState
from notify.planner import delivery_row
from notify.ports import Ended, Router
from notify.waiting import within

logger = logging.getLogger("zhangban.notify")

GATHER_S, ENOUGH = 0.02, 50
"""A commit waits so long for others to share it, unless so many are there already."""
PAUSE_S = 0.5
GIVE_UP_S = 20.0
_SENT = (DeliveryState.SENT, DeliveryState.DELIVERED)
_IN_VAIN = (DeliveryState.FAILED, DeliveryState.DEAD, DeliveryState.SKIPPED)


class Settler:
    """Collects what became of claims and writes many of it in one transaction.

    written: told after each commit in which channels something else can go now. While the database
    is away it tries for 20 s; after that the leases end and the pushes are in doubt, which their
    receipts resolve.
    """

    def __init__(
        self,
        router: Router,
        now: Callable[[], datetime],
        written: Callable[[Collection[DeliveryChannel]], None],
    ) -> None:
        self._router = router
        self._now = now
        self._written = written
        self._waiting: list[Settled] = []
        self._work: asyncio.Task[None] | None = None
        self._enough = asyncio.Event()

    def add(self, settled: Sequence[Settled]) -> None:
        """Take what became of some claims."""
        self._waiting += settled
        if len(self._waiting) >= ENOUGH:
            self._enough.set()
        if self._waiting and self._work is None:
            self._work = asyncio.create_task(self._flush())

    async def finish(self) -> None:
        """Wait until everything is written."""
        while self._work is not None:
            await asyncio.shield(self._work)

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await within(GATHER_S, self._enough)
                batch, self._waiting = self._waiting, []
                self._enough.clear()
                self._written(await self._persist(batch))
        finally:
            self._work = None

    async def _persist(self, batch: Sequence[Settled]) -> Collection[DeliveryChannel]:
        clock = asyncio.get_running_loop().time
        until = clock() + GIVE_UP_S
        while True:
            try:
                return await write(self._router, batch, self._now())
            except Exception:
                logger.exception("not settled", extra={"count": len(batch)})
                if clock() > until:
                    return ()
            await asyncio.sleep(PAUSE_S)


async def write(
    router: Router, batch: Sequence[Settled], now: datetime
) -> Collection[DeliveryChannel]:
    """Settle claims, spend their quota, and let others step in, all or nothing.

    The channels in which something else can go now.
    """
    async with tx():
        ours = await settling.settle(batch)
        mine = [each for each in batch if each.claim.id in ours]
        sent = [
            (each.claim.channel, each.claim.recipient_key, each.claim.template)
            for each in mine
            if each.state in _SENT
        ]
        if sent:
            await router.accepted(sent)
        others = await _step_in(router, [each for each in mine if each.state in _IN_VAIN], now)
    return others | {each.claim.channel for each in mine if ours[each.claim.id]}


async def _step_in(router: Router, ended: Sequence[Settled], now: datetime) -> set[DeliveryChannel]:
    if not ended:
        return set()
    routes = await router.ended([_ended(each) for each in ended], now)
    before = {each.claim.message_id: each.claim for each in ended}
    await planning.add_deliveries(
        [
            delivery_row(message_id, route, before[message_id].urgency, now, before[message_id].id)
            for message_id, route in routes
        ]
    )
    return {route.channel for _, route in routes}


def _ended(each: Settled) -> Ended:
    claim = each.claim
    return Ended(
        claim.id, claim.channel, claim.recipient_key, claim.template, claim.message_id, each.reason
    )
