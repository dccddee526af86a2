"""What a suite is given, and the rounds it takes: warm, measure, once more while undecided."""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.goals import Goals, Verdict
from bench.procs import Server
from bench.record import SuiteResult
from bench.rounds import Bench, Candidate, Sample
from bench.stats import Control, paired_ratio

UNDECIDED = {Verdict.INCONCLUSIVE, Verdict.NOISY}
EXTENSIONS = 2


@dataclass(frozen=True, slots=True)
class Run:
    """One call of the harness. rounds: paired, at least; seconds: of one stretch of load."""

    out: Path
    logs: Path
    goals: Goals
    rounds: int
    seconds: float
    quick: bool

    def deadline(self, limit_s: float, quick_s: float) -> float:
        """The moment (time.monotonic) after which a suite starts no further round."""
        return time.monotonic() + (quick_s if self.quick else limit_s)

    async def take(
        self, bench: Bench, deadline: float, undecided: Callable[[], bool] | None = None
    ) -> None:
        """The asked rounds; while a goal is undecided twice as many, at most two times more."""
        await bench.warm()
        taken = await bench.take(self.rounds, deadline)
        for _ in range(0 if self.quick or undecided is None else EXTENSIONS):
            assert undecided is not None
            if time.monotonic() > deadline or not undecided():
                return
            taken += await bench.take(taken, deadline)

    def undecided(self, result: SuiteResult, prefix: str) -> Callable[[], bool]:
        """Whether a goal on rows named `prefix…` is inconclusive or noisy so far."""
        wanted = [goal for goal in self.goals.of(result.name) if goal.numerator.startswith(prefix)]

        def asked() -> bool:
            result.control = self.control(result)
            result.judge(wanted)
            return any(goal.verdict in UNDECIDED for goal in result.goals)

        return asked

    def control(self, result: SuiteResult) -> Control | None:
        """The A/A control over every table of the suite that holds both copies of B0."""
        first, second = _pooled(result.rows, "/b0"), _pooled(result.rows, "/b0-again")
        pairs = [(a.cpu_per_op, b.cpu_per_op) for a, b in zip(first, second, strict=False)]
        if not pairs:
            return None
        above, below = zip(*pairs, strict=True)
        return self.goals.control(paired_ratio(above, below))


def _pooled(rows: Sequence[Candidate], ending: str) -> list[Sample]:
    return [sample for row in rows if row.name.endswith(ending) for sample in row.samples]


def keep(stack: contextlib.AsyncExitStack, server: Server) -> Server:
    """Has the server stopped when the stack unwinds."""
    stack.callback(server.stop)
    return server
