"""Working days: weekends, the published days off and worked weekends of 2026."""

from datetime import UTC, date, datetime

import pytest

from models.working_days import (
    DAYS_OFF,
    WORKED_WEEKENDS,
    after_working_days,
    is_working_day,
    last_working_day,
)

_SATURDAY = 5


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ((2026, 2, 13), True),
        ((2026, 2, 14), True),
        ((2026, 2, 16), False),
        ((2026, 2, 23), False),
        ((2026, 2, 24), True),
        ((2026, 9, 20), True),
        ((2026, 9, 25), False),
        ((2026, 10, 8), True),
        ((2026, 10, 10), True),
        ((2026, 11, 28), False),
    ],
)
def test_who_works_on_a_day(day: tuple[int, int, int], works: bool) -> None:
    assert is_working_day(date(*day)) is works


def test_every_listed_day_is_an_exception_from_its_week() -> None:
    assert {day.weekday() < _SATURDAY for day in DAYS_OFF} == {True}
    assert {day.weekday() >= _SATURDAY for day in WORKED_WEEKENDS} == {True}
    assert (len(DAYS_OFF), len(WORKED_WEEKENDS)) == (19, 6)


def test_three_working_days_over_the_spring_festival_take_two_weeks() -> None:
    friday = datetime(2026, 2, 13, 8, 0, tzinfo=UTC)

    assert after_working_days(friday, 3) == datetime(2026, 2, 25, 8, 0, tzinfo=UTC)


def test_a_day_off_is_brought_forward_to_the_last_working_day_before_it() -> None:
    assert last_working_day(date(2026, 10, 7)) == date(2026, 9, 30)
    assert last_working_day(date(2026, 3, 25)) == date(2026, 3, 25)
