"""`zhangban rotate-keys`: seal personal values again under the newest master key."""

import argparse
import asyncio
import sys

from handlers.rotation import Rotation, rotate
from server.clock import utc_now
from server.resources import close_database, open_database, vault_of
from server.settings import Settings

_SPOKEN_EVERY_ROWS = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(given: argparse.Namespace) -> int:
    """Rotate the database of the settings; 1 when a row could not be moved. Safe to repeat."""
    settings = Settings.from_environ()
    try:
        return asyncio.run(_run(settings))
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot rotate: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1


async def _run(settings: Settings) -> int:
    vault = vault_of(settings)
    await open_database(settings, statement_s=60)
    try:
        done = await rotate(vault, now=utc_now(), told=_tell)
    finally:
        await close_database()
    for place in done.broken:
        print(f"{place}: no known key opens it")
    for place in done.doubled:
        print(f"{place}: the same document number stands in another row under the newest key")
    if done.busy:
        print(f"{len(done.busy)} persons were being changed; run the command again")
    print(f"{done.moved} of {done.seen} rows sealed anew under key {vault.kid} ({vault.suite})")
    if done.complete and settings.older_master_keys:
        print(
            "Keep the older keys: entries of the audit trail were chained under them, and for"
            " 24 hours sessions and repeated requests need them."
        )
    return 0 if done.complete else 1


def _tell(done: Rotation) -> None:
    if done.seen % _SPOKEN_EVERY_ROWS == 0:
        print(f"zhangban: {done.seen} rows seen, {done.moved} moved", file=sys.stderr)
