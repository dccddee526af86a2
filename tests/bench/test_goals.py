"""Verdicts: what an interval may say of a gate, and what the table of goals must hold."""

import pytest

from bench.__main__ import SUITES, gate
from bench.goals import Goal, Verdict, read_goals
from bench.stats import Estimate


def a_goal(op: str = "<=", gate_at: float = 2.0, stretch: float | None = 1.5) -> Goal:
    return Goal("G0", "http", "a goal", "cpu", op, gate_at, 0.1, stretch)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.5, 1.79, Verdict.PASS),
        (1.5, 1.9, Verdict.INCONCLUSIVE),
        (1.9, 2.5, Verdict.INCONCLUSIVE),
        (2.1, 2.5, Verdict.INCONCLUSIVE),
        (2.21, 2.5, Verdict.FAIL),
    ],
)
def test_a_ceiling_needs_the_whole_interval_beyond_the_dead_band(
    low: float, high: float, verdict: Verdict
) -> None:
    assert a_goal().judge(Estimate((low + high) / 2, low, high)) is verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (2.21, 3.0, Verdict.PASS),
        (1.9, 3.0, Verdict.INCONCLUSIVE),
        (1.0, 1.79, Verdict.FAIL),
    ],
)
def test_a_floor_is_judged_the_other_way_round(low: float, high: float, verdict: Verdict) -> None:
    assert a_goal(">=").judge(Estimate((low + high) / 2, low, high)) is verdict


def test_an_exact_count_is_judged_without_a_dead_band() -> None:
    goal = Goal("G0", "qr", "all equal", "given", ">=", 1.0, 0.0)

    assert goal.judge(Estimate.exact(1.0)) is Verdict.PASS
    assert goal.judge(Estimate.exact(0.999)) is Verdict.FAIL


def test_a_stretch_is_reached_by_the_value() -> None:
    assert a_goal().stretched(Estimate(1.4, 1.3, 1.6))
    assert not a_goal().stretched(Estimate(1.6, 1.3, 1.7))
    assert not a_goal(stretch=None).stretched(Estimate(1.0, 1.0, 1.0))


def test_every_goal_names_a_suite_and_its_stretch_is_beyond_its_gate() -> None:
    goals = read_goals()

    assert len({goal.id for goal in goals.table}) == len(goals.table)
    for goal in goals.table:
        assert goal.suite in SUITES
        assert goal.op in ("<=", ">=")
        assert goal.metric in ("cpu", "rps", "given")
        assert (goal.metric == "given") == (not goal.numerator)
        if goal.stretch is not None:
            assert (goal.stretch <= goal.gate) == (goal.op == "<=")


def test_the_goals_this_harness_owes_are_all_there() -> None:
    families = {goal.id.partition(".")[0].rstrip("b") for goal in read_goals().table}

    of_logins = {*(f"G{number}" for number in range(1, 10)), "G20", "G24"}
    of_delivery = {"D1", "D2", "D3", "G15", "G16", "G17"}
    of_tables = {"G10", "G11", "G14"}
    of_grants = {"GR1", "G12", "G13"}
    assert families == of_logins | of_delivery | of_tables | of_grants


@pytest.mark.parametrize(
    ("quick", "verdict", "code"),
    [
        (False, "fail", 1),
        (False, "noisy", 0),
        (False, "inconclusive", 0),
        (False, "skipped", 0),
        (True, "fail", 0),
    ],
)
def test_only_a_failed_goal_of_a_full_run_ends_with_one(
    quick: bool, verdict: str, code: int
) -> None:
    document = {"quick": quick, "suites": [{"goals": [{"verdict": verdict}]}]}

    assert gate(document) == code
