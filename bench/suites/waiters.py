"""Waiting browsers: memory, cost to accept and to hold them, and how soon one hears of its scan."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.box import raise_fd_limit
from bench.load.closed import Operation, closed_loop
from bench.load.crowd import Browser, batches, issue_many, open_batch, scan_at
from bench.load.login import LoginRefused
from bench.procs import Server, StartError
from bench.product import ProductMissing
from bench.programs import start_bare
from bench.record import SuiteResult
from bench.run import Run, keep
from bench.speakers import Speaker, speak_to, start_naive, start_ours
from bench.stores import StoreMissing, commits_timed, scratch_redis
from bench.suites.http import getting
from bench.waiting import Stage, conclude, latency_facts

LIMIT_S, QUICK_S = 480.0, 40.0
SIZES, QUICK_SIZES = (1000, 5000, 10_000), (500, 2000)
# More than a hundred streams and the naive app's Redis pool raises: one connection per browser.
NAIVE_SIZE = 50
SPARE_FILES = 600
CALLERS = 32
SPREAD_S, QUICK_SPREAD_S = 10.0, 2.0
SETTLE_S, QUIET_S = 1.5, 0.02
IDLE_WINDOWS, QUICK_WINDOWS = 6, 3
IDLE_S, QUICK_IDLE_S = 5.0, 2.0
PROBE_S = 0.15
SCANS_PER_S = 200
SCANS, QUICK_SCANS = 2000, 400
FIRST_SCANS = 200


async def measure(run: Run) -> SuiteResult:
    """A stage per number of waiters, each on a fresh server; the naive app beside them."""
    result = SuiteResult("waiters")
    deadline = run.deadline(LIMIT_S, QUICK_S)
    async with contextlib.AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(scratch_redis())
        except StoreMissing as missing:
            result.skipped = {goal.id: str(missing) for goal in run.goals.of("waiters")}
            return result
        bare = [keep(stack, start_bare(f"waiters-{name}", run.logs)) for name in ("b0", "b0-again")]
        try:
            ours = await start_ours(run, stack, CALLERS)
            await _stages(run, ours, bare, result, deadline)
        except (ProductMissing, StoreMissing, StartError, LoginRefused) as missing:
            result.skipped = {goal.id: f"ours: {missing}" for goal in run.goals.of("waiters")}
        if not run.quick and time.monotonic() < deadline:
            await _naive(run, stack, bare, result)
    return result


async def _naive(
    run: Run, stack: contextlib.AsyncExitStack, bare: Sequence[Server], result: SuiteResult
) -> None:
    try:
        naive = await start_naive(run, stack, CALLERS)
        stage = await _stage(run, naive, bare, NAIVE_SIZE, NAIVE_SIZE)
    except (StoreMissing, StartError, LoginRefused, OSError, TimeoutError) as missing:
        result.skipped["naive"] = f"naive: {type(missing).__name__} {missing}"
        return
    found = stage.as_json() | latency_facts(stage)
    del found["latency_ms"]
    result.facts["naive"] = found


async def _stages(
    run: Run, ours: Speaker, bare: Sequence[Server], result: SuiteResult, deadline: float
) -> None:
    stages: list[Stage] = []
    for number, size in enumerate(_clipped(QUICK_SIZES if run.quick else SIZES, result)):
        if time.monotonic() > deadline:
            result.notes.append(f"wall limit: no stage of {size} waiters")
            break
        # A fresh server has a clean memory to grow from; a quick run does without.
        if number and not run.quick:
            assert ours.product is not None
            ours.product.restart(run.logs)
            ours = await speak_to(ours.product, CALLERS)
        largest = size == max(QUICK_SIZES if run.quick else SIZES)
        scans = (QUICK_SCANS if run.quick else SCANS) if largest else 0
        try:
            stage = await _stage(run, ours, bare, size, scans)
        except (OSError, TimeoutError, ValueError) as wrong:
            result.notes.append(f"{size} waiters: {type(wrong).__name__} {wrong}"[:300])
            break
        stages.append(stage)
        if failed := stage.lost + len(stage.refused):
            why = dict(Counter(stage.refused).most_common(3))
            result.notes.append(f"{failed} of {size} streams refused or closed: {why}")
    result.facts["stages"] = [stage.as_json() for stage in stages]
    conclude(run, stages, result)


def _clipped(sizes: Sequence[int], result: SuiteResult) -> list[int]:
    most = raise_fd_limit() - SPARE_FILES
    if max(sizes) > most:
        result.notes.append(f"open files: {most + SPARE_FILES}; waiters clipped to {most}")
    return sorted({min(size, most) for size in sizes})


async def _stage(
    run: Run, speaker: Speaker, bare: Sequence[Server], size: int, scans: int
) -> Stage:
    stage = Stage(size)
    challenges = await issue_many(
        speaker.desks, speaker.role, size, QUICK_SPREAD_S if run.quick else SPREAD_S
    )
    stage.rss_before = speaker.server.memory().rss
    browsers = await _ramp(stage, speaker, bare, challenges)
    try:
        await asyncio.sleep(SETTLE_S)
        settled = speaker.server.memory()
        stage.rss_after, stage.uss_after = settled.rss, settled.uss
        await _hold(run, stage, speaker)
        if scans:
            step = max(2, size // scans)
            # The first after a start wait for PostgreSQL to prepare each statement on each
            # connection; that comes once, and is told apart.
            first, _ = await scan_at(browsers[1::step][:FIRST_SCANS], speaker.hands, SCANS_PER_S)
            stage.first_ms = max((one.event_ms for one in first), default=0.0)
            chosen = browsers[::step][:scans]
            async with commits_timed() as stage.commits_ms:
                stage.scans, stage.faults = await scan_at(chosen, speaker.hands, SCANS_PER_S)
        stage.lost = sum(browser.waiter.lost for browser in browsers)
    finally:
        for browser in browsers:
            browser.waiter.close()
        await asyncio.sleep(QUIET_S)
    return stage


async def _ramp(
    stage: Stage, speaker: Speaker, bare: Sequence[Server], challenges: Sequence[Any]
) -> list[Browser]:
    browsers: list[Browser] = []
    probes = [await getting(server.port, "/")() for server in bare]
    for number, batch in enumerate(batches(challenges)):
        rss, before = speaker.server.memory().rss, speaker.server.cpu_ns()
        already, begin = len(browsers), time.perf_counter()
        browsers += await open_batch(speaker.desks[0], batch, len(browsers), stage.refused)
        await asyncio.sleep(QUIET_S)
        stage.accept_raw_ns.append((speaker.server.cpu_ns() - before) / len(batch))
        stage.held_s.append(already * (time.perf_counter() - begin) / len(batch))
        stage.growth.append((speaker.server.memory().rss - rss) / len(batch))
        pair = [stage.bare_ns, stage.again_ns]
        order = (0, 1) if number % 2 == 0 else (1, 0)
        for which in order:
            pair[which].append(await _cost(bare[which], probes[which], PROBE_S))
    return browsers


async def _cost(server: Server, operations: Sequence[Operation], seconds: float) -> float:
    before = server.cpu_ns()
    found = await closed_loop(operations, seconds)
    await asyncio.sleep(QUIET_S)
    return (server.cpu_ns() - before) / max(1, found.done)


async def _hold(run: Run, stage: Stage, speaker: Speaker) -> None:
    """Idle windows, and after each a stretch of status polls (less what the idle crowd costs)."""
    windows, seconds = (QUICK_WINDOWS, QUICK_IDLE_S) if run.quick else (IDLE_WINDOWS, IDLE_S)
    challenges = await issue_many(speaker.desks, speaker.role, len(speaker.desks))
    pollers: list[Operation] = [
        _polling(desk.polled, desk.asking(challenge))
        for desk, challenge in zip(speaker.desks, challenges, strict=True)
    ]
    for _ in range(windows):
        before, begin = speaker.server.cpu_ns(), time.perf_counter()
        await asyncio.sleep(seconds)
        idle = (speaker.server.cpu_ns() - before) / (time.perf_counter() - begin)
        before, begin = speaker.server.cpu_ns(), time.perf_counter()
        found = await closed_loop(pollers, PROBE_S * 2)
        spent = speaker.server.cpu_ns() - before - idle * (time.perf_counter() - begin)
        stage.idle_ns_per_s.append(idle / stage.n)
        stage.poll_ns.append(spent / max(1, found.done))


def _polling(polled: Any, request: bytes) -> Operation:
    async def once() -> bool:
        return bool(await polled(request))

    return once
