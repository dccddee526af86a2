"""Statements that the ORM cannot say, written once for both databases.

Values are `$1`, `$2` …; rows come in as one JSON text (`rows_from`), so that one statement serves
any number of them. Only PostgreSQL hears of FOR UPDATE SKIP LOCKED: SQLite has one writer anyway.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import msgspec
from tortoise.connection import get_connections

Change = tuple[str, Sequence[object]]
"""An INSERT, UPDATE or DELETE without RETURNING, and its values."""

_NONE: Mapping[str, str] = MappingProxyType({})
_SKIP_LOCKED = "FOR UPDATE SKIP LOCKED"


async def fetch(statement: str, *values: object) -> list[dict[str, Any]]:
    """The rows a statement gives, within the transaction that is open, if one is."""
    client = get_connections().get("default")
    return await client.execute_query_dict(_in_dialect(statement), list(values))


async def rows(statement: str, *values: object) -> Sequence[Any]:
    """The same rows as bare values in the order of its columns, at less cost than by name."""
    client = get_connections().get("default")
    _, found = await client.execute_query(_in_dialect(statement), list(values))
    return found


async def change(*changes: Change) -> list[int]:
    """Make changes to different rows in one round trip; how many rows each of them changed.

    Must be called inside a transaction: SQLite makes them one after another.
    """
    client = get_connections().get("default")
    if dialect() == "sqlite":
        return [
            (await client.execute_query(_for_sqlite(statement), list(values)))[0]
            for statement, values in changes
        ]
    text = _together(tuple((statement, len(values)) for statement, values in changes))
    values = [value for _, each in changes for value in each]
    found = await client.execute_query_dict(text, values)
    return [found[0][f"n{place}"] for place in range(len(changes))]


def dialect() -> str:
    """`sqlite` or `postgres`."""
    return str(get_connections().get("default").capabilities.dialect)


async def insert(
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, object]],
    *,
    constants: Mapping[str, str] = _NONE,
) -> list[Any]:
    """Write rows where no unique key stands in the way; the ids of those written.

    columns: name to PostgreSQL type; constants: name to SQL, the same for every row.
    """
    if not rows:
        return []
    statement = f"{inserting(table, 1, columns, constants)} RETURNING id"
    return [row["id"] for row in await fetch(statement, as_rows(rows))]


def rows_from(number: int, **columns: str) -> str:
    """A FROM item `r` of the rows in JSON value `$number`; columns: name to PostgreSQL type."""
    if dialect() == "sqlite":
        picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
        return f"(SELECT {picked} FROM json_each(${number})) AS r"
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"jsonb_to_recordset(CAST(${number} AS text)::jsonb) AS r({typed})"


def ids_from(number: int) -> str:
    """A FROM item `r` of the ids in JSON value `$number`; its only column is `row_id`."""
    return rows_from(number, row_id="text")


def inserting(
    table: str,
    number: int,
    columns: Mapping[str, str],
    constants: Mapping[str, str] = _NONE,
    condition: str = "true",
) -> str:
    """An INSERT of the rows in JSON value `$number` that are not there already; constants: SQL."""
    into = ", ".join((*columns, *constants))
    values = ", ".join((*(f"r.{name}" for name in columns), *constants.values()))
    # Without a WHERE SQLite takes ON CONFLICT for the join's ON.
    return (
        f"INSERT INTO {table} ({into}) SELECT {values} FROM {rows_from(number, **columns)}"
        f" WHERE {condition} ON CONFLICT DO NOTHING"
    )


def as_rows(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as the value that rows_from reads; moments as both databases compare them."""
    if dialect() == "sqlite":
        rows = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return msgspec.json.encode(rows).decode()


def as_ids(ids: Iterable[str]) -> str:
    """Ids as the value that ids_from reads."""
    return as_rows([{"row_id": each} for each in ids])


def moment(value: Any) -> datetime | None:
    """A column of time, which SQLite gives as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _plain(value: object) -> object:
    return value.isoformat(" ") if isinstance(value, datetime) else value


@lru_cache(maxsize=64)
def _together(changes: tuple[tuple[str, int], ...]) -> str:
    """One statement of several; their values follow one another."""
    parts, before = [], 0
    for place, (statement, count) in enumerate(changes):
        parts.append(f"c{place} AS ({_moved(statement, before)} RETURNING 1)")
        before += count
    counts = (f"(SELECT count(*) FROM c{place}) AS n{place}" for place in range(len(changes)))
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"


def _moved(statement: str, by: int) -> str:
    return re.sub(r"\$(\d+)", lambda mark: f"${int(mark[1]) + by}", statement)


def _in_dialect(statement: str) -> str:
    return _for_sqlite(statement) if dialect() == "sqlite" else statement


@lru_cache(maxsize=64)
def _for_sqlite(statement: str) -> str:
    return re.sub(r"\$(\d+)", r"?\1", statement.replace(_SKIP_LOCKED, ""))
