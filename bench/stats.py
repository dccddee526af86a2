"""The arithmetic of a run: paired ratios, bootstrap intervals, A/A control, growth (pure)."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")
RESAMPLES = 2000
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; `low == high == value` marks an exact count."""

    value: float
    low: float
    high: float

    @staticmethod
    def exact(value: float) -> "Estimate":
        return Estimate(value, value, value)

    def inverse(self) -> "Estimate":
        return Estimate(1 / self.value, 1 / self.high, 1 / self.low)


@dataclass(frozen=True, slots=True)
class Control:
    """The same server measured against itself: what this box, this hour, makes of a ratio of 1."""

    ratio: Estimate
    width: float
    bias: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether the interval lies within `width` of 1, and misses 1 by no more than `bias`."""
        low, high = self.ratio.low, self.ratio.high
        near_one = low <= 1 + self.bias and high >= 1 - self.bias
        return near_one and low >= 1 - self.width and high <= 1 + self.width


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile; share in 0..1; NaN for no values."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def bootstrap(
    values: Sequence[T],
    statistic: Callable[[Sequence[T]], float],
    *,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Statistic of the values with its 95 % percentile-bootstrap interval; repeatable."""
    if not values:
        raise ValueError("no values to estimate from")
    rng = random.Random(SEED)
    drawn = sorted(
        statistic(rng.choices(values, k=len(values)))
        for _ in range(resamples if len(values) > 1 else 1)
    )
    return Estimate(statistic(values), percentile(drawn, 0.025), percentile(drawn, 0.975))


def paired_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """Median over rounds of log(numerator / denominator), taken back from the logarithm."""
    if len(numerators) != len(denominators):
        raise ValueError("rounds are not paired")
    logs = [
        math.log(above / below)
        for above, below in zip(numerators, denominators, strict=True)
        if above > 0 and below > 0
    ]
    found = bootstrap(logs, median)
    return Estimate(math.exp(found.value), math.exp(found.low), math.exp(found.high))


def ratio_of(numerator: Estimate, denominator: Estimate) -> Estimate:
    """Ratio of two separate estimates; log half-widths added in quadrature."""
    centre = math.log(numerator.value / denominator.value)
    down = math.hypot(
        math.log(numerator.value / numerator.low), math.log(denominator.high / denominator.value)
    )
    up = math.hypot(
        math.log(numerator.high / numerator.value), math.log(denominator.value / denominator.low)
    )
    return Estimate(math.exp(centre), math.exp(centre - down), math.exp(centre + up))
