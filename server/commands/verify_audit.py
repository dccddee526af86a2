"""`zhangban verify-audit`: walk the hash chains of the audit trail and name every broken place."""

import argparse
import asyncio
import sys

from models.audit import AuditEntry, breaks
from server.resources import close_database, open_database, vault_of
from server.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(given: argparse.Namespace) -> int:
    """Verify the database of the settings; 1 when anything was changed, cut or added behind it."""
    settings = Settings.from_environ()
    try:
        return asyncio.run(verify(settings))
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot verify: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1


async def verify(settings: Settings) -> int:
    """Print a line for each broken place, then how many entries there are."""
    await open_database(settings, statement_s=60)
    try:
        checked, broken = await AuditEntry.all().count(), 0
        async for place in breaks(vault_of(settings)):
            broken += 1
            print(f"stream {place.stream}, entry {place.seq}: {place.what}")
    finally:
        await close_database()
    print(f"{checked} entries checked, {broken} broken")
    return 1 if broken else 0
