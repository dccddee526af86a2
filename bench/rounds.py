"""Interleaved rounds: all candidates alive, a stretch of load each, forwards, then backwards."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bench.box import MachineTime, calibrate
from bench.load.closed import Operation, Slice, closed_loop
from bench.procs import Server
from bench.stats import percentile
from bench.stores import StoreTime

Prepare = Callable[[], Awaitable[Sequence[Operation]]]
SETTLE_S = 0.02
FAULTY_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Sample:
    """One candidate in one round; times in ns unless named otherwise."""

    n: int
    bad: int
    cpu_ns: int
    wall_s: float
    p50_ms: float
    p99_ms: float
    redis_ns: int
    postgres_ns: int
    foreign_ns: int
    stolen_ns: int
    calibration_ms: float
    load: float

    @property
    def cpu_per_op(self) -> float:
        """Server CPU ns per operation; 0 when nothing was done."""
        return self.cpu_ns / self.n if self.n else 0.0

    @property
    def rps(self) -> float:
        return self.n / self.wall_s if self.wall_s else 0.0


@dataclass(slots=True)
class Candidate:
    """A server and what is asked of it; `prepare` makes fresh operations, outside the count."""

    name: str
    server: Server
    prepare: Prepare
    samples: list[Sample] = field(default_factory=list)
    fault: str | None = None
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def faulty(self) -> bool:
        """Whether more than one operation in a hundred went wrong."""
        done = sum(sample.n for sample in self.samples)
        bad = sum(sample.bad for sample in self.samples)
        return self.fault is not None or bad > FAULTY_SHARE * max(1, done + bad) or not done


class Bench:
    """Takes rounds of a set of candidates until told to stop or out of time."""

    def __init__(self, candidates: Sequence[Candidate], stores: StoreTime, seconds: float) -> None:
        self.candidates = list(candidates)
        self._stores = stores
        self._seconds = seconds
        self._turn = 0
        self._calibration_ms = 0.0

    async def warm(self) -> None:
        """One uncounted stretch each; a candidate that cannot do it is set aside as faulty."""
        for candidate in self.candidates:
            try:
                found = await self._load(candidate)
            except (OSError, ValueError, KeyError, TimeoutError) as wrong:
                candidate.fault = f"{type(wrong).__name__}: {wrong}"[:400]
                continue
            if not found.done:
                candidate.fault = f"none of {found.bad} operations succeeded while warming up"
            candidate.server.refresh()
        self._stores.refresh()

    async def take(self, rounds: int, deadline: float) -> int:
        """Up to `rounds` rounds before `deadline` (time.monotonic); how many were taken."""
        for taken in range(rounds):
            if time.monotonic() > deadline:
                return taken
            self._calibration_ms = calibrate()
            order = [candidate for candidate in self.candidates if candidate.fault is None]
            for candidate in order if self._turn % 2 == 0 else reversed(order):
                await self._sample(candidate)
            self._turn += 1
        return rounds

    async def _load(self, candidate: Candidate) -> Slice:
        return await closed_loop(await candidate.prepare(), self._seconds)

    async def _sample(self, candidate: Candidate) -> None:
        try:
            operations = await candidate.prepare()
        except (OSError, ValueError, KeyError, TimeoutError) as wrong:
            candidate.fault = f"{type(wrong).__name__}: {wrong}"[:400]
            return
        machine, stores = MachineTime.now(), self._stores.now()
        own, before = time.process_time_ns(), candidate.server.cpu_ns()
        found = await closed_loop(operations, self._seconds)
        await asyncio.sleep(SETTLE_S)
        spent = candidate.server.cpu_ns() - before
        candidate.faults += found.faults
        own = time.process_time_ns() - own
        after, later = MachineTime.now(), self._stores.now()
        redis, postgres = later[0] - stores[0], later[1] - stores[1]
        busy = after.busy - machine.busy
        candidate.samples.append(
            Sample(
                n=found.done,
                bad=found.bad,
                cpu_ns=spent,
                wall_s=found.wall_s,
                p50_ms=percentile(found.latencies_ms, 0.5),
                p99_ms=percentile(found.latencies_ms, 0.99),
                redis_ns=redis,
                postgres_ns=postgres,
                foreign_ns=max(0, busy - spent - own - redis - postgres),
                stolen_ns=after.stolen - machine.stolen,
                calibration_ms=self._calibration_ms,
                load=os.getloadavg()[0],
            )
        )
