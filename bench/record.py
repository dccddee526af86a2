"""The result of a run as JSON (schema 1) and the verdicts drawn from its rows."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.goals import Goal, Verdict
from bench.rounds import Candidate
from bench.stats import Control, Estimate, paired_ratio

SCHEMA = 1


@dataclass(slots=True)
class SuiteResult:
    """What one suite found. facts: figures without a goal; notes: what was clipped and why."""

    name: str
    control: Control | None = None
    rows: list[Candidate] = field(default_factory=list)
    given: dict[str, Estimate] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    goals: list["GoalResult"] = field(default_factory=list)
    wall_s: float = 0.0

    def judge(self, goals: Sequence[Goal]) -> None:
        """Draws the verdict of each goal of this suite from its rows and given estimates."""
        noisy = self.control is not None and not self.control.clean
        self.goals = [self._judge_one(goal, noisy=noisy) for goal in goals]

    def _judge_one(self, goal: Goal, *, noisy: bool) -> "GoalResult":
        estimate, why = self._estimate(goal)
        if estimate is None:
            verdict = Verdict.FAULTY if why.startswith("faulty") else Verdict.SKIPPED
            return GoalResult(goal, None, verdict, why)
        verdict = Verdict.NOISY if noisy and goal.controlled else goal.judge(estimate)
        return GoalResult(goal, estimate, verdict, "")

    def _estimate(self, goal: Goal) -> tuple[Estimate | None, str]:
        if goal.metric == "given":
            found = self.given.get(goal.id)
            return found, self.skipped.get(goal.id, "not measured in this run")
        rows = {row.name: row for row in self.rows}
        for name in (goal.numerator, goal.denominator):
            if name not in rows:
                return None, self.skipped.get(name, f"no row {name}")
            if rows[name].faulty:
                return None, f"faulty row {name}: {rows[name].fault or 'bad answers'}"
        return ratio(rows[goal.numerator], rows[goal.denominator], goal.metric), ""


@dataclass(frozen=True, slots=True)
class GoalResult:
    """One goal with its value and verdict."""

    goal: Goal
    estimate: Estimate | None
    verdict: Verdict
    why: str

    def as_json(self) -> dict[str, Any]:
        known = self.estimate
        return {
            "id": self.goal.id,
            "title": self.goal.title,
            "op": self.goal.op,
            "gate": self.goal.gate,
            "stretch": self.goal.stretch,
            "value": known.value if known else None,
            "ci": [known.low, known.high] if known else None,
            "verdict": str(self.verdict),
            "stretched": bool(known and self.goal.stretched(known)),
            "why": self.why,
        }


def ratio(numerator: Candidate, denominator: Candidate, metric: str) -> Estimate:
    """Paired ratio of two rows by `cpu` per operation or by `rps`, over the rounds both took."""
    rounds = min(len(numerator.samples), len(denominator.samples))
    above, below = numerator.samples[:rounds], denominator.samples[:rounds]
    if metric == "cpu":
        return paired_ratio([s.cpu_per_op for s in above], [s.cpu_per_op for s in below])
    return paired_ratio([s.rps for s in above], [s.rps for s in below])


def _row(candidate: Candidate) -> dict[str, Any]:
    samples = candidate.samples
    found: dict[str, Any] = {
        "candidate": candidate.name,
        "faulty": candidate.faulty,
        "fault": candidate.fault,
        "faults": dict(candidate.faults.most_common(5)),
        "rounds": [asdict(sample) for sample in samples],
    }
    if samples:
        found["median"] = {
            "cpu_us": median(sample.cpu_per_op for sample in samples) / 1000,
            "rps": median(sample.rps for sample in samples),
            "p50_ms": median(sample.p50_ms for sample in samples),
            "p99_ms": median(sample.p99_ms for sample in samples),
            "redis_us": median(s.redis_ns / s.n / 1000 if s.n else 0.0 for s in samples),
            "postgres_us": median(s.postgres_ns / s.n / 1000 if s.n else 0.0 for s in samples),
        }
    return found


def suite_json(result: SuiteResult) -> dict[str, Any]:
    """One suite as it stands in the file."""
    control = result.control
    return {
        "name": result.name,
        "wall_s": round(result.wall_s, 1),
        "control": {
            "ratio": control.ratio.value,
            "ci": [control.ratio.low, control.ratio.high],
            "clean": control.clean,
        }
        if control
        else None,
        "rows": [_row(row) for row in result.rows],
        "facts": result.facts,
        "skipped": result.skipped,
        "notes": result.notes,
        "goals": [goal.as_json() for goal in result.goals],
    }


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Writes the document; NaN and infinities become null, so that any JSON reader takes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_finite(document), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """Reads a result; raises ValueError when it is not of schema 1."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if document.get("schema") != SCHEMA:
        raise ValueError(f"{path.name}: schema {document.get('schema')!r}, not {SCHEMA}")
    return document


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
