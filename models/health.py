"""The circuit breakers of channels and templates, shared by all workers through their rows."""

from dataclasses import dataclass
from datetime import datetime

from models.delivery import ChannelHealth
from models.raw import fetch
from models.vocabulary import DeliveryChannel


@dataclass(frozen=True, slots=True)
class Opening:
    """A breaker that is open. template empty: of the whole channel; openings: in a row."""

    template: str
    until: datetime
    openings: int


async def openings_of(channel: DeliveryChannel) -> dict[str, Opening]:
    """The open breakers of a channel, by template."""
    rows = await ChannelHealth.filter(channel=channel, open_until__isnull=False)
    return {
        row.template: Opening(row.template, row.open_until, row.openings)
        for row in rows
        if row.open_until is not None
    }


async def open_breaker(
    channel: DeliveryChannel, opening: Opening, reason: str, now: datetime
) -> None:
    """Open a breaker, or hold it open longer."""
    await fetch(
        "INSERT INTO channel_health"
        " (id, channel, template, open_until, openings, reason, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (id) DO UPDATE SET open_until = excluded.open_until,"
        " openings = excluded.openings, reason = excluded.reason, changed_at = excluded.changed_at"
        " RETURNING id",
        _id(channel, opening.template),
        channel.value,
        opening.template,
        opening.until,
        opening.openings,
        reason,
        now,
    )


async def probe(
    channel: DeliveryChannel, opening: Opening, *, now: datetime, until: datetime
) -> bool:
    """Whether we are the one who may try whether it works again; nobody else till `until`."""
    return bool(
        await ChannelHealth.filter(
            id=_id(channel, opening.template), open_until=opening.until
        ).update(open_until=until, changed_at=now)
    )


async def close_breaker(channel: DeliveryChannel, template: str, now: datetime) -> None:
    """It works again."""
    await ChannelHealth.filter(id=_id(channel, template)).update(
        open_until=None, openings=0, changed_at=now
    )


def _id(channel: DeliveryChannel, template: str) -> str:
    return f"{channel.value}:{template}"
