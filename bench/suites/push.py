"""Pushing as it is commonly written beside ours: wechatpy in threads (G16), by the ORM (G17)."""

import contextlib
import shutil

from bench.procs import free_port, start
from bench.product import _command, _environment, _sandbox
from bench.record import SuiteResult
from bench.run import Run, keep
from bench.stats import paired_ratio
from bench.stores import scratch_database, scratch_redis
from bench.suites.delivery import GIVEN, MOST, PUSHING, program, templates_at

LIMIT_S, QUICK_S = 300.0, 90.0
NAIVE = "bench.load.naive_pushing"


async def measure(run: Run) -> SuiteResult:
    """Rounds of wechatpy, the naive reminders and ours, taken in turn: CPU of the process each."""
    result = SuiteResult("push")
    count, rounds = (500, 2) if run.quick else (2000, 4)
    threads, naive, sending, whole = [], [], [], []
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(scratch_redis())
        sandbox = keep(stack, start(_sandbox(free_port()), run.logs))
        var = run.out / "var" / f"push-{sandbox.port}"
        stack.callback(shutil.rmtree, var, ignore_errors=True)
        await templates_at(sandbox.port)
        url = f"http://127.0.0.1:{sandbox.port}"
        for _ in range(rounds):
            async with scratch_database("push") as database:
                told = await _environment(database, sandbox.port, "http://127.0.0.1:1", var)
                environment = {**told, **GIVEN}
                _command("migrate", environment)
                threads.append(await program(environment, NAIVE, "wechatpy", url, str(count)))
                naive.append(await program(environment, NAIVE, "naive", url, str(count)))
            async with scratch_database("push") as database:
                environment |= {"ZB_DATABASE_URL": database.url}
                _command("migrate", environment)
                sent = await program(environment, PUSHING, "gateway", str(count), str(MOST))
                sending.append(sent["cpu_ms"])
                ours = await program(environment, PUSHING, "ours", str(count), str(MOST))
                whole.append(ours["cpu_ms"] + ours["owing"]["cpu_ms"] + ours["planning"]["cpu_ms"])
    result.facts |= {"wechatpy": threads, "naive": naive, "gateway": sending, "ours": whole}
    result.given["G16"] = paired_ratio([each["cpu_ms"] for each in threads], sending)
    result.given["G17"] = paired_ratio([each["cpu_ms"] for each in naive], whole)
    return result
