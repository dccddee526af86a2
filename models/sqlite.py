"""SQLite on one connection behind one lock, which is given back whatever happens (reliability F1).

Statements run in a thread in the order in which they were asked for: one whose caller was cancelled
still runs, and what is asked for next runs after it.
"""

import sqlite3
from types import TracebackType
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError


class EmbeddedClient(SqliteClient):
    """Tortoise's client with our transactions; a connection opened half-way is not kept."""

    async def create_connection(self, with_db: bool) -> None:
        """Open the file and set the pragmas, or neither."""
        try:
            await super().create_connection(with_db)
        except BaseException:
            half, self._connection = self._connection, None
            if half is not None:
                half.stop()
            raise

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(self)


class _Transaction(TransactionContext):
    def __init__(self, parent: EmbeddedClient) -> None:
        self._parent = parent

    async def __aenter__(self) -> TransactionalDBClient:
        lock = self._parent._lock
        await lock.acquire()
        try:
            if self._parent._connection is None:
                await self._parent.create_connection(with_db=True)
            self._open = SqliteTransactionWrapper(self._parent)
            # IMMEDIATE takes the write lock at once: a transaction that reads first and writes
            # later could otherwise be refused half-way, when another process wrote in between.
            await _run(self._open._connection.execute("BEGIN IMMEDIATE"))
        except BaseException:
            await self._abandon()
            raise
        self._token = get_connections().set(self._open.connection_name, self._open)
        return self._open

    async def _abandon(self) -> None:
        # The BEGIN may have run in SQLite's thread although its caller was cancelled. Once asked
        # for, the rollback runs before anything that the next holder of the lock asks for.
        connection = self._parent._connection
        try:
            if connection is not None:
                await connection.rollback()
        finally:
            self._parent._lock.release()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        get_connections().reset(self._token)
        try:
            if fault is None:
                await _run(self._open.commit())
        except Exception:
            # A full disk, say: the transaction is still open, and must not be the next one's.
            await self._open._connection.rollback()
            raise
        finally:
            if fault is None:
                self._parent._lock.release()
            else:
                await self._abandon()


async def _run(asked: Any) -> Any:
    try:
        return await asked
    except sqlite3.OperationalError as fault:
        raise OperationalError(fault) from fault


client_class = EmbeddedClient
