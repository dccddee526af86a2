"""The arithmetic of a run, against cases whose answer is known."""

import math
import random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import (
    Control,
    Estimate,
    bootstrap,
    paired_ratio,
    percentile,
    ratio_of,
)

positive = st.floats(min_value=1e-3, max_value=1e6)


def test_a_steady_ratio_is_found_whatever_each_round_cost() -> None:
    rng = random.Random(1)
    below = [rng.uniform(1, 100) for _ in range(40)]

    found = paired_ratio([2 * value for value in below], below)

    assert math.isclose(found.value, 2)
    assert math.isclose(found.low, 2)
    assert math.isclose(found.high, 2)


def test_one_round_spoilt_by_a_neighbour_does_not_move_the_ratio() -> None:
    above = [1.5] * 39 + [1500.0]

    assert paired_ratio(above, [1.0] * 40).value == pytest.approx(1.5)


def test_the_interval_of_noisy_rounds_holds_the_true_ratio_and_shrinks_with_rounds() -> None:
    rng = random.Random(7)

    def rounds(count: int) -> Estimate:
        above = [1.4 * math.exp(rng.gauss(0, 0.15)) for _ in range(count)]
        return paired_ratio(above, [1.0] * count)

    few, many = rounds(12), rounds(200)

    assert few.low < 1.4 < few.high
    assert many.low < 1.4 < many.high
    assert many.high - many.low < few.high - few.low


def test_rounds_that_did_nothing_are_left_out() -> None:
    assert paired_ratio([2.0, 0.0, 2.0], [1.0, 1.0, 1.0]).value == pytest.approx(2)


def test_unpaired_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="not paired"):
        paired_ratio([1.0], [1.0, 2.0])


def test_nothing_measured_has_no_estimate() -> None:
    with pytest.raises(ValueError, match="no values"):
        bootstrap([], median)


@given(st.lists(positive, min_size=1, max_size=30))
def test_an_interval_always_holds_its_value(values: list[float]) -> None:
    found = bootstrap(values, median, resamples=50)

    assert min(values) <= found.low <= found.high <= max(values)


def test_the_same_values_give_the_same_interval() -> None:
    values = [1.0, 4.0, 2.0, 8.0, 5.0]

    assert bootstrap(values, median) == bootstrap(values, median)


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.5, 5), (0.99, 10), (1, 10)])
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile([float(n) for n in range(10, 0, -1)], share) == expected


def test_the_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.5))


@pytest.mark.parametrize(
    ("low", "high", "clean"),
    [(0.97, 1.04, True), (1.01, 1.04, False), (0.85, 1.02, False), (0.99, 1.2, False)],
)
def test_a_control_is_clean_when_it_holds_one_and_is_narrow(
    low: float, high: float, clean: bool
) -> None:
    assert Control(Estimate((low + high) / 2, low, high), 0.10).clean is clean


def test_a_bias_smaller_than_every_dead_band_leaves_a_control_clean() -> None:
    assert Control(Estimate(1.02, 1.003, 1.025), 0.10, 0.03).clean
    assert not Control(Estimate(1.05, 1.04, 1.06), 0.10, 0.03).clean


def test_a_ratio_of_estimates_is_wider_than_either() -> None:
    found = ratio_of(Estimate(10, 9, 11), Estimate(5, 4.5, 5.5))

    assert found.value == pytest.approx(2)
    assert found.low < 2 * 9 / 10
    assert found.high > 2 * 11 / 10
