"""Dead letters: pushes that failed or used up their tries, and events that could not be planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from models.delivery import MOST_TRIES, Delivery
from models.outbox import OutboxEvent
from models.vocabulary import DeliveryChannel, DeliveryState

DEAD = (DeliveryState.FAILED, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A push that nobody will try again by itself."""

    id: int
    channel: DeliveryChannel
    topic: str
    template: str
    state: DeliveryState
    reason: str
    code: str
    tries: int
    done_at: datetime | None


async def dead_letters(reason: str = "", limit: int = 100) -> list[DeadLetter]:
    """The newest dead letters, perhaps only those of one reason."""
    rows = await _dead(reason).order_by("-done_at").limit(limit).select_related("message")
    return [
        DeadLetter(
            row.id,
            row.channel,
            row.message.topic.value,
            row.template,
            row.state,
            row.reason,
            row.code,
            row.tries,
            row.done_at,
        )
        for row in rows
    ]


async def set_aside(limit: int = 100) -> list[OutboxEvent]:
    """The newest events that could not be planned."""
    return await OutboxEvent.filter(fault__isnull=False).order_by("-id").limit(limit)


async def replay(now: datetime, *, reason: str = "", ids: Sequence[int] = ()) -> int:
    """Owe dead letters anew, all of them or those of a reason or with these ids; how many.

    Each gets its full number of tries again; what is stale meanwhile is skipped when it is sent. A
    letter that was replayed is dead no more, so that replaying twice sends once.
    """
    chosen = _dead(reason)
    if ids:
        chosen = chosen.filter(id__in=list(ids))
    return await chosen.update(
        state=DeliveryState.PENDING,
        due_at=now,
        done_at=None,
        reason="replayed",
        code="",
        most_tries=F("tries") + MOST_TRIES,
    )


async def replan() -> int:
    """Plan events anew that could not be planned; how many."""
    return await OutboxEvent.filter(fault__isnull=False).update(planned_at=None, fault=None)


def _dead(reason: str) -> QuerySet[Delivery]:
    found: dict[str, Any] = {"state__in": [int(each) for each in DEAD]}
    if reason:
        found["reason"] = reason
    return Delivery.filter(**found)
