"""Grants: how soon a revocation closes a stream, what a check and a change of unit cost."""

import asyncio
import base64
import contextlib
import json
import os
import re
import secrets
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bench.box import ROOT, raise_fd_limit
from bench.load.closed import Operation
from bench.load.http import Caller, build
from bench.load.login import BASE
from bench.load.stream import Waiter, open_stream
from bench.procs import Server, StartError, free_port, start
from bench.product import ProductMissing, _command, serve_program
from bench.programs import start_bare
from bench.record import SuiteResult
from bench.rounds import Bench, Candidate, Prepare
from bench.run import Run, keep
from bench.stats import bootstrap, paired_ratio, percentile
from bench.stores import (
    StoreMissing,
    StoreTime,
    redis_pid,
    redis_url,
    scratch_database,
    scratch_redis,
)
from bench.suites.http import getting

LIMIT_S, QUICK_S = 600.0, 150.0
STREAMS, QUICK_STREAMS = 2000, 400
REVOKED, QUICK_REVOKED = 500, 100
PER_S = 20
CALLERS = 8
FULL, QUICK_FULL, SMALL = 1_000_000, 100_000, 1000
PAIRS, QUICK_PAIRS = 40, 10
CLOSED = re.compile(rb"event: session-end.*\r\n0\r\n\r\n", re.DOTALL)
OPENED = re.compile(rb"\r\n\r\n.*:ok", re.DOTALL)
WITHIN_S, AT_ONCE = 20.0, 100


async def measure(run: Run) -> SuiteResult:
    """Streams across two workers first, then checks in two tables, then rounds of switching."""
    result = SuiteResult("grants")
    deadline = run.deadline(LIMIT_S, QUICK_S)
    async with contextlib.AsyncExitStack() as stack:
        try:
            redis = await stack.enter_async_context(scratch_redis())
            await _revocations(run, result)
            await _checks(run, result)
            await _switching(run, stack, result)
        except (ProductMissing, StoreMissing, StartError) as missing:
            for goal in run.goals.of("grants"):
                result.skipped.setdefault(goal.id, str(missing))
            return result
        bench = Bench(result.rows, StoreTime(await redis_pid(redis)), run.seconds)
        await run.take(bench, deadline, run.undecided(result, "grants/"))
    result.control = run.control(result)
    return result


async def _environment(stack: contextlib.AsyncExitStack, purpose: str) -> dict[str, str]:
    database = await stack.enter_async_context(scratch_database(purpose))
    found = {
        "ZB_DATABASE_URL": database.url,
        "ZB_REDIS_URL": redis_url(),
        "ZB_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ZB_PUBLIC_URL": "http://127.0.0.1:1",
    }
    _command("migrate", found)
    return found


def _worker(
    run: Run, stack: contextlib.AsyncExitStack, env: Mapping[str, str], name: str
) -> Server:
    return keep(stack, start(replace(serve_program(free_port(), env), name=name), run.logs))


async def _granting(environment: Mapping[str, str], what: str, count: int) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load.granting", what, str(count),
        cwd=ROOT, env={**os.environ, **environment}, limit=2**24,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _told(process: Process) -> Any:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise ProductMissing(f"granting ended with {await process.wait()}")
    return json.loads(line)


# revocations


async def _revocations(run: Run, result: SuiteResult) -> None:
    count, revoked = (QUICK_STREAMS, QUICK_REVOKED) if run.quick else (STREAMS, REVOKED)
    raise_fd_limit()
    async with contextlib.AsyncExitStack() as own:
        environment = await _environment(own, "revocations")
        workers = [_worker(run, own, environment, f"grants-{name}") for name in ("one", "two")]
        process = await _granting(environment, "streams", count)
        people = await _told(process)
        await process.wait()
        waiters = await _opened(workers, people["clerks"])
        for waiter in waiters:
            own.callback(waiter.close)
        spent = await _revoke(workers, people, waiters, revoked)
        result.facts["streams"] = {
            "open": count,
            "revoked": revoked,
            "closed_p50_p99_ms": [percentile(spent, 0.5), percentile(spent, 0.99)],
            "lost": sum(waiter.lost for waiter in waiters),
        }
        result.given["GR1"] = bootstrap(
            spent, lambda values: percentile(values, 0.99), resamples=500
        )


def _p99(values: Sequence[float]) -> float:
    return percentile(values, 0.99)


async def _opened(workers: Sequence[Server], clerks: Sequence[Sequence[str]]) -> list[Waiter]:
    """A stream of each clerk, in turns at one and the other worker."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, secret: str) -> Waiter:
        headers = {"Cookie": f"zb_sid={secret}", "Accept": "text/event-stream"}
        request = build("GET", f"{BASE}/session/events", headers=headers)
        async with turns:
            waiter = await open_stream(workers[number % 2].port, request, number)
            await asyncio.wait_for(waiter.expect(OPENED), WITHIN_S)
        return waiter

    try:
        return await asyncio.gather(*(one(n, clerk[1]) for n, clerk in enumerate(clerks)))
    except (OSError, TimeoutError) as wrong:
        raise ProductMissing(f"streams: {type(wrong).__name__} {wrong}") from wrong


async def _revoke(
    workers: Sequence[Server], people: Any, waiters: Sequence[Waiter], count: int
) -> list[float]:
    """ms from sending a revocation to one worker until the stream at the other one is closed."""
    secret, csrf = people["rep"]
    headers = {"Cookie": f"zb_sid={secret}", "X-CSRF-Token": csrf, "If-Match": '"1"'}
    callers = [Caller(worker.port) for worker in workers]
    spent, running = [], []

    async def closing(closed: "asyncio.Future[float]", begin: float) -> None:
        spent.append((await asyncio.wait_for(closed, WITHIN_S) - begin) * 1000)

    start_s = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, start_s + number / PER_S - time.perf_counter()))
        closed = waiters[number].expect(CLOSED)
        path = f"{BASE}/grants/{people['clerks'][number][0]}/revoke"
        begin = time.perf_counter()
        running.append(asyncio.create_task(closing(closed, begin)))
        request = build("POST", path, headers=headers, body={"reason": "bench"})
        answer = await callers[1 - number % 2].send(request)
        if answer.status != 200:
            raise ProductMissing(f"revoke: {answer.status} {answer.body[:200]!r}")
    await asyncio.gather(*running)
    return spent


# checks


async def _checks(run: Run, result: SuiteResult) -> None:
    full, pairs = (QUICK_FULL, QUICK_PAIRS) if run.quick else (FULL, PAIRS)
    async with contextlib.AsyncExitStack() as own:
        small = await _checker(own, SMALL, "small")
        large = await _checker(own, full, "large")
        seen: dict[str, list[float]] = {"small": [], "large": [], "large-many": []}
        for number in range(pairs):
            turns = [("small", small, 1), ("large", large, 1), ("large-many", large, 1000)]
            for name, process, units in turns if number % 2 == 0 else reversed(turns):
                assert process.stdin is not None
                process.stdin.write(f"{units}\n".encode())
                seen[name].append(float(await _told(process)))
    result.facts["check_us"] = {name: percentile(spent, 0.5) for name, spent in seen.items()}
    result.facts["check_tables"] = [SMALL, full]
    result.given["G12.units"] = paired_ratio(seen["large-many"], seen["large"])
    result.given["G12.table"] = paired_ratio(seen["large"], seen["small"])


async def _checker(stack: contextlib.AsyncExitStack, fill: int, name: str) -> Process:
    environment = await _environment(stack, name)
    process = await _granting(environment, "checks", fill)
    await _told(process)
    stack.push_async_callback(_ended, process)
    return process


async def _ended(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


# switching


async def _switching(run: Run, stack: contextlib.AsyncExitStack, result: SuiteResult) -> None:
    environment = await _environment(stack, "switching")
    server = _worker(run, stack, environment, "grants-switching")
    process = await _granting(environment, "switchers", CALLERS)
    people = await _told(process)
    await process.wait()
    for name in ("b0", "b0-again"):
        bare = keep(stack, start_bare(f"grants-{name}", run.logs))
        result.rows.append(Candidate(f"grants/{name}", bare, getting(bare.port, "/")))
    for name in ("few", "many"):
        prepare = _going_over([Switcher(server.port, one) for one in people[name]])
        result.rows.append(Candidate(f"grants/switch-{name}", server, prepare))


class Switcher:
    """A browser that goes over from one unit to another and back."""

    def __init__(self, port: int, told: Sequence[str]) -> None:
        secret, self._csrf, *self._units = told
        self._cookie = f"zb_sid={secret}"
        self._caller = Caller(port)
        self._turn = 0

    async def once(self) -> bool:
        """One change of unit, under the new secret from then on."""
        self._turn += 1
        body = {"unit_id": self._units[self._turn % 2], "role": "clerk"}
        headers = {"Cookie": self._cookie, "X-CSRF-Token": self._csrf}
        request = build("POST", f"{BASE}/session/unit", headers=headers, body=body)
        answer = await self._caller.send(request)
        if answer.status != 200:
            return False
        told = answer.json()
        self._cookie = answer.cookies()
        self._csrf = told.get("session", told)["csrf_token"]
        return True


def _going_over(switchers: Sequence[Switcher]) -> Prepare:
    async def prepare() -> Sequence[Operation]:
        return [switcher.once for switcher in switchers]

    return prepare
