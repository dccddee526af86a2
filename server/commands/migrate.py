"""`zhangban migrate`: bring the schema up to date; safe to repeat."""

import argparse
import asyncio
import sys
from pathlib import Path

from tortoise import Tortoise
from tortoise.migrations.api import migrate as apply_migrations

from models.database import tortoise_config
from server.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(given: argparse.Namespace) -> int:
    """Migrate the database of the settings."""
    settings = Settings.from_environ()
    try:
        asyncio.run(migrate(settings.database_url))
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot migrate: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1
    return 0


async def migrate(database_url: str) -> None:
    """Apply what is missing; the folder of an SQLite file is made."""
    if database_url.startswith("sqlite://"):
        path = database_url.removeprefix("sqlite://")
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        await apply_migrations(config=tortoise_config(database_url, statement_s=600))
    finally:
        await Tortoise.close_connections()
