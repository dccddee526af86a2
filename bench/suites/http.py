"""What our HTTP layers cost on top of bare Sanic: middleware on a no-op route, session check."""

import contextlib
from collections.abc import Mapping, Sequence

from bench.load.closed import Operation
from bench.load.http import build
from bench.load.login import BASE, LoginRefused, login_by_stream
from bench.load.pump import Pump, answered
from bench.product import Product, ProductMissing, running
from bench.programs import start_bare
from bench.record import SuiteResult
from bench.rounds import Bench, Candidate, Prepare
from bench.run import Run, keep
from bench.speakers import speak_to
from bench.stores import StoreMissing, StoreTime, redis_pid, scratch_redis

LIMIT_S, QUICK_S = 240.0, 30.0
CALLERS = 32
NO_OP = "/healthz"
# The same few headers to every candidate, so that parsing them is on both sides of the ratio.
HEADERS = {"Accept": "application/json", "User-Agent": "bench", "X-Forwarded-For": "10.1.2.3"}


async def measure(run: Run) -> SuiteResult:
    """Rounds of B0 twice, the no-op route and GET /session of a session made by a real QR login."""
    result = SuiteResult("http")
    deadline = run.deadline(LIMIT_S, QUICK_S)
    async with contextlib.AsyncExitStack() as stack:
        try:
            redis = await stack.enter_async_context(scratch_redis())
            pid = await redis_pid(redis)
        except StoreMissing as missing:
            result.notes.append(str(missing))
            pid = None
        for name in ("b0", "b0-again"):
            server = keep(stack, start_bare(f"http-{name}", run.logs))
            result.rows.append(Candidate(f"http/{name}", server, getting(server.port, "/")))
        try:
            product = await stack.enter_async_context(running(run.out, run.logs))
            await _ours(product, result)
        except (ProductMissing, StoreMissing, LoginRefused) as missing:
            for name in ("noop", "session"):
                result.skipped.setdefault(f"http/{name}", f"ours: {missing}")
        bench = Bench(result.rows, StoreTime(pid), run.seconds)
        await run.take(bench, deadline, run.undecided(result, "http/"))
    result.control = run.control(result)
    return result


def getting(port: int, path: str, headers: Mapping[str, str] | None = None) -> Prepare:
    """Prepares GETs of one path on thirty-two keep-alive connections."""
    request = build("GET", path, headers={**HEADERS, **(headers or {})})
    pumps = [Pump(port, answered(200), [request]) for _ in range(CALLERS)]

    async def prepare() -> Sequence[Operation]:
        return pumps

    return prepare


async def _ours(product: Product, result: SuiteResult) -> None:
    port = product.server.port
    result.rows.append(Candidate("http/noop", product.server, getting(port, NO_OP)))
    cookie = await session_cookie(product)
    result.rows.append(
        Candidate(
            "http/session", product.server, getting(port, f"{BASE}/session", {"Cookie": cookie})
        )
    )


async def session_cookie(product: Product) -> str:
    """Cookie header of a session opened by a QR login; raises ProductMissing, LoginRefused."""
    ours = await speak_to(product, 1)
    try:
        return await login_by_stream(ours.desks[0], ours.hands[0])
    except (OSError, TimeoutError) as wrong:
        raise LoginRefused(f"login: {type(wrong).__name__} {wrong}") from wrong
