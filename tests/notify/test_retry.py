"""When to try again: bounds of the pauses, and a budget that never stays empty."""

from datetime import timedelta

import pytest

from notify.channels.base import Reason, TryLater
from notify.retry import LONGEST_S, RECEIPT_WINDOW_S, RetryBudget, pause_s
from tests.registered import NOW


@pytest.mark.parametrize("tries", [0, 1, 5, 11, 40])
def test_a_pause_is_drawn_below_a_limit_that_doubles(tries: int) -> None:
    drawn = [pause_s(TryLater(Reason.BUSY), tries) for _ in range(300)]

    limit = min(LONGEST_S, 5.0 * 2**tries)
    assert 0 <= min(drawn) < limit * 0.2
    assert limit * 0.8 < max(drawn) <= limit


def test_what_the_platform_asked_for_is_the_least() -> None:
    assert min(pause_s(TryLater(Reason.QUOTA, after_s=600), 0) for _ in range(50)) >= 600


def test_an_answer_that_never_came_waits_for_its_report() -> None:
    assert min(pause_s(TryLater(Reason.UNANSWERED), 0) for _ in range(50)) >= RECEIPT_WINDOW_S


def test_retries_are_limited_and_the_budget_comes_back_with_time_alone() -> None:
    budget = RetryBudget()
    at_once = sum(budget.take(NOW) for _ in range(200))

    later = sum(budget.take(NOW + timedelta(seconds=10)) for _ in range(200))

    assert (at_once, later) == (50, 10)


def test_a_retry_that_was_answered_costs_nothing() -> None:
    budget = RetryBudget()

    for _ in range(200):
        assert budget.take(NOW)
        budget.answered()
