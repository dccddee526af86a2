"""Working days 工作日 of China: Monday to Friday, but for the published 节假日 and 调休 of a year.

The State Council publishes a year's table in the November before; years that are not in it here are
reckoned without 节假日, which is good for how long we wait, not for what a law gives people.
Source: 国务院办公厅关于2026年部分节假日安排的通知; a day off here is one that is no weekend anyway.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
_SATURDAY = 5
DAY = timedelta(days=1)


def _days(year: int, *listed: str) -> frozenset[date]:
    """Days of a year: `0101` is one, `0216-0220` several."""
    found = set()
    for each in listed:
        first, _, last = each.partition("-")
        day, end = (date(year, int(t[:2]), int(t[2:])) for t in (first, last or first))
        while day <= end:
            found.add(day)
            day += DAY
    return frozenset(found)


DAYS_OFF: frozenset[date] = _days(
    2026,
    "0101-0102",
    "0216-0220",
    "0223",
    "0406",
    "0501",
    "0504-0505",
    "0619",
    "0925",
    "1001-1002",
    "1005-1007",
)
"""Weekdays on which nobody works."""

WORKED_WEEKENDS: frozenset[date] = _days(2026, "0104", "0214", "0228", "0509", "0920", "1010")
"""Saturdays and Sundays on which everybody does."""


def is_working_day(day: date) -> bool:
    """Whether agencies work on a day."""
    if day.weekday() < _SATURDAY:
        return day not in DAYS_OFF
    return day in WORKED_WEEKENDS


def after_working_days(at: datetime, days: int) -> datetime:
    """The same time of day so many working days later."""
    while days:
        at += DAY
        days -= is_working_day(at.astimezone(CHINA).date())
    return at


def last_working_day(day: date) -> date:
    """This day, or the last working day before it."""
    while not is_working_day(day):
        day -= DAY
    return day
