"""`python -m bench.load.scanning <rows> [<rows> …]`: the daily scan of certificates, measured.

Each number is a size of the table; prints one JSON object: seconds per reminder by size and due.
"""

import asyncio
import json
import sys
import time
from datetime import date, timedelta
from statistics import median
from typing import Any

from tortoise.connection import get_connections

from handlers.certificate_reminders import remind_of_expiry
from models.ids import new_id
from models.unit import Unit
from server.clock import utc_now
from server.resources import close_database, open_database
from server.settings import Settings

TODAY = date(2026, 3, 2)
DUE, DAYS = 310, 5
_FILL = """
INSERT INTO certificates (id, unit_id, state, source, title, issuer, serial, key, uscc, algorithm,
  fingerprint, problems, trusted_by, crl_url, ocsp_url, not_before, not_after, expires_on,
  next_step_on, revision, created_at)
SELECT '{mark}' || lpad(n::text, 25, '0'), $1, 'held', 'manual', 't', 'i', n::text,
  '{mark}' || n::text, '', '', '', '', '', '', '', now(), now(), $2::date + {expires},
  $2::date + {following}, 1, now()
FROM generate_series({first}, {last}) n
"""


async def fill(unit: Unit, mark: str, rows: range, *, expires: str, following: str) -> None:
    """Certificates with such numbers; expires, following: days from TODAY, as SQL."""
    text = _FILL.format(
        mark=mark, first=rows.start, last=rows.stop - 1, expires=expires, following=following
    )
    await get_connections().get("default").execute_query(text, [unit.id, TODAY])


async def scan(unit: Unit, due: int) -> float:
    """Seconds per reminder, the median of five days on each of which so many come due."""
    took = []
    for day in range(DAYS):
        rows = range(1, due + 1)
        step = {"expires": f"{30 + day} + 0 * n", "following": f"{day} + 0 * n"}
        await fill(unit, f"{day}", rows, **step)
        began = time.perf_counter()
        told = await remind_of_expiry(today=TODAY + timedelta(days=day), now=utc_now())
        took.append((time.perf_counter() - began) / told)
        database = get_connections().get("default")
        await database.execute_script(
            "DELETE FROM certificates WHERE left(id, 1) BETWEEN '0' AND '9';"
            " TRUNCATE certificate_reminders, outbox_events"
        )
    return median(took)


async def main(sizes: list[int]) -> dict[str, Any]:
    """Grow the table from size to size; at each the usual number is due, at the first ten times."""
    await open_database(Settings.from_environ(), statement_s=300)
    unit = await Unit.create(
        id=new_id(), uscc="91239900RLXDJ01N3N", name="b", address="", region="239900"
    )
    found, have = {}, 0
    try:
        for size in sizes:
            far = {"expires": "(2000 + n % 300)::int", "following": "(1900 + n % 300)::int"}
            for start in range(have + 1, size + 1, 100_000):
                await fill(unit, "x", range(start, min(start + 100_000, size + 1)), **far)
            have = size
            await get_connections().get("default").execute_script("VACUUM ANALYZE certificates")
            found[str(size)] = await scan(unit, DUE)
        found["ten times due"] = await scan(unit, 10 * DUE)
    finally:
        await close_database()
    return found


if __name__ == "__main__":
    told = asyncio.run(main([int(each) for each in sys.argv[1:]]))
    sys.stdout.write(json.dumps(told) + "\n")
