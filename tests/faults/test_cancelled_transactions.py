"""F1: whoever hangs up, at whatever moment, takes no connection and no lock with them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from models.database import tx
from models.idempotency import IdempotencyKey
from models.ids import new_id
from tests.support import services
from tests.support.awaits import Act, walk
from tests.support.figures import Figure

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WAYS: list[Act] = ["early", "late", "insist"]


async def _write_two_rows() -> None:
    async with tx():
        for _ in range(2):
            await IdempotencyKey.create(id=new_id(), fingerprint="f", claim="c", created_at=NOW)


async def _write_or_read() -> None:
    await IdempotencyKey.filter(id="nobody").first()


@pytest.mark.postgres
@pytest.mark.parametrize("way", WAYS)
async def test_a_transaction_cancelled_anywhere_loses_no_slot_of_the_pool(
    way: Act, postgres_database: Any, fresh_postgres_url: str, figure: Figure
) -> None:
    await _write_two_rows()

    async def nothing_is_lost(_: int) -> None:
        await _settled(postgres_database._pool)
        assert postgres_database._pool.get_idle_size() == postgres_database._pool.get_size()

    walked = await walk(_write_two_rows, way, nothing_is_lost)

    figure("points", walked.points)
    assert walked.points >= 4, "BEGIN, two INSERTs, COMMIT"
    assert await services.backends(fresh_postgres_url, "idle in transaction%") == 0
    assert await IdempotencyKey.all().count() % 2 == 0, "both rows or neither"
    await asyncio.gather(*(_write_two_rows() for _ in range(20)))


@pytest.mark.postgres
@pytest.mark.parametrize("way", WAYS)
async def test_the_first_transaction_of_a_process_can_be_cancelled_anywhere_too(
    way: Act, postgres_database: Any, fresh_postgres_url: str
) -> None:
    async def forget_the_pool(_: int) -> None:
        if postgres_database._pool is not None:
            await _settled(postgres_database._pool)
            await postgres_database.close()

    walked = await walk(_write_two_rows, way, forget_the_pool)

    assert walked.points >= 6, "connecting comes on top"
    assert await _gone(fresh_postgres_url), "a connection was left open"


@pytest.mark.postgres
@pytest.mark.parametrize("way", WAYS)
async def test_a_read_cancelled_anywhere_loses_no_slot_of_the_pool(
    way: Act, postgres_database: Any
) -> None:
    await _write_or_read()

    async def nothing_is_lost(_: int) -> None:
        await _settled(postgres_database._pool)
        assert postgres_database._pool.get_idle_size() == postgres_database._pool.get_size()

    walked = await walk(_write_or_read, way, nothing_is_lost)

    assert walked.points >= 1


async def _settled(pool: Any) -> None:
    """Releasing goes on in the background for a moment after a cancellation."""
    for _ in range(100):
        if pool.get_idle_size() == pool.get_size():
            return
        await asyncio.sleep(0.01)


async def _gone(url: str) -> bool:
    for _ in range(100):
        if await services.backends(url) == 0:
            return True
        await asyncio.sleep(0.02)
    return False


@pytest.mark.postgres
async def test_a_storm_of_cancelled_transactions_leaves_the_pool_whole(
    postgres_database: Any,
) -> None:
    await _write_two_rows()
    for wave in range(20):
        tasks = [asyncio.ensure_future(_write_two_rows()) for _ in range(50)]
        await asyncio.sleep(wave * 0.0005)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    await _settled(postgres_database._pool)
    assert postgres_database._pool.get_idle_size() == postgres_database._pool.get_size()
    await asyncio.gather(*(_write_two_rows() for _ in range(20)))


@pytest.mark.parametrize("way", WAYS)
async def test_a_transaction_cancelled_anywhere_gives_the_lock_of_sqlite_back(
    way: Act, sqlite_database: Any, figure: Figure
) -> None:
    await _write_two_rows()

    async def the_next_one_works(_: int) -> None:
        assert not sqlite_database._lock.locked()
        async with asyncio.timeout(2):
            await _write_two_rows()
        assert not sqlite_database._connection.in_transaction

    walked = await walk(_write_two_rows, way, the_next_one_works)

    figure("points", walked.points)
    assert walked.points >= 4
    assert await IdempotencyKey.all().count() % 2 == 0, "both rows or neither"


@pytest.mark.parametrize("way", WAYS)
async def test_opening_sqlite_can_be_cancelled_anywhere(way: Act, sqlite_database: Any) -> None:
    async def the_next_one_works(_: int) -> None:
        async with asyncio.timeout(2):
            await _write_two_rows()
        _, rows = await sqlite_database.execute_query("PRAGMA foreign_keys")
        assert [tuple(row) for row in rows] == [(1,)], "a half-opened connection was kept"
        await sqlite_database.close()

    walked = await walk(_write_two_rows, way, the_next_one_works)

    assert walked.points >= 9, "opening and its pragmas come on top"


async def test_a_commit_that_fails_does_not_leave_its_transaction_to_the_next(
    sqlite_database: Any,
) -> None:
    await sqlite_database.execute_script("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    await sqlite_database.execute_script(
        "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
    )

    with pytest.raises(Exception, match="FOREIGN KEY"):
        await _insert_an_orphan(sqlite_database)

    assert not sqlite_database._connection.in_transaction
    await _write_two_rows()


async def _insert_an_orphan(client: Any) -> None:
    async with tx():
        await client._connection.execute("INSERT INTO child VALUES (7)")
