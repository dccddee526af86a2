"""Resources of the handler tests: a migrated database and a store, embedded and real."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connections

from handlers.tools import Tools
from models.store.client import Store
from server.commands.migrate import migrate
from server.resources import close_database, open_database
from tests.build import settings, tools_for

POSTGRES = os.environ.get("ZB_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("ZB_TEST_REDIS_URL", "redis://127.0.0.1:6379")
REDIS_DATABASE = 12
# What a migration puts in is not what a test leaves behind.
_CLEAR = (
    "TRUNCATE grant_relations, grants, legal_reps, relations, units, agencies, known_browsers,"
    " platform_accounts, persons, audit_entries, outbox_events, idempotency_keys;"
    f" UPDATE audit_heads SET seq = 0, hash = '{'0' * 64}'"
)
REAL = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(scope="session")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing else, to be copied."""
    file = tmp_path_factory.mktemp("schema") / "empty.db"
    asyncio.run(migrate(f"sqlite://{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database of this run's own, migrated; skips where there is no server."""
    name = f"zb_handlers_{os.getpid()}"
    try:
        asyncio.run(_say(POSTGRES, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    except (OSError, asyncpg.PostgresError) as fault:
        pytest.skip(f"no PostgreSQL: {type(fault).__name__}")
    asyncio.run(_say(POSTGRES, f'CREATE DATABASE "{name}"'))
    url = urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()
    asyncio.run(migrate(url))
    yield url
    asyncio.run(_say(POSTGRES, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _say(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=3)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["embedded", pytest.param("real", marks=REAL)])
def backing(request: pytest.FixtureRequest) -> str:
    """Which stores the test runs on: SQLite with an embedded Redis, or PostgreSQL with a real one."""
    return str(request.param)


@pytest.fixture
def database_url(backing: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the database of this test is."""
    if backing == "real":
        return str(request.getfixturevalue("postgres_url"))
    file = tmp_path / "test.db"
    shutil.copyfile(request.getfixturevalue("schema_file"), file)
    return f"sqlite://{file}"


@pytest.fixture
async def database(backing: str, database_url: str) -> AsyncIterator[None]:
    """A migrated and empty database behind the models."""
    # Tortoise keeps the SQL of a connection's name, whatever database it led to before.
    EXECUTOR_CACHE.clear()
    await open_database(settings(database_url=database_url))
    if backing == "real":
        await get_connections().get("default").execute_script(_CLEAR)
    yield
    await close_database()
    EXECUTOR_CACHE.clear()


@pytest.fixture
async def redis(backing: str) -> AsyncIterator[Redis]:
    """An empty Redis; skips where a real one is asked for and none is there."""
    if backing == "embedded":
        client: Redis = FakeAsyncRedis(decode_responses=True)
    else:
        url = urlsplit(REDIS)._replace(path=f"/{REDIS_DATABASE}").geturl()
        client = Redis.from_url(url, decode_responses=True)
        await _or_skip(client.flushdb())
    yield client
    await client.aclose()


async def _or_skip(asked: Awaitable[object]) -> None:
    try:
        await asked
    except (RedisError, OSError) as fault:
        pytest.skip(f"no Redis: {type(fault).__name__}")


@pytest.fixture
async def tools(database: None, redis: Redis) -> Tools:
    """Tools on empty stores; the store's clock stands at NOW."""
    return tools_for(Store(redis))
