"""When to try again: full jitter that doubles, by what went wrong, and a budget for retries."""

import random
from dataclasses import dataclass
from datetime import datetime

from notify.channels.base import Reason, TryLater

FIRST_S, LONGEST_S = 5.0, 1800.0
CROWDED_S = (1.0, 3.0)
RECEIPT_WINDOW_S = 15.0
"""How long a platform gets to report a push of which we do not know whether it arrived."""

_dice = random.SystemRandom()


def pause_s(later: TryLater, tries: int) -> float:
    """Seconds until the next try, after so many tries that failed before this one."""
    if later.reason is Reason.CROWDED:
        return _dice.uniform(*CROWDED_S)
    drawn = _dice.uniform(0.0, min(LONGEST_S, FIRST_S * 2.0**tries))
    least = later.after_s or 0.0
    if later.reason is Reason.UNANSWERED:
        least = max(least, RECEIPT_WINDOW_S)
    # What everybody is told to wait, nobody waits exactly.
    return least + drawn if least else drawn


@dataclass(slots=True)
class RetryBudget:
    """Retries may be a tenth of the sends and one a second, so that an outage ends in no storm.

    A retry that the platform answered gives its share back: then the platform is well again.
    """

    share: float = 0.1
    per_s: float = 1.0
    most: float = 50.0
    left: float = 50.0
    at: datetime | None = None

    def sent(self) -> None:
        """A first try went out."""
        self.left = min(self.most, self.left + self.share)

    def take(self, now: datetime) -> bool:
        """Whether one more retry may go out now."""
        if self.at is not None:
            waited_s = max(0.0, (now - self.at).total_seconds())
            self.left = min(self.most, self.left + waited_s * self.per_s)
        self.at = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True

    def answered(self) -> None:
        """A retry was accepted, or refused for good."""
        self.left = min(self.most, self.left + 1.0)
