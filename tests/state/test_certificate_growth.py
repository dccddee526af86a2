"""The daily scan of certificates on PostgreSQL: its cost follows what is due, not what there is.

Small by default, where a machine's noise is larger than the cost: there only the counts are held.
ZB_PROVE=1 goes to a million rows and holds the cost as well.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connections

from handlers.certificate_reminders import remind_of_expiry
from models.certificate import CertificateReminder
from models.outbox import OutboxEvent
from server.commands.migrate import migrate
from server.resources import close_database, open_database
from server.settings import from_environ
from tests.registered import NOW, a_unit, settings
from tests.support import services

pytestmark = pytest.mark.postgres
PROVE = bool(from_environ("ZB_PROVE", ""))
FEW, MANY, DUE = (10_000, 1_000_000, 310) if PROVE else (1_000, 20_000, 100)
CLOCKS = 4
TODAY = date(2026, 3, 2)
_FILL = """
INSERT INTO certificates (id, unit_id, state, source, title, issuer, serial, key, uscc, algorithm,
  fingerprint, problems, trusted_by, crl_url, ocsp_url, not_before, not_after, expires_on,
  next_step_on, revision, created_at)
SELECT '{mark}' || lpad(n::text, 25, '0'), $1, 'held', 'manual', 't', 'i', n::text,
  '{mark}' || n::text, '', '', '', '', '', '', '', now(), now(), $2::date + {expires},
  $2::date + {next}, 1, now()
FROM generate_series(1, {count}) n
"""

_FORGET_DUE = "DELETE FROM certificates WHERE left(id, 1) BETWEEN '0' AND '9'"


@pytest.fixture
async def database() -> AsyncIterator[None]:
    """A migrated PostgreSQL database of this test's own."""
    name = f"zb_growth_{os.getpid()}"
    url = await asyncio.to_thread(services.create_database, name)
    await migrate(url)
    EXECUTOR_CACHE.clear()
    await open_database(settings(database_url=url), statement_s=300)
    yield
    await close_database()
    EXECUTOR_CACHE.clear()
    await asyncio.to_thread(services.drop_database, name)


async def fill(unit_id: str, mark: str, count: int, *, expires: str, following: str) -> None:
    text = _FILL.format(mark=mark, count=count, expires=expires, next=following)
    database = get_connections().get("default")
    await database.execute_query(text, [unit_id, TODAY])


async def scan_s(today: date) -> tuple[float, int]:
    begin = time.perf_counter()
    count = await remind_of_expiry(today=today, now=NOW)
    return time.perf_counter() - begin, count


async def cost_per_reminder_s(unit_id: str) -> float:
    """The best of five days on which DUE certificates come to their 30-day step."""
    costs = []
    for day in range(5):
        today = TODAY + timedelta(days=day)
        expires, following = f"{30 + day} + 0 * n", f"{day} + 0 * n"
        await fill(unit_id, str(day), DUE, expires=expires, following=following)
        seconds, count = await scan_s(today)
        assert count == DUE
        costs.append(seconds / DUE)
    return min(costs)


async def test_what_is_due_is_owed_and_costs_the_same_in_a_large_table(database: None) -> None:
    unit = await a_unit()
    far = {"expires": "(2000 + n % 300)::int", "following": "(1900 + n % 300)::int"}
    await fill(unit.id, "x", FEW, **far)
    few = await cost_per_reminder_s(unit.id)
    await fill(unit.id, "y", MANY - FEW, **far)
    await get_connections().get("default").execute_script("ANALYZE certificates")
    await get_connections().get("default").execute_script(_FORGET_DUE)
    many = await cost_per_reminder_s(unit.id)

    print(f"\nper reminder: {few * 1e6:.0f} us of {FEW}, {many * 1e6:.0f} us of {MANY}")  # noqa: T201
    if PROVE:
        assert many <= few * 1.3


async def test_four_clocks_over_all_of_them_owe_each_reminder_once(database: None) -> None:
    unit = await a_unit()
    await fill(unit.id, "x", MANY, expires="(n % 400)::int", following="((n % 400) - 90)::int")

    begin = time.perf_counter()
    counts = await asyncio.gather(*(remind_of_expiry(today=TODAY, now=NOW) for _ in range(CLOCKS)))
    seconds = time.perf_counter() - begin

    due = sum(n % 400 <= 90 for n in range(1, MANY + 1))
    print(f"\n{due} of {MANY} owed by {CLOCKS} clocks in {seconds:.1f} s: {counts}")  # noqa: T201
    assert sum(counts) == due
    assert await OutboxEvent.all().count() == await CertificateReminder.all().count() == due
    assert (await scan_s(TODAY))[1] == 0
