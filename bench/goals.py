"""Reads goals.toml, and says of an estimate whether it meets its goal."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.stats import Control, Estimate

GOALS_FILE = Path(__file__).with_name("goals.toml")


class Verdict(StrEnum):
    """What a run may say of a goal; only FAIL makes the exit code 1."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOISY = "noisy"
    SKIPPED = "skipped"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the goals table; numerator and denominator name rows `group/candidate`.

    controlled: an unclean A/A control takes the verdict away (not from counts and memory).
    """

    id: str
    suite: str
    title: str
    metric: str
    op: str
    gate: float
    deadband: float
    stretch: float | None = None
    numerator: str = ""
    denominator: str = ""
    controlled: bool = True

    def judge(self, estimate: Estimate) -> Verdict:
        """PASS or FAIL when the whole interval is beyond the gate by the dead band."""
        inner, outer = self.gate * (1 - self.deadband), self.gate * (1 + self.deadband)
        if self.op == "<=":
            passed, failed = estimate.high <= inner, estimate.low > outer
        else:
            passed, failed = estimate.low >= outer, estimate.high < inner
        if passed:
            return Verdict.PASS
        return Verdict.FAIL if failed else Verdict.INCONCLUSIVE

    def stretched(self, estimate: Estimate) -> bool:
        """Whether the value reaches the stretch."""
        if self.stretch is None:
            return False
        return estimate.value <= self.stretch if self.op == "<=" else estimate.value >= self.stretch


@dataclass(frozen=True, slots=True)
class Goals:
    """The whole table, and what a clean control is."""

    control_width: float
    control_bias: float
    table: tuple[Goal, ...]

    def of(self, suite: str) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.table if goal.suite == suite)

    def control(self, ratio: Estimate) -> Control:
        """The A/A control with this file's demands on it."""
        return Control(ratio, self.control_width, self.control_bias)


def read_goals(path: Path = GOALS_FILE) -> Goals:
    """Reads the table; raises TypeError on an unknown key, KeyError on a missing one."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    table = tuple(Goal(**entry) for entry in document["goal"])
    control = document["control"]
    return Goals(float(control["width"]), float(control["bias"]), table)
