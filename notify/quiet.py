"""Quiet hours 免打扰时段: when somebody may be disturbed again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notify.texts.fields import BEIJING

MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Quiet:
    """Minutes of the day in Beijing; from 1320 to 480 is from 22:00 to 08:00 of the next day."""

    starts_minute: int
    ends_minute: int

    def over_at(self, now: datetime) -> datetime | None:
        """When the quiet hours that it is now end; None when it is none."""
        local = now.astimezone(BEIJING)
        minute = local.hour * 60 + local.minute
        length = (self.ends_minute - self.starts_minute) % MINUTES
        if (minute - self.starts_minute) % MINUTES >= length:
            return None
        left = (self.ends_minute - minute) % MINUTES
        ends = local.replace(second=0, microsecond=0) + timedelta(minutes=left)
        return ends.astimezone(now.tzinfo)
