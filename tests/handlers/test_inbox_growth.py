"""What the inbox costs when it is full: counted in pages that PostgreSQL reads, not in time."""

import json
import os
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connections

from handlers import inbox
from models.inbox import InboxMessage
from models.person import Person
from server.resources import close_database, open_database
from tests.build import settings
from tests.registered import a_person

pytestmark = pytest.mark.postgres
PROVING = os.environ.get("ZB_PROVE") == "1"
FULL = 1_000_000 if PROVING else 20_000
FEW = 100
_FILL = """
INSERT INTO inbox_messages (id, recipient, person_id, topic, subject, event_key, series, facts,
    urgency, text_version, created_at, read_at)
SELECT lpad(to_hex(n), 26, '0'), 'person:' || $1, $1, 'grant.revoked', 's', 'k' || n, '', '{}',
    1, 1, now(), CASE WHEN n % 5 = 0 THEN NULL ELSE now() END
FROM generate_series($2::int, $3::int) AS n
"""


@pytest.fixture
async def inboxes(fresh_postgres_url: str) -> AsyncIterator[tuple[Person, Person]]:
    """Somebody with a hundred messages, and somebody with very many; a fifth was not read."""
    EXECUTOR_CACHE.clear()
    await open_database(settings(database_url=fresh_postgres_url), statement_s=300.0)
    few, full = await a_person(), await a_person()
    database = get_connections().get("default")
    await database.execute_query(_FILL, [few.id, 1, FEW])
    for start in range(FEW + 1, FULL, 50_000):
        await database.execute_query(_FILL, [full.id, start, min(start + 49_999, FULL)])
    await database.execute_script("VACUUM ANALYZE inbox_messages")
    yield few, full
    await close_database()
    EXECUTOR_CACHE.clear()


async def test_page_and_badge_read_as_little_of_a_full_inbox_as_of_another(
    inboxes: tuple[Person, Person],
) -> None:
    few, full = inboxes

    pages = [await _pages_read(_first_page(each.id)) for each in inboxes]
    badges = [await _pages_read(_badge(each.id)) for each in inboxes]
    middle = await _pages_read(_first_page(full.id, before=f"{FULL // 2:026x}"))

    print(f"\n{FULL} messages: page {pages}, middle {middle}, badge {badges}")  # noqa: T201
    # A larger index is a level or two deeper; the rest is a hundred entries at most.
    assert max(pages[1], middle) <= pages[0] + 25
    assert badges[1] <= badges[0] + 110
    assert (await inbox.count_unread(full.id)).more
    assert (await inbox.count_unread(few.id)).count == FEW // 5


@pytest.mark.skipif(not PROVING, reason="timing, ZB_PROVE=1")
async def test_page_and_badge_take_no_longer_with_a_million(
    inboxes: tuple[Person, Person],
) -> None:
    took = [[await _median_ms(each.id, badge) for each in inboxes] for badge in (False, True)]

    print(f"\nmedian ms, {FEW} and {FULL} messages: page {took[0]}, badge {took[1]}")  # noqa: T201
    for small, large in took:
        assert large <= small * 1.2 + 1.0


def _first_page(person_id: str, before: str = "~") -> str:
    found = InboxMessage.filter(person_id=person_id, id__lt=before).order_by("-id").limit(21)
    return found.sql(params_inline=True)


def _badge(person_id: str) -> str:
    query, _ = inbox.unread_query(person_id)
    return query.replace("$1", f"'{person_id}'")


async def _pages_read(query: str) -> int:
    database = get_connections().get("default")
    rows = await database.execute_query_dict(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")
    plan: Any = rows[0]["QUERY PLAN"]
    top = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
    return int(top["Shared Hit Blocks"]) + int(top["Shared Read Blocks"])


async def _median_ms(person_id: str, badge: bool) -> float:
    took = []
    for _ in range(200):
        began = time.perf_counter()
        if badge:
            await inbox.count_unread(person_id)
        else:
            await inbox.list_messages(person_id, unread=None, before="", limit=20)
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 2)
