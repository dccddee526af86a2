"""The clock asks the core system of the sandbox for changed units, over the wire."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.unit_pull import LEASE
from models.grant import Grant
from models.ingest import IngestEvent
from models.outbox import OutboxEvent
from models.unit import FormerName, LegalRep, Relation, Unit
from sandbox.credentials import CORE
from sandbox.options import Options
from sandbox.serving import Running, running
from server.demo.core import core_rows
from server.demo.dataset import dataset
from server.demo.identifiers import credit_code
from server.demo.loading import load
from server.demo.shapes import UnitKind
from server.duties import pull_units
from server.gateways.core import ROWS
from tests.build import AREA, NOW, SITE, a_unit, settings, vault
from tests.registered import numbers
from tests.server.door import Door, door

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def sandbox() -> AsyncIterator[Running]:
    """The platforms, in this process."""
    async with running(Options(port=0, product="http://127.0.0.1:9")) as started:
        yield started


@pytest.fixture
async def front(sqlite_url: str, sandbox: Running) -> AsyncIterator[Door]:
    """The application, which knows the sandbox's core system; its clock runs."""
    url = f"{sandbox.url}/core"
    named = {"core_base": url, "core_key": CORE.key, "core_secret": CORE.secret}
    async with door(sqlite_url, lambda: datetime.now(UTC), **named) as opened:
        yield opened


async def tell(front: Door, sandbox: Running, path: str, body: object) -> Any:
    async with front.http.post(f"{sandbox.url}/_ctl{path}", json=body) as answer:
        return await answer.json()


async def test_a_tick_brings_units_up_to_date_past_rows_that_are_wrong(
    front: Door, sandbox: Running
) -> None:
    unit = await a_unit("旧名公司")
    rows = [{"uscc": 5}, {"uscc": unit.uscc, "name": "新名公司"}, "no row"]
    await tell(front, sandbox, "/core/units", {"units": rows})

    assert await pull_units(front.app.ctx, NOW) == 1

    assert (await Unit.get(id=unit.id)).name == "新名公司"


async def test_an_outage_is_no_fault_of_the_clock_and_is_made_up_for(
    front: Door, sandbox: Running
) -> None:
    unit = await a_unit("旧名公司")
    await tell(front, sandbox, "/core/units", {"units": [{"uscc": unit.uscc, "name": "新名公司"}]})
    await tell(front, sandbox, "/faults", {"target": "core", "kind": "error", "count": 2})

    assert [await pull_units(front.app.ctx, NOW) for _ in range(3)] == [0, 1, 0]


async def test_the_demonstrations_core_system_says_what_was_loaded(
    front: Door, sandbox: Running
) -> None:
    told = dataset()
    async for _ in load([told], vault(), datetime.now(UTC)):
        pass
    before = [await Unit.all().order_by("id").values("name", "address", "status", "revision")]
    counts = [await table.all().count() for table in (Relation, LegalRep, Grant)]
    await tell(front, sandbox, "/core/units", {"units": list(core_rows(told))})

    assert await pull_units(front.app.ctx, NOW) == len(told.units)

    assert before == [
        await Unit.all().order_by("id").values("name", "address", "status", "revision")
    ]
    assert counts == [await table.all().count() for table in (Relation, LegalRep, Grant)]
    assert not await FormerName.exists()
    assert not await OutboxEvent.exists()


@pytest.mark.timeout(300)
async def test_a_clock_killed_between_pages_is_followed_by_another_and_nothing_is_lost(
    front: Door, sandbox: Running, sqlite_url: str
) -> None:
    rows = [{"uscc": uscc, "name": "新单位"} for uscc in credit_codes(ROWS + 20)]
    await tell(front, sandbox, "/core/units", {"units": rows})
    program = [sys.executable, "-m", "server", "tick", "--once"]
    env = environment(sqlite_url, sandbox)
    with subprocess.Popen(program, cwd=ROOT, env=env, stderr=subprocess.DEVNULL) as dying:
        await until_asked(sandbox, 1)
        # The second page is long in coming: the clock dies while it waits.
        slow = {"target": "core.units", "kind": "slow", "delay_s": 60, "count": 2}
        await tell(front, sandbox, "/faults", slow)
        await until_asked(sandbox, 2)
        dying.kill()
    await front.http.delete(f"{sandbox.url}/_ctl/faults")
    half = await Unit.all().count()

    now = datetime.now(UTC)
    turns = [await pull_units(front.app.ctx, now + wait) for wait in (timedelta(0), LEASE)]

    assert (half, turns) == (ROWS, [0, 20])
    assert await Unit.all().count() == len(rows)
    assert await IngestEvent.all().count() == len(rows)


def credit_codes(count: int) -> list[str]:
    return [credit_code(UnitKind.COMPANY, AREA, next(numbers)) for _ in range(count)]


def environment(sqlite_url: str, sandbox: Running) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "ZB_DATABASE_URL": sqlite_url,
        "ZB_PUBLIC_URL": SITE,
        "ZB_MASTER_KEY": base64.b64encode(settings().master_key).decode(),
        "ZB_CORE_BASE": f"{sandbox.url}/core",
        "ZB_CORE_KEY": CORE.key,
        "ZB_CORE_SECRET": CORE.secret,
    }


async def until_asked(sandbox: Running, times: int) -> None:
    """Wait until the core system was asked so often."""
    async with asyncio.timeout(120):
        while sandbox.world.calls["core.units"] < times:
            await asyncio.sleep(0.01)


async def test_without_a_core_system_the_clock_asks_nobody(sqlite_url: str) -> None:
    async with door(sqlite_url) as opened:
        assert opened.app.ctx.core is None
        assert await pull_units(opened.app.ctx, NOW) == 0
