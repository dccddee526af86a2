"""Counts what a request costs: round trips to the store, commands in them, SQL statements."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tortoise.connection import get_connections

from tests.server.door import Door

_BOUNDARIES = ("BEGIN", "COMMIT", "ROLLBACK")


@dataclass(slots=True)
class Cost:
    """What was spent so far. statements: without BEGIN and COMMIT."""

    trips: int = 0
    commands: int = 0
    statements: list[str] = field(default_factory=list)
    transactions: int = 0

    @property
    def sql(self) -> int:
        """How many statements."""
        return len(self.statements)

    def __str__(self) -> str:
        return f"{self.trips} trips, {self.sql} statements in {self.transactions} transactions"


class _Counting:
    """A carrier that counts and passes on."""

    def __init__(self, inner: Any, cost: Cost) -> None:
        self._inner = inner
        self._cost = cost

    def carry(self, batch: Sequence[Any]) -> None:
        self._cost.trips += 1
        self._cost.commands += len(batch)
        self._inner.carry(batch)


@asynccontextmanager
async def metered(front: Door) -> AsyncIterator[Cost]:
    """Count everything that the application spends inside the block."""
    cost, store = Cost(), front.app.ctx.opened.store
    database: Any = get_connections().get("default")
    inner = store._carrier

    def note(statement: str) -> None:
        if statement.startswith(_BOUNDARIES):
            cost.transactions += statement.startswith("BEGIN")
        else:
            cost.statements.append(statement)

    store._carrier = _Counting(inner, cost)
    await database._connection.set_trace_callback(note)
    try:
        yield cost
    finally:
        await database._connection.set_trace_callback(None)
        store._carrier = inner
