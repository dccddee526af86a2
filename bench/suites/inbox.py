"""What a page of the inbox costs beside a raw query (G10), and in a full inbox (G11)."""

import contextlib
import json
from typing import Any

import asyncpg

from bench.load.login import BASE, LoginRefused
from bench.product import Product, ProductMissing, running
from bench.programs import start_bare, start_page
from bench.record import SuiteResult
from bench.rounds import Bench, Candidate
from bench.run import Run, keep
from bench.stats import Estimate
from bench.stores import StoreMissing, StoreTime, redis_pid, scratch_redis
from bench.suites.http import getting, session_cookie

LIMIT_S, QUICK_S = 300.0, 100.0
FEW = 1_000
_FILL = """
INSERT INTO inbox_messages (id, recipient, person_id, topic, subject, event_key, series, facts,
    urgency, text_version, created_at, read_at)
SELECT $4 || lpad(to_hex(n), 25, '0'), 'person:' || $1, $1, 'grant.revoked', 's', 'b' || n, '',
    '{"unit_name": "测试公司"}', 1, 1, now(), CASE WHEN n % 5 = 0 THEN NULL ELSE now() END
FROM generate_series($2::int, $3::int) AS n
"""
_PAGE = "SELECT * FROM inbox_messages WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT 21"
_BADGE = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM inbox_messages WHERE person_id = $1"
    " AND read_at IS NULL LIMIT 100) AS capped"
)


async def measure(run: Run) -> SuiteResult:
    """Rounds of B0 twice, B2 and ours over one inbox; then pages read of a small and a full one."""
    result = SuiteResult("inbox")
    deadline = run.deadline(LIMIT_S, QUICK_S)
    async with contextlib.AsyncExitStack() as stack:
        try:
            pid = await redis_pid(await stack.enter_async_context(scratch_redis()))
            product = await stack.enter_async_context(running(run.out, run.logs))
            await _candidates(product, result, run, stack)
        except (ProductMissing, StoreMissing, LoginRefused) as missing:
            for name in ("inbox/ours", "inbox/b2", "G11"):
                result.skipped[name] = f"ours: {missing}"
            return result
        bench = Bench(result.rows, StoreTime(pid), run.seconds)
        await run.take(bench, deadline, run.undecided(result, "inbox/"))
        await _independence(product, result, 100_000 if run.quick else 1_000_000)
    result.control = run.control(result)
    return result


async def _candidates(
    product: Product, result: SuiteResult, run: Run, stack: contextlib.AsyncExitStack
) -> None:
    for name in ("b0", "b0-again"):
        server = keep(stack, start_bare(f"inbox-{name}", run.logs))
        result.rows.append(Candidate(f"inbox/{name}", server, getting(server.port, "/")))
    cookie = await session_cookie(product)
    database = await asyncpg.connect(product.database.url)
    try:
        person = await database.fetchval(
            "SELECT id FROM persons WHERE last_login_at IS NOT NULL"
            " ORDER BY last_login_at DESC LIMIT 1"
        )
        await database.execute(_FILL, person, 1, FEW, "0")
        await database.execute("VACUUM ANALYZE inbox_messages")
    finally:
        await database.close()
    raw = keep(stack, start_page(product.database, run.logs))
    result.rows.append(Candidate("inbox/b2", raw, getting(raw.port, f"/?person={person}")))
    path = f"{BASE}/messages?limit=20"
    ours = getting(product.server.port, path, {"Cookie": cookie})
    result.rows.append(Candidate("inbox/ours", product.server, ours))


async def _independence(product: Product, result: SuiteResult, many: int) -> None:
    """Pages of the database that a small and a full inbox make it read; exact, not timed."""
    database = await asyncpg.connect(product.database.url, command_timeout=300)
    try:
        few, full = [
            str(row["id"])
            for row in await database.fetch(
                "SELECT id FROM persons WHERE id NOT IN (SELECT person_id FROM inbox_messages"
                " WHERE person_id IS NOT NULL) ORDER BY id LIMIT 2"
            )
        ]
        await database.execute(_FILL, few, 1, FEW, "1")
        for start in range(1, many, 50_000):
            await database.execute(_FILL, full, start, min(start + 49_999, many), "2")
        await database.execute("VACUUM ANALYZE inbox_messages")
        small = [await _pages(database, *each) for each in _questions(few, "1", FEW)]
        large = [await _pages(database, *each) for each in _questions(full, "2", many)]
    finally:
        await database.close()
    names = ("first page", "middle page", "badge")
    result.facts["pages read"] = {
        name: {"1k": a, str(many): b} for name, a, b in zip(names, small, large, strict=True)
    }
    result.given["G11"] = Estimate.exact(max(b / a for a, b in zip(small, large, strict=True)))


def _questions(person: str, mark: str, count: int) -> list[tuple[str, list[object]]]:
    middle = f"{mark}{count // 2:025x}"
    return [(_PAGE, [person, "~"]), (_PAGE, [person, middle]), (_BADGE, [person])]


async def _pages(database: Any, question: str, values: list[object]) -> int:
    """Pages that a statement touches, the second time it is asked."""
    found = 0
    for _ in range(2):
        told = await database.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {question}", *values
        )
        plan = json.loads(told)[0]["Plan"]
        found = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return found
