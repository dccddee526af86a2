"""What every refusal must be, and how to see that nothing has changed."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from tests.live import Answer, Live

# Words of our insides; none may ever reach a client.
LEAKS = re.compile(
    rb"Traceback|File \"|\.py\b|sanic|tortoise|asyncpg|sqlite|aiohttp|msgspec|redis|SELECT |INSERT "
    rb"|Error:|Exception|site-packages|0x[0-9a-f]{8}",
)


def faults_of_refusal(answer: Answer, *, statuses: range = range(400, 500)) -> list[str]:
    """What is wrong with an answer that should be a refusal; empty when nothing is."""
    faults = []
    if answer.status not in statuses:
        faults.append(f"status {answer.status}")
    if answer.headers.get("Content-Type", "") != "application/problem+json":
        faults.append(f"content type {answer.headers.get('Content-Type')}")
    elif not re.fullmatch(r"SB-\d{4}", answer.code) or answer.json["status"] != answer.status:
        faults.append(f"problem {answer.body[:200]!r}")
    if "X-Trace-Id" not in answer.headers:
        faults.append("no trace id")
    if LEAKS.search(answer.body):
        faults.append(f"leak {answer.body[:300]!r}")
    return faults


@asynccontextmanager
async def nothing_changes(live: Live) -> AsyncIterator[None]:
    """The same rows in every table and the same keys in Redis, at the end as at the beginning.

    But for the audit trail, where what was refused is put on record.
    """
    before = _rows(live), await keys(live)
    yield
    after = _rows(live), await keys(live)
    assert after[0] == before[0], f"rows {before[0]} became {after[0]}"
    # Login QRs of earlier tests may end meanwhile, as they should.
    lasting = {key for key in before[1] - after[1] if not key.startswith(("q:", "qb:"))}
    assert not lasting, f"keys gone: {sorted(lasting)[:20]}"
    assert after[1] <= before[1], f"keys come: {sorted(after[1] - before[1])[:20]}"


def _rows(live: Live) -> dict[str, int]:
    return {table: count for table, count in live.rows().items() if table != "audit_entries"}


async def keys(live: Live) -> set[str]:
    """Every key but the counters of limits and the revisions of grants, which only say how it was.

    Empty where Redis is embedded: nobody outside the server sees it then.
    """
    url = live.running.environment["ZB_REDIS_URL"]
    if url.startswith("memory:"):
        return set()
    async with Redis.from_url(url, decode_responses=True) as client:
        found = {key async for key in client.scan_iter()}
    return {key for key in found if not key.startswith(("rl:", "rv:")) and ":polls" not in key}
