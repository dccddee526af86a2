"""F7: a database that is silent, restarted or busy costs seconds, and nothing afterwards."""

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from models.database import tx
from models.idempotency import IdempotencyKey
from models.postgres import ACQUIRE_S
from server.errors import as_refusal
from tests.faults.clocks import slack, soon, timed
from tests.faults.conftest import Fragile
from tests.live import Live
from tests.support import services
from tests.support.figures import Figure

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]
AT_ONCE = 25


async def test_a_black_hole_is_a_refusal_in_seconds_and_over_when_it_heals(
    fragile: Fragile, guests: Live, figure: Figure
) -> None:
    desk = await guests.sign_in("P11")
    allowed_s = 6.0 + await slack(desk, AT_ONCE)
    fragile.database.black_hole()

    asked = await asyncio.gather(*(timed(desk.get("/grants")) for _ in range(AT_ONCE)))
    switched = await timed(desk.post("/session/unit", {"unit_id": "x", "role": "legal_rep"}))

    assert {(each.answer.status, each.answer.code) for each in asked} == {(503, "SB-9010")}
    assert (switched.answer.status, switched.answer.code) == (503, "SB-9010")
    assert all("Retry-After" in each.answer.headers for each in asked)
    slowest = max(each.took_s for each in [*asked, switched])
    assert slowest <= allowed_s, f"{slowest:.2f} s"
    fragile.database.heal()
    back_s = await soon(lambda: desk.get("/grants"), within_s=2.0)
    figure("slowest refusal s, back after s", round(slowest, 2), round(back_s, 2))
    answers = await asyncio.gather(*(desk.get("/grants") for _ in range(AT_ONCE)))
    assert {answer.status for answer in answers} == {200}


async def test_a_refused_database_is_a_refusal_at_once_and_over_when_it_is_back(
    fragile: Fragile, guests: Live
) -> None:
    desk = await guests.sign_in("P11")
    fragile.database.down()

    asked = await asyncio.gather(*(timed(desk.get("/grants")) for _ in range(AT_ONCE)))

    assert {(each.answer.status, each.answer.code) for each in asked} == {(503, "SB-9010")}
    assert max(each.took_s for each in asked) <= 2.5
    ready = await desk.get("//readyz")
    assert ready.status == 503
    assert "database" in ready.body.decode()
    fragile.database.heal()
    assert await soon(lambda: desk.get("/grants"), within_s=2.0) <= 2.0


async def test_after_a_restart_of_the_database_the_next_request_is_good(
    fragile: Fragile, guests: Live
) -> None:
    desk = await guests.sign_in("P11")
    await asyncio.gather(*(desk.get("/grants") for _ in range(AT_ONCE)))

    thrown_out = await services.terminate_all(fragile.direct_database)
    await asyncio.sleep(0.2)

    assert thrown_out >= 1
    assert (await desk.get("/grants")).status == 200


async def test_a_locked_table_delays_only_those_who_need_it(fragile: Fragile, guests: Live) -> None:
    desk = await guests.sign_in("P11")
    holder = await asyncpg.connect(fragile.direct_database)
    try:
        await holder.execute("BEGIN; LOCK TABLE grants IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.ensure_future(timed(desk.get("/grants")))
        free = [await timed(desk.get("/session")) for _ in range(10)]
        blocked = await waiting
    finally:
        await holder.close()

    assert (blocked.answer.status, blocked.answer.code) == (503, "SB-9010")
    assert blocked.took_s <= 3.5
    assert {each.answer.status for each in free} == {200}
    assert max(each.took_s for each in free) <= 1.0
    assert (await desk.get("/grants")).status == 200


async def test_who_finds_no_free_connection_is_refused_within_the_time(
    postgres_database: Any,
) -> None:
    release = asyncio.Event()

    async def hold() -> None:
        async with tx():
            await release.wait()

    hogs = [asyncio.ensure_future(hold()) for _ in range(10)]
    while (
        postgres_database._pool is None
        or postgres_database._pool.get_idle_size()
        or (postgres_database._pool.get_size() < 10)
    ):
        await asyncio.sleep(0.02)

    began = time.monotonic()
    faults = await asyncio.gather(_read(), _write(), return_exceptions=True)
    took_s = time.monotonic() - began

    assert [as_refusal(fault).entry.code for fault in faults if fault] == ["SB-9010"] * 2
    assert took_s <= ACQUIRE_S + 0.5
    release.set()
    await asyncio.gather(*hogs)
    await _read()


async def _read() -> None:
    await IdempotencyKey.filter(id="x").first()


async def _write() -> None:
    async with tx():
        await _read()
