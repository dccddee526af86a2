"""What stages of waiting browsers come to."""

import pytest

from bench.load.crowd import Scan
from bench.waiting import Stage, latency_facts


def test_the_cost_of_accepting_leaves_out_what_the_waiting_crowd_cost() -> None:
    stage = Stage(1000, accept_raw_ns=[300.0, 500.0], held_s=[0.0, 2.0], idle_ns_per_s=[100.0])

    assert stage.accept_ns() == [300.0, 300.0]


def test_memory_per_waiter_is_what_settled_and_its_interval_comes_from_the_batches() -> None:
    stage = Stage(4, rss_before=1000, rss_after=1400, growth=[90.0, 110.0, 95.0, 105.0])

    found = stage.memory()

    assert found.value == 100
    assert found.low < 100 < found.high


def test_latencies_are_told_in_milliseconds() -> None:
    stage = Stage(2, scans=[Scan(2.0, 1.0), Scan(4.0, 5.0)], faults=["x"])

    found = latency_facts(stage)

    assert found["ack_p50_p99_ms"] == [pytest.approx(2.0), pytest.approx(4.0)]
    assert found["scans"] == {"measured": 2, "failed": 1}
