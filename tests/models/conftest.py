"""Databases of the model tests: SQLite always, PostgreSQL where there is one."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from server.commands.migrate import migrate
from tests.handlers.conftest import POSTGRES, backing, database, database_url, schema_file
from tests.support import tiers

__all__ = ["backing", "database", "database_url", "empty_postgres", "postgres_url", "schema_file"]


@contextmanager
def empty_postgres(name: str) -> Iterator[str]:
    """A database without tables, dropped at the end; skips where there is no server."""
    own = f"zb_models_{name}_{os.getpid()}"
    try:
        asyncio.run(_say(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)'))
    except (OSError, asyncpg.PostgresError) as fault:
        tiers.leave_out("postgres", type(fault).__name__)
    asyncio.run(_say(f'CREATE DATABASE "{own}"'))
    try:
        yield urlsplit(POSTGRES)._replace(path=f"/{own}").geturl()
    finally:
        asyncio.run(_say(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated PostgreSQL database of this run's own."""
    with empty_postgres("main") as url:
        asyncio.run(migrate(url))
        yield url


async def _say(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES, timeout=3)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
