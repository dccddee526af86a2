"""What a run writes: verdicts from rows, JSON that any reader takes, two runs side by side."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import plot, record, report
from bench.goals import Goal, Verdict
from bench.load.closed import Operation
from bench.procs import Server
from bench.record import SuiteResult
from bench.rounds import Candidate, Sample
from bench.stats import Control, Estimate

CEILING = Goal("G1", "login", "issue", "cpu", "<=", 2.0, 0.08, 1.5, "issue/ours", "issue/b0")
FLOOR = Goal("G2", "login", "issue", "rps", ">=", 5.0, 0.2, None, "issue/ours", "issue/dot")


async def nothing() -> Sequence[Operation]:
    return []


@pytest.fixture
def server(tmp_path: Path) -> Server:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return Server("none", process, 1, tmp_path / "log")


def a_row(server: Server, name: str, cpu_us: float, *, bad: int = 0) -> Candidate:
    samples = [
        Sample(
            n=100, bad=bad, cpu_ns=int(cpu_us * 100_000), wall_s=0.5, p50_ms=1.0, p99_ms=2.0,
            redis_ns=0, postgres_ns=0, foreign_ns=0, stolen_ns=0, calibration_ms=40.0, load=1.0,
        )
        for _ in range(12)
    ]  # fmt: skip
    return Candidate(name, server, nothing, samples)


def a_result(server: Server, ours_us: float = 150) -> SuiteResult:
    rows = [a_row(server, "issue/ours", ours_us), a_row(server, "issue/b0", 100)]
    clean = Control(Estimate(1.0, 0.98, 1.02), 0.1)
    return SuiteResult("login", control=clean, rows=rows, skipped={"issue/dot": "dot: no registry"})


def test_a_goal_is_judged_by_the_ratio_of_its_rows(server: Server) -> None:
    result = a_result(server)

    result.judge([CEILING])

    assert result.goals[0].verdict is Verdict.PASS
    assert result.goals[0].estimate is not None
    assert result.goals[0].estimate.value == pytest.approx(1.5)


def test_a_goal_without_its_peer_is_skipped_with_the_reason_and_never_passed(
    server: Server,
) -> None:
    result = a_result(server)

    result.judge([FLOOR])

    assert result.goals[0].verdict is Verdict.SKIPPED
    assert result.goals[0].why == "dot: no registry"


def test_a_row_with_wrong_answers_gives_no_verdict(server: Server) -> None:
    result = a_result(server)
    result.rows[0] = a_row(server, "issue/ours", 10, bad=5)

    result.judge([CEILING])

    assert result.goals[0].verdict is Verdict.FAULTY


def test_an_unclean_control_makes_every_ratio_noisy_but_no_count(server: Server) -> None:
    result = a_result(server)
    result.control = Control(Estimate(1.2, 1.1, 1.3), 0.1)
    result.given["G9"] = Estimate.exact(1.0)

    result.judge([CEILING, Goal("G9", "login", "equal", "given", ">=", 1.0, 0.0, controlled=False)])

    assert [goal.verdict for goal in result.goals] == [Verdict.NOISY, Verdict.PASS]


def a_document(result: SuiteResult) -> dict[str, object]:
    return {"schema": 1, "quick": False, "suites": [record.suite_json(result)]}


def test_a_result_is_read_back_as_it_was_written(server: Server, tmp_path: Path) -> None:
    result = a_result(server)
    result.judge([CEILING])
    result.facts["odd"] = float("nan")

    record.write(tmp_path / "x.json", a_document(result))

    told = record.read(tmp_path / "x.json")
    assert told["suites"][0]["goals"][0]["verdict"] == "pass"
    assert told["suites"][0]["facts"]["odd"] is None
    assert len(told["suites"][0]["rows"][0]["rounds"]) == 12


def test_a_file_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"schema": 2}))

    with pytest.raises(ValueError, match="schema"):
        record.read(tmp_path / "x.json")


def test_two_runs_are_compared_by_ratio_only(server: Server) -> None:
    old, new = a_result(server, 150), a_result(server, 120)
    for result in (old, new):
        result.judge([CEILING])

    said = report.comparison(a_document(old), a_document(new))

    assert "x0.80" in said
    assert "better" in said
    assert "µs" not in said


def test_the_text_of_a_suite_names_what_was_skipped(server: Server) -> None:
    result = a_result(server)
    result.judge([CEILING, FLOOR])

    said = report.suite_text(result)

    assert "skipped: dot: no registry" in said
    assert "PASS+" in said


def test_a_result_without_values_has_no_picture(tmp_path: Path) -> None:
    empty = {"suites": [{"name": "http", "facts": {}, "goals": []}]}

    assert plot.draw(empty, tmp_path / "x.json") == []
