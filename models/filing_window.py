"""Filing windows 申报期: until which day of a month an item is taken, and who was told of it."""

from dataclasses import dataclass
from datetime import date

from tortoise import fields
from tortoise.models import Model

from models.working_days import last_working_day

STEPS = (3, 0)
"""Days before the last working day of a window on which people are told."""


@dataclass(frozen=True, slots=True)
class FilingWindow:
    """An item of the 办事中心 and the last day of the month on which it is taken, 1 to 28."""

    item: str
    last_day: int


def closing_on(window: FilingWindow, today: date) -> date:
    """The last working day of this month's window (domain §3.6)."""
    return last_working_day(today.replace(day=window.last_day))


class WindowNotice(Model):
    """The telling of one step of one window 申报截止提醒. id: `item:month:step`.

    after: the last unit that was told; done_at: when all were, so that nobody begins again.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    after = fields.CharField(max_length=26, default="")
    begun_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "window_notices"
