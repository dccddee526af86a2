"""Pushes against the sandbox: our worker and a bare aiohttp loop; commit to accepted; claims."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any

from bench.box import ROOT
from bench.procs import free_port, start
from bench.product import ProductMissing, _command, _environment, _sandbox, ask
from bench.record import SuiteResult
from bench.run import Run, keep
from bench.stats import Estimate, paired_ratio
from bench.stores import scratch_database, scratch_redis
from server.commands.demo_env import TEMPLATES_FILE, demo_templates

LIMIT_S, QUICK_S = 240.0, 90.0
MOST = 50
PEOPLE = 1000
PUSHING = "bench.load.pushing"


async def measure(run: Run) -> SuiteResult:
    """Pairs of bare and ours, taken in turn; then latency at 200/s, then claims."""
    result = SuiteResult("delivery")
    count, pairs = (1500, 2) if run.quick else (4000, 5)
    async with contextlib.AsyncExitStack() as stack:
        # A token that an earlier sandbox gave would be taken for this one's.
        await stack.enter_async_context(scratch_redis())
        sandbox = keep(stack, start(_sandbox(free_port()), run.logs))
        var = run.out / "var" / f"delivery-{sandbox.port}"
        stack.callback(shutil.rmtree, var, ignore_errors=True)
        await templates_at(sandbox.port)
        bare, ours = [], []
        for _ in range(pairs):
            async with scratch_database("delivery") as database:
                told = await _environment(database, sandbox.port, "http://127.0.0.1:1", var)
                environment = {**told, **GIVEN}
                _command("migrate", environment)
                url = f"http://127.0.0.1:{sandbox.port}"
                bare.append(await program(environment, PUSHING, "bare", url, str(count), str(MOST)))
                ours.append(await program(environment, PUSHING, "ours", str(count), str(MOST)))
        async with scratch_database("latency") as database:
            told = await _environment(database, sandbox.port, "http://127.0.0.1:1", var)
            environment = {**told, **GIVEN}
            _command("migrate", environment)
            result.facts["live"] = await program(
                environment, PUSHING, "live", "5" if run.quick else "20", "200"
            )
        async with scratch_database("claims") as database:
            told = await _environment(database, sandbox.port, "http://127.0.0.1:1", var)
            environment = {**told, **GIVEN}
            _command("migrate", environment)
            claims = await program(environment, PUSHING, "claims")
    result.facts |= {"bare": bare, "ours": ours, "claims_us": claims}
    _conclude(result, bare, ours, claims)
    return result


def _conclude(
    result: SuiteResult,
    bare: list[dict[str, Any]],
    ours: list[dict[str, Any]],
    claims: Mapping[str, float],
) -> None:
    result.given["D1"] = paired_ratio(
        [each["per_s"] for each in ours], [each["per_s"] for each in bare]
    )
    cpu = sorted(each["cpu_ms"] for each in ours)
    result.given["D2"] = Estimate(cpu[len(cpu) // 2], cpu[0], cpu[-1])
    result.given["D3"] = Estimate.exact(result.facts["live"]["p50_ms"])
    result.given["G15.backlog"] = Estimate.exact(claims["500000/100"] / claims["2000/100"])
    result.given["G15.batch"] = Estimate.exact(claims["2000/1"] / claims["2000/100"])


GIVEN = {
    "ZB_PUSHES_PER_SECOND": "100000",
    "ZB_TEMPLATES_FILE": str(TEMPLATES_FILE),
}


async def templates_at(port: int) -> None:
    """Tell the sandbox the demonstration's templates, and who takes any number of them."""
    templates = {
        each.id: list(each.fields)
        for each in demo_templates().known.values()
        if each.platform.value == "wechat"
    }
    body = {"templates": templates, "long_term": list(templates)}
    await ask(port, "POST", "/_ctl/wechat/templates", body)
    for number in range(PEOPLE):
        await ask(port, "POST", "/_ctl/wechat/users", {"openid": f"bench-{number}"})


async def program(environment: Mapping[str, str], module: str, *argv: str) -> dict[str, Any]:
    """Run a program of bench.load to its end; what it printed. Raises ProductMissing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *argv,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode:
        raise ProductMissing(f"{module} {argv[0]}: {err.decode()[-600:]}")
    told: dict[str, Any] = json.loads(out)
    return told
