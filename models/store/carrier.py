"""How a batch of commands travels: through redis-py's pipeline, or straight over its connection."""

import asyncio
import math
from collections.abc import Sequence
from typing import Any, Protocol

from hiredis import pack_command
from redis.asyncio import Redis
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import ResponseError

Command = tuple[str | bytes | int | float, ...]


class Carrier(Protocol):
    """Sends commands in one go and gives their answers in order; a refused one is its exception."""

    async def carry(self, commands: Sequence[Command]) -> list[Any]:
        """Raises redis' ConnectionError or TimeoutError, or OSError, when the store is away."""
        ...


class PipelineCarrier:
    """By redis-py's own pipeline: for the embedded store, and for anything that speaks its API."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def carry(self, commands: Sequence[Command]) -> list[Any]:
        """See Carrier."""
        pipeline = self._redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        return await pipeline.execute(raise_on_error=False)


class WireCarrier:
    """Over a connection of redis-py's pool: packed in C, one time limit for the whole batch.

    The pipeline object costs several times as much per command (performance §2); connecting, TLS,
    authentication and parsing stay redis-py's. limit_s: for the batch, from sending to last answer.
    """

    def __init__(self, pool: ConnectionPool, limit_s: float) -> None:
        self._pool = pool
        self._limit_s = limit_s

    async def carry(self, commands: Sequence[Command]) -> list[Any]:
        """See Carrier."""
        connection: Any = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        whole = False
        try:
            async with asyncio.timeout(self._limit_s):
                packed = b"".join([_packed(command) for command in commands])
                await connection.send_packed_command(packed, check_health=False)
                answers = [await self._answer(connection) for _ in commands]
            whole = True
            return answers
        finally:
            if not whole:
                # What is still under way would be read as the answer to somebody else's command.
                await connection.disconnect(nowait=True)
            await self._pool.release(connection)

    async def _answer(self, connection: Any) -> Any:
        try:
            return await connection.read_response(timeout=math.inf)
        except ResponseError as refused:
            return refused


def _packed(command: Command) -> bytes:
    # The stub of hiredis allows commands of one word only.
    packed: bytes = pack_command(command)  # type: ignore[arg-type]
    return packed
