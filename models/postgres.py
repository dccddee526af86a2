"""PostgreSQL through asyncpg's pool, such that every wait ends and no slot is ever lost.

Tortoise's own client waits for a slot without end, loses it when it is cancelled inside BEGIN
(reliability F1), and after a black hole waits for ROLLBACK and for the cancellation on top (F7).
Here getting a slot has one deadline, and a connection that gave no answer is thrown away.
"""

import asyncio
from types import TracebackType
from typing import Any, Final

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.asyncpg.client import TransactionWrapper as BareTransaction
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError

ACQUIRE_S: Final = 3.0
_SILENT = (TimeoutError, OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)


class PostgresClient(AsyncpgDBClient):
    """Tortoise's client with our ways of taking a connection and of giving it back."""

    def acquire_connection(self) -> Any:
        """One connection for one statement."""
        return _Lease(self)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(self)

    async def lend(self) -> Any:
        """A connection of the pool. Raises DBConnectionError when none is to be had in time."""
        try:
            # One deadline for all: the first pool, the queue for a slot, and connecting anew.
            async with asyncio.timeout(ACQUIRE_S):
                pool = self._pool or await self._make_pool()
                return await pool.acquire()
        except OSError as fault:
            raise DBConnectionError(f"no connection: {type(fault).__name__}") from fault

    async def _make_pool(self) -> asyncpg.Pool:
        async with self._pool_init_lock:
            if self._pool is None:
                await self.create_connection(with_db=True)
            return self._pool

    async def take_back(self, connection: Any, fault: BaseException | None) -> None:
        """Return a connection to the pool, or its empty slot when it has stopped answering.

        What is open on it is rolled back, also when the caller is cancelled once more meanwhile.
        """
        if isinstance(fault, _SILENT):
            connection.terminate()
        if self._pool is None:
            return
        try:
            await self._pool.release(connection, timeout=ACQUIRE_S)
        except Exception:
            # asyncpg has closed it then; what went wrong before is what the caller must hear.
            if fault is None:
                raise


class _Lease:
    __slots__ = ("_client", "_connection")

    def __init__(self, client: PostgresClient) -> None:
        self._client = client

    async def __aenter__(self) -> Any:
        self._connection = await self._client.lend()
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.take_back(self._connection, fault)


class _Transaction(TransactionContext):
    def __init__(self, parent: PostgresClient) -> None:
        self._parent = parent
        self._open = BareTransaction(parent)

    async def __aenter__(self) -> TransactionalDBClient:
        connection: Any = await self._parent.lend()
        self._open._connection = connection
        # Entered as a context asyncpg knows that somebody looks after it: what is left open when
        # the connection is given back is rolled back without a complaint in the log.
        self._open.transaction = connection.transaction()
        try:
            await self._open.transaction.__aenter__()
        except BaseException as fault:
            await self._parent.take_back(connection, fault)
            raise
        self._token = get_connections().set(self._open.connection_name, self._open)
        return self._open

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        get_connections().reset(self._token)
        connection: Any = self._open._connection
        if fault is None:
            try:
                await self._commit()
            except BaseException as late:
                await self._parent.take_back(connection, late)
                raise
        await self._parent.take_back(connection, fault)

    async def _commit(self) -> None:
        assert self._open.transaction is not None  # noqa: S101 - set on entering
        await self._open.transaction.__aexit__(None, None, None)


client_class = PostgresClient
