"""What stages of waiting browsers come to: memory, accept, idle and latency estimates (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from bench.load.crowd import Scan
from bench.record import SuiteResult
from bench.run import Run
from bench.stats import Estimate, bootstrap, paired_ratio, percentile, ratio_of

RESAMPLES = 500
STALLED_DISK_MS = 40.0


@dataclass(slots=True)
class Stage:
    """What one number of waiters gave; times in ns but where the name says ms.

    first_ms: the latest event of the scans before those that are measured.
    """

    n: int
    rss_before: int = 0
    rss_after: int = 0
    uss_after: int = 0
    growth: list[float] = field(default_factory=list)
    accept_raw_ns: list[float] = field(default_factory=list)
    held_s: list[float] = field(default_factory=list)
    bare_ns: list[float] = field(default_factory=list)
    again_ns: list[float] = field(default_factory=list)
    idle_ns_per_s: list[float] = field(default_factory=list)
    poll_ns: list[float] = field(default_factory=list)
    lost: int = 0
    refused: list[str] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    commits_ms: list[float] = field(default_factory=list)
    first_ms: float = 0.0

    def memory(self) -> Estimate:
        """Resident bytes per waiter after settling; the interval from the batches' growth."""
        settled = max(1.0, (self.rss_after - self.rss_before) / self.n)
        spread = bootstrap(self.growth, fmean)
        if spread.value <= 0:
            return Estimate.exact(settled)
        low, high = spread.low / spread.value, spread.high / spread.value
        return Estimate(settled, max(1.0, settled * low), settled * high)

    def accept_ns(self) -> list[float]:
        """Cost of accepting one waiter, per batch, less what holding the others cost meanwhile.

        held_s: seconds of waiting, by those already open, per waiter of the batch.
        """
        idle = median(self.idle_ns_per_s) if self.idle_ns_per_s else 0.0
        pairs = zip(self.accept_raw_ns, self.held_s, strict=True)
        return [max(1.0, raw - idle * held) for raw, held in pairs]

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "rss_mb": self.rss_after / 2**20,
            "uss_mb": self.uss_after / 2**20,
            "kb_per_waiter": (self.rss_after - self.rss_before) / self.n / 1024,
            "accept_us": median(self.accept_ns()) / 1000,
            "bare_us": median(self.bare_ns) / 1000,
            "idle_us_per_s": median(self.idle_ns_per_s) / 1000 if self.idle_ns_per_s else None,
            "poll_us": median(self.poll_ns) / 1000 if self.poll_ns else None,
            "lost": self.lost,
            "refused": len(self.refused),
            "faults": list(dict.fromkeys(self.faults))[:5],
        }


def conclude(run: Run, stages: Sequence[Stage], result: SuiteResult) -> None:
    if not stages:
        return
    pairs = [(a, b) for s in stages for a, b in zip(s.bare_ns, s.again_ns, strict=True)]
    result.control = run.goals.control(paired_ratio([a for a, _ in pairs], [b for _, b in pairs]))
    middle, last = stages[len(stages) // 2], stages[-1]
    kilobytes = middle.memory()
    result.given["G6.rss"] = Estimate(
        kilobytes.value / 1024, kilobytes.low / 1024, kilobytes.high / 1024
    )
    if len(stages) > 1:
        result.given["G6.flat"] = ratio_of(last.memory(), stages[0].memory())
    accepted = [(a, b) for s in stages for a, b in zip(s.accept_ns(), s.bare_ns, strict=True)]
    result.given["G7"] = paired_ratio([a for a, _ in accepted], [b for _, b in accepted])
    held = [(p, i) for s in stages[-2:] for p, i in zip(s.poll_ns, s.idle_ns_per_s, strict=True)]
    result.given["G8"] = paired_ratio([p for p, _ in held], [i for _, i in held])
    _latency(last, result)


def _latency(stage: Stage, result: SuiteResult) -> None:
    scans = stage.scans
    result.facts |= latency_facts(stage)
    if not scans or len(stage.faults) > 0.01 * len(scans):
        why = f"faulty scans: {stage.faults[:1]}" if stage.faults else "no scans in this run"
        result.skipped |= dict.fromkeys(("G5.p50", "G5.p99", "G5b"), why)
        return
    result.given["G5.p50"] = bootstrap([one.event_ms - one.ack_ms for one in scans], median)
    result.given["G5.p99"] = bootstrap(scans, _p99_ratio, resamples=RESAMPLES)
    slowest = max(stage.commits_ms, default=0.0)
    if slowest > STALLED_DISK_MS:
        # A scan waits for its commit, and the next ones for its connection: no server's doing.
        result.skipped["G5b"] = f"the disk stalled: a bare commit took {slowest:.0f} ms"
        return
    result.given["G5b"] = bootstrap(
        [one.event_ms for one in scans], lambda values: percentile(values, 0.99),
        resamples=RESAMPLES,
    )  # fmt: skip


def _p99_ratio(scans: Sequence[Scan]) -> float:
    event = percentile([one.event_ms for one in scans], 0.99)
    return event / percentile([one.ack_ms for one in scans], 0.99)


def latency_facts(stage: Stage) -> dict[str, Any]:
    ack = [one.ack_ms for one in stage.scans]
    event = [one.event_ms for one in stage.scans]
    return {
        "scans": {"measured": len(ack), "failed": len(stage.faults)},
        "ack_p50_p99_ms": [percentile(ack, 0.5), percentile(ack, 0.99)],
        "event_p50_p99_ms": [percentile(event, 0.5), percentile(event, 0.99)],
        "first_scans_max_ms": stage.first_ms,
        "commit_p50_max_ms": [
            percentile(stage.commits_ms, 0.5),
            max(stage.commits_ms, default=0.0),
        ],
        "latency_ms": {"ack": ack, "event": event},
    }
