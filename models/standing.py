"""How delivery stands: what is due, how late it is, what died. Reads the partial indexes only."""

from dataclasses import dataclass
from datetime import datetime

from models.raw import fetch, moment
from models.vocabulary import DeliveryChannel

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Standing:
    """The backlog of one channel. due: deliveries that may be claimed (counted to 100 000); late_s:
    since when the oldest of them waits; under_way: claims; resting: breakers that are open.
    """

    channel: DeliveryChannel
    due: int
    late_s: float
    under_way: int
    resting: int


async def standing(now: datetime) -> tuple[list[Standing], int, float]:
    """The channels, and the events not yet planned: how many, and since when the oldest waits."""
    rows = [await _channel(channel, now) for channel in DeliveryChannel]
    events = await fetch(
        "SELECT count(*) AS due, min(created_at) AS oldest FROM"
        " (SELECT created_at FROM outbox_events WHERE planned_at IS NULL ORDER BY id LIMIT $1) e",
        _MOST,
    )
    return rows, int(events[0]["due"]), _since(events[0]["oldest"], now)


async def _channel(channel: DeliveryChannel, now: datetime) -> Standing:
    due = await fetch(
        "SELECT count(*) AS due, min(due_at) AS oldest FROM (SELECT due_at FROM deliveries"
        " WHERE state = 0 AND channel = $1 AND due_at <= $2 LIMIT $3) d",
        channel.value,
        now,
        _MOST,
    )
    under_way = await fetch(
        "SELECT count(*) AS n FROM deliveries WHERE state = 1 AND channel = $1", channel.value
    )
    resting = await fetch(
        "SELECT count(*) AS n FROM channel_health WHERE open_until > $1 AND channel = $2",
        now,
        channel.value,
    )
    return Standing(
        channel,
        int(due[0]["due"]),
        _since(due[0]["oldest"], now),
        int(under_way[0]["n"]),
        int(resting[0]["n"]),
    )


def _since(oldest: object, now: datetime) -> float:
    at = moment(oldest)
    return max(0.0, (now - at).total_seconds()) if at else 0.0
