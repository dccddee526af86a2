"""Clocks as processes: `zhangban tick` several times at once, each duty of each thing once."""

import asyncio
import base64
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.certificate import CHINA, Certificate
from models.filing import Filing
from models.grant import Grant
from models.ids import new_id
from models.outbox import OutboxEvent
from models.person import Person
from models.unit import Unit
from models.vocabulary import FilingStatus, GrantStatus
from server.resources import close_database, open_database
from tests.certificates import a_certificate_row
from tests.live_processes import ROOT
from tests.registered import a_grant, a_person, a_unit, settings

pytestmark = pytest.mark.postgres
CLOCKS, EACH = 4, 40
DAY = timedelta(days=1)
MASTER_KEY = base64.b64encode(b"tests only, never anywhere else!").decode()


@pytest.fixture
async def url(fresh_postgres_url: str) -> AsyncIterator[str]:
    """A migrated PostgreSQL database of this test's own, behind the models."""
    EXECUTOR_CACHE.clear()
    await open_database(settings(database_url=fresh_postgres_url))
    yield fresh_postgres_url
    await close_database()
    EXECUTOR_CACHE.clear()


async def a_filing(unit: Unit, now: datetime) -> Filing:
    """One under review whose promised time passed an hour ago."""
    due_at = now - timedelta(hours=1)
    return await Filing.create(
        id=new_id(),
        unit=unit,
        item="employee_add",
        external_no=new_id(),
        status=FilingStatus.REVIEWING,
        status_at=due_at - DAY,
        due_at=due_at,
        remind_at=due_at,
        created_at=due_at - DAY,
    )


async def due(now: datetime, person: Person) -> None:
    """Of everything that comes with time there are so many, due now."""
    today = now.astimezone(CHINA).date()
    for _ in range(EACH):
        unit = await a_unit()
        row = a_certificate_row(unit, 0)
        row.not_after, row.expires_on, row.next_step_on = now + 7 * DAY, today + 7 * DAY, today
        await row.save(force_create=True)
        await a_filing(unit, now)
        ended = await a_grant(unit, person, valid_from=now - 9 * DAY, valid_to=now - DAY)
        begins = await a_grant(unit, await a_person(), valid_from=now - DAY)
        await Grant.filter(id=begins.id).update(status=GrantStatus.SCHEDULED)
        soon = await a_grant(unit, await a_person(), valid_to=now + 6 * DAY)
        assert len({ended.id, begins.id, soon.id}) == 3


async def tick(url: str, day: int) -> "asyncio.subprocess.Process":
    """A clock that ticks once; the filing window of one item closes today."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        "tick",
        "--once",
        cwd=ROOT,
        env=os.environ
        | {
            "ZB_DATABASE_URL": url,
            "ZB_REDIS_URL": "memory://",
            "ZB_MASTER_KEY": MASTER_KEY,
            "ZB_PUBLIC_URL": "http://127.0.0.1:8000",
            "ZB_FILING_WINDOWS": f"employee_add:{day}" if day <= 28 else "",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def owed() -> Counter[str]:
    return Counter(row.topic.value for row in await OutboxEvent.all())


@pytest.mark.timeout(300)
async def test_clocks_that_tick_at_once_do_every_duty_once(url: str) -> None:
    now = datetime.now(UTC)
    await due(now, await a_person())
    day = now.astimezone(CHINA).day

    clocks = [await tick(url, day) for _ in range(CLOCKS)]
    said = [(await clock.communicate())[1].decode() for clock in clocks]
    first = await owed()
    again = await tick(url, day)
    await again.communicate()

    assert [clock.returncode for clock in clocks] == [0] * CLOCKS, said
    assert {topic: first[topic] for topic in _OF_EACH} == dict.fromkeys(_OF_EACH, EACH)
    assert await owed() == first
    assert not await Certificate.filter(next_step_on__lte=now.astimezone(CHINA).date()).exists()


_OF_EACH = (
    "certificate.expiring",
    "filing.overdue",
    "grant.expired",
    "grant.approved",
    "grant.expiring",
)
