"""The sandbox's own time: the machine's clock plus an offset that tests move."""

import time
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class Clock:
    """Wall clock with an adjustable offset (`POST /_ctl/clock`)."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def now(self) -> float:
        """Seconds since the epoch, offset included."""
        return time.time() + self.offset_s

    def today(self) -> str:
        """The day in Beijing, which is when the platforms' daily quotas start anew."""
        return datetime.fromtimestamp(self.now(), BEIJING).date().isoformat()
