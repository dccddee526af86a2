"""The migrations lead to exactly the schema that the models describe, and little more."""

import asyncio
import contextlib
import re
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise

from models.audit import STREAMS
from models.database import tortoise_config
from server.commands.migrate import migrate
from tests.models.conftest import empty_postgres

MIGRATIONS_TABLE = "tortoise_migrations"
EXTRAS = {
    ("legal_reps", True, ("unit_id",), "live"),
    ("grants", True, ("unit_id", "id_type", "id_no_index"), "status"),
    ("certificates", False, ("next_step_on", "id"), "next_step_on"),
    ("certificates", False, ("check_at", "id"), "check_at"),
    ("filings", False, ("remind_at", "id"), "remind_at"),
    ("certificate_renewals", True, ("certificate_id",), "status"),
    ("grants", True, ("unit_id", "manager_slot"), "manager_slot"),
    ("closures", True, ("person_id",), "status"),
    ("deliveries", False, ("channel", "urgency", "due_at", "id"), "state"),
    ("deliveries", False, ("channel", "recipient_key", "id"), "state"),
    ("deliveries", True, ("channel", "recipient_key"), "state"),
    ("deliveries", False, ("channel", "due_at"), "state"),
    ("deliveries", False, ("platform_msgid",), "platform_msgid"),
    ("inbox_messages", False, ("person_id", "id"), "read_at"),
    ("inbox_messages", False, ("recipient",), "person_id"),
    ("data_exports", True, ("person_id",), "status"),
}
"""What the models cannot say: rules of the database itself. (table, unique, columns, about)"""

Index = tuple[str, bool, tuple[str, ...], str]


async def made_from_models(url: str) -> None:
    await Tortoise.init(config=tortoise_config(url))
    try:
        await Tortoise.generate_schemas(safe=False)
    finally:
        await Tortoise.close_connections()


def sqlite_tables(file: Path) -> dict[str, Any]:
    """Columns and foreign keys by table."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_") and name != MIGRATIONS_TABLE
        ]
        return {
            name: (
                sorted(row[1:] for row in database.execute(f"PRAGMA table_info({name})")),
                sorted(row[2:7] for row in database.execute(f"PRAGMA foreign_key_list({name})")),
            )
            for name in names
        }


def sqlite_indexes(file: Path) -> set[Index]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        found = set()
        for table in sqlite_tables(file):
            for row in database.execute(f"PRAGMA index_list({table})"):
                columns = tuple(
                    column for _, _, column in database.execute(f"PRAGMA index_info('{row[1]}')")
                )
                sql = database.execute(
                    "SELECT sql FROM sqlite_master WHERE name = ?", [row[1]]
                ).fetchone()
                found.add((table, bool(row[2]), columns, about(sql[0] if sql else "")))
        return found


def about(definition: str | None) -> str:
    """The first column of an index's condition; empty for an index of all rows."""
    condition = re.search(r"\bWHERE\W+(\w+)", definition or "", re.IGNORECASE)
    return condition[1] if condition else ""


async def postgres_schema(url: str) -> tuple[list[Any], set[Index], list[Any]]:
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length,"
            " column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> $1 ORDER BY 1, 2",
            MIGRATIONS_TABLE,
        )
        indexes = await connection.fetch(
            "SELECT tablename, indexdef FROM pg_indexes"
            " WHERE schemaname = 'public' AND tablename <> $1",
            MIGRATIONS_TABLE,
        )
        constraints = await connection.fetch(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
            " AND conrelid::regclass::text <> $1 AND contype IN ('f', 'p') ORDER BY 1, 2",
            MIGRATIONS_TABLE,
        )
    finally:
        await connection.close()
    found = {
        (table, "UNIQUE" in text, _columns(text), about(text))
        for table, text in map(tuple, indexes)
    }
    return list(map(tuple, columns)), found, list(map(tuple, constraints))


def _columns(definition: str) -> tuple[str, ...]:
    listed = re.search(r"USING btree \(([^)]*)\)", definition)
    assert listed, definition
    return tuple(name.strip().strip('"') for name in listed[1].split(","))


async def test_migrating_an_empty_sqlite_file_gives_the_models_schema(tmp_path: Path) -> None:
    migrated, generated = tmp_path / "migrated.db", tmp_path / "generated.db"

    await migrate(f"sqlite://{migrated}")
    await made_from_models(f"sqlite://{generated}")

    assert sqlite_tables(migrated) == sqlite_tables(generated)
    assert sqlite_indexes(migrated) - sqlite_indexes(generated) == EXTRAS
    assert sqlite_indexes(generated) <= sqlite_indexes(migrated)


@pytest.mark.postgres
def test_migrating_an_empty_postgres_database_gives_the_models_schema() -> None:
    with empty_postgres("migrated") as migrated, empty_postgres("generated") as generated:
        asyncio.run(migrate(migrated))
        asyncio.run(made_from_models(generated))
        columns, indexes, constraints = asyncio.run(postgres_schema(migrated))
        wanted_columns, wanted_indexes, wanted_constraints = asyncio.run(postgres_schema(generated))

    assert columns == wanted_columns
    assert constraints == wanted_constraints
    assert indexes - wanted_indexes == EXTRAS
    assert wanted_indexes <= indexes


async def test_every_audit_stream_has_its_head_after_migrating(tmp_path: Path) -> None:
    file = tmp_path / "migrated.db"

    await migrate(f"sqlite://{file}")

    with contextlib.closing(sqlite3.connect(file)) as database:
        heads = database.execute("SELECT stream, seq FROM audit_heads ORDER BY stream").fetchall()
    assert heads == [(stream, 0) for stream in range(STREAMS)]


async def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "migrated.db"
    await migrate(f"sqlite://{file}")
    with contextlib.closing(sqlite3.connect(file)) as database:
        before = list(database.iterdump())

    await migrate(f"sqlite://{file}")

    with contextlib.closing(sqlite3.connect(file)) as database:
        assert list(database.iterdump()) == before
