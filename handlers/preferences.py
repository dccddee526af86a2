"""What a person wants to be told by which channel, and when not to be disturbed 通知偏好."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.database import tx
from models.ids import new_id
from models.subscription import Preference, QuietHours
from models.vocabulary import DeliveryChannel


@dataclass(frozen=True, slots=True)
class Wishes:
    """off: switched off, by group and channel; quiet: from and to, minutes of the day."""

    off: frozenset[tuple[str, DeliveryChannel]] = frozenset()
    quiet: tuple[int, int] | None = None


async def wishes_of(person_id: str) -> Wishes:
    """What a person has chosen; without a choice everything is on."""
    rows = await Preference.filter(person_id=person_id, enabled=False)
    hours = await QuietHours.get_or_none(person_id=person_id)
    return Wishes(
        frozenset((row.topic, row.channel) for row in rows),
        (hours.starts_minute, hours.ends_minute) if hours else None,
    )


async def choose(
    person_id: str,
    channels: Mapping[str, Mapping[DeliveryChannel, bool]],
    quiet: tuple[int, int] | None,
    *,
    now: datetime,
) -> Wishes:
    """Replace a person's choices. channels: by group; quiet None: disturb at any time."""
    async with tx():
        await Preference.filter(person_id=person_id).delete()
        await Preference.bulk_create(
            [
                Preference(
                    id=new_id(), person_id=person_id, topic=group, channel=channel, enabled=False
                )
                for group, wanted in channels.items()
                for channel, on in wanted.items()
                if not on
            ],
            ignore_conflicts=True,
        )
        await QuietHours.filter(person_id=person_id).delete()
        if quiet is not None:
            await QuietHours.bulk_create(
                [QuietHours(person_id=person_id, starts_minute=quiet[0], ends_minute=quiet[1])],
                ignore_conflicts=True,
            )
    return await wishes_of(person_id)
