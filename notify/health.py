"""Breakers: a channel or template that fails is left alone for a while, then tried by one push."""

import logging
from collections import Counter, deque
from datetime import datetime, timedelta

from models import health
from models.health import Opening
from models.vocabulary import DeliveryChannel
from notify.channels.base import Delivered, GiveUp, Outcome, Reason, TryLater

logger = logging.getLogger("zhangban.health")

WINDOW = timedelta(seconds=30)
ENOUGH, SHARE = 20, 0.5
IN_A_ROW = 3
REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
PROBE = timedelta(seconds=10)
_OURS = frozenset({Reason.TEMPLATE, Reason.FORBIDDEN})
_THEIRS = frozenset({Reason.BUSY, Reason.UNREACHABLE, Reason.UNANSWERED, Reason.TOKEN})


class Health:
    """What this process has seen of a channel, and the breakers that all workers share.

    The channel opens when half of at least 20 sends within 30 s failed, at once when a quota is
    used up, and after 3 refusals in a row that are our configuration's fault; a template after 3
    in a row that are its own. It rests 30 s, doubled each time up to 10 min.
    """

    def __init__(self, channel: DeliveryChannel) -> None:
        self._channel = channel
        self._seen: deque[tuple[datetime, bool]] = deque()
        self._failures = 0
        self._row: Counter[str] = Counter()
        self._probing: dict[str, Opening] = {}
        self.open: dict[str, Opening] = {}

    async def refresh(self) -> None:
        """Hear what other workers have found out."""
        self.open = await health.openings_of(self._channel)

    async def allowance(self, free: int, now: datetime) -> int:
        """How many of `free` pushes may be claimed: all, none, or the one that tries it out."""
        opening = self.open.get("")
        if opening is None:
            return free
        return 1 if free and await self._may_probe(opening, now) else 0

    async def template_rests(self, template: str, now: datetime) -> datetime | None:
        """Until when a template's pushes have to wait; None: it may be sent."""
        opening = self.open.get(template) if template else None
        if opening is None or await self._may_probe(opening, now):
            return None
        return max(opening.until, now + PROBE)

    async def note(self, template: str, outcome: Outcome, now: datetime) -> None:
        """Learn from what became of a push; opens and closes breakers."""
        failed = isinstance(outcome, TryLater) and outcome.reason in _THEIRS
        self._seen.append((now, failed))
        self._failures += failed
        while self._seen[0][0] < now - WINDOW:
            self._failures -= self._seen.popleft()[1]
        if isinstance(outcome, Delivered):
            self._row.clear()
            await self._works(template, now)
        elif isinstance(outcome, GiveUp) and outcome.reason in _OURS:
            await self._refused(template, outcome, now)
        elif isinstance(outcome, TryLater) and outcome.reason is Reason.QUOTA:
            await self._open("", "quota", now, timedelta(seconds=outcome.after_s or 0))
        elif failed and ("" in self._probing or self._too_many()):
            await self._open("", str(outcome.reason), now)

    def _too_many(self) -> bool:
        seen = len(self._seen)
        return "" not in self.open and seen >= ENOUGH and self._failures >= SHARE * seen

    async def _refused(self, template: str, outcome: GiveUp, now: datetime) -> None:
        place = template if outcome.reason is Reason.TEMPLATE else ""
        self._row[place] += 1
        if place in self._probing or self._row[place] == IN_A_ROW:
            await self._open(place, outcome.reason.value, now)

    async def _may_probe(self, opening: Opening, now: datetime) -> bool:
        if now < opening.until:
            return False
        until = now + PROBE
        held = Opening(opening.template, until, opening.openings)
        won = await health.probe(self._channel, opening, now=now, until=until)
        self.open[opening.template] = held
        if won:
            self._probing[opening.template] = held
        return won

    async def _works(self, template: str, now: datetime) -> None:
        for place in {"", template} & self._probing.keys():
            del self._probing[place]
            self.open.pop(place, None)
            self._seen.clear()
            self._failures = 0
            logger.info("breaker closed", extra={"channel": self._channel, "template": place})
            await health.close_breaker(self._channel, place, now)

    async def _open(
        self, place: str, reason: str, now: datetime, least: timedelta = timedelta(0)
    ) -> None:
        before = self._probing.pop(place, None)
        if before is None and place in self.open:
            return
        times = before.openings if before else 0
        rest = max(min(REST * 2**times, LONGEST_REST), least)
        opening = Opening(place, now + rest, times + 1)
        self.open[place] = opening
        self._row.pop(place, None)
        logger.warning(
            "breaker opened",
            extra={"channel": self._channel, "template": place, "reason": reason},
        )
        await health.open_breaker(self._channel, opening, reason, now)
