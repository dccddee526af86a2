"""The database: where it is, and transactions that survive a client who hangs up.

Tortoise's own context takes a connection from the pool (or the lock of SQLite's only connection) and
then awaits BEGIN; cancelled there it never gives it back (reliability F1). `tx` does.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.asyncpg.client import TransactionWrapper as PooledTransaction
from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    TransactionalDBClient,
    TransactionContextPooled,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections

MODULES = (
    "models.person",
    "models.unit",
    "models.grant",
    "models.audit",
    "models.outbox",
    "models.idempotency",
)
ACQUIRE_S = 3.0
_SERVER_SETTINGS = {
    "statement_timeout": "5000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "5000",
    "timezone": "UTC",
}


def tortoise_config(url: str, *, pool: int = 10) -> dict[str, Any]:
    """Tortoise's configuration for `sqlite://path` or `postgres://user@host/name`.

    Every wait has an end: connecting 2 s, a statement 2 s on the client and 5 s on the server, a
    lock 2 s (reliability F7).
    """
    return {
        "connections": {"default": _connection(url, pool)},
        "apps": {
            "models": {
                "models": list(MODULES),
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _connection(url: str, pool: int) -> dict[str, Any]:
    if url.startswith("sqlite://"):
        return {
            "engine": "tortoise.backends.sqlite",
            "credentials": {
                "file_path": url.removeprefix("sqlite://") or ":memory:",
                "journal_mode": "WAL",
                "foreign_keys": "ON",
                "busy_timeout": "5000",
                "synchronous": "NORMAL",
            },
        }
    parts = urlsplit(url)
    extra = dict(parse_qsl(parts.query))
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {
            "host": extra.pop("host", parts.hostname),
            "port": parts.port or 5432,
            "user": parts.username,
            "password": parts.password,
            "database": parts.path.lstrip("/"),
            "minsize": 1,
            "maxsize": pool,
            "timeout": 2.0,
            "command_timeout": 5.0,
            "server_settings": dict(_SERVER_SETTINGS),
            # Nothing on a pooled connection uses session state, so the reset query is not needed;
            # asyncpg still rolls back whatever a connection comes back with.
            "reset": _no_reset,
            **extra,
        },
    }


async def _no_reset(_connection: object) -> None:
    return None


class _Pooled(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        client: Any = self.client
        pool = client._parent._pool
        client._connection = await pool.acquire(timeout=ACQUIRE_S)
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(client._connection)
            raise
        return self.client


class _Embedded(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            client: TransactionalDBClient = self.connection
            # IMMEDIATE takes the write lock at once: a transaction that reads first and writes later
            # could otherwise be refused half-way, when another process wrote in between.
            await self.connection._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            await self._abandon()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return client

    async def _abandon(self) -> None:
        # The BEGIN may have run in SQLite's thread although its caller was cancelled.
        try:
            await self.connection._connection.rollback()
        finally:
            self._trxlock.release()


@asynccontextmanager
async def tx() -> AsyncIterator[None]:
    """One transaction: committed at the end, rolled back on any exception, never nested."""
    client = get_connections().get("default")
    if isinstance(client, TransactionalDBClient):
        raise RuntimeError("a handler is one transaction; this one is already open")
    async with _context(client):
        yield


def _context(client: BaseDBAsyncClient) -> "_Pooled | _Embedded":
    if isinstance(client, AsyncpgDBClient):
        return _Pooled(PooledTransaction(client), client._pool_init_lock)
    assert isinstance(client, SqliteClient)
    return _Embedded(SqliteTransactionWrapper(client), client._lock)


def require_transaction() -> None:
    """Raise when no transaction is open: what is written together must be committed together."""
    if not isinstance(get_connections().get("default"), TransactionalDBClient):
        raise RuntimeError("must be called inside tx()")
