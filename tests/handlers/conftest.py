"""Resources of the handler tests: a migrated database and a store, embedded and real."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connections

from handlers.tools import Tools
from models.store.client import Store
from server.commands.migrate import migrate
from server.hashing import Hashing
from server.resources import close_database, open_database
from tests.build import settings, tools_for
from tests.handlers.accounts import QUICK
from tests.support import services

POSTGRES = services.POSTGRES
# The other folders empty another one.
REDIS = services.own_redis(urlsplit(services.REDIS)._replace(path="/12").geturl())
# What a migration puts in is not what a test leaves behind.
# Children before their parents; DELETE, because TRUNCATE waits for the disk.
_CLEAR = "".join(
    f"DELETE FROM {table};"
    for table in (
        "delivery_attempts",
        "deliveries",
        "inbox_messages",
        "platform_receipts",
        "channel_health",
        "window_notices",
        "filing_steps",
        "filings",
        "certificate_renewals",
        "certificate_reminders",
        "certificates",
        "grant_events",
        "grant_scopes",
        "grants",
        "window_materials",
        "window_grants",
        "officer_tokens",
        "officers",
        "legal_reps",
        "relations",
        "contacts",
        "former_names",
        "units",
        "agencies",
        "known_browsers",
        "accounts",
        "account_locks",
        "account_stops",
        "one_time_codes",
        "password_tokens",
        "consents",
        "data_exports",
        "closures",
        "platform_accounts",
        "persons",
        "audit_entries",
        "outbox_events",
        "idempotency_keys",
        "registrations",
        "ingest_events",
        "sync_cursors",
    )
)
_FIRST_LINKS = f"UPDATE audit_heads SET seq = 0, hash = '{'0' * 64}'"
REAL = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(scope="session")
def schema_file(sqlite_template: Path) -> Path:
    """An SQLite file with the schema and nothing else, to be copied."""
    return sqlite_template


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated PostgreSQL database of this run's own."""
    name = f"zb_handlers_{os.getpid()}"
    url = services.create_database(name)
    services.complete(migrate(url))
    hurry = f'ALTER DATABASE "{name}" SET synchronous_commit = off'
    services.complete(services.ask(url, hurry))
    yield url
    services.drop_database(name)


@pytest.fixture(params=["embedded", pytest.param("real", marks=REAL)])
def backing(request: pytest.FixtureRequest) -> str:
    """Which stores the test runs on: SQLite and an embedded Redis, or PostgreSQL and a real one."""
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
        await get_connections().get("default").execute_script(_CLEAR + _FIRST_LINKS)
    yield
    await close_database()
    EXECUTOR_CACHE.clear()


@pytest.fixture
async def redis(backing: str) -> AsyncIterator[Redis]:
    """An empty Redis."""
    if backing == "embedded":
        client: Redis = FakeAsyncRedis(decode_responses=True)
    else:
        client = Redis.from_url(REDIS, decode_responses=True)
        await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def tools(database: None, redis: Redis) -> Tools:
    """Tools on empty stores; the store's clock stands at NOW."""
    return tools_for(Store(redis))


@pytest.fixture
def hasher() -> Iterator[Hashing]:
    """Quick hashes, and room for everybody."""
    made = Hashing(QUICK, threads=2, queue=10_000)
    yield made
    made.close()
