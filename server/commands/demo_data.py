"""`zhangban demo-data`: fill an empty database with invented units, relations and grants."""

import argparse
import asyncio
import sys
import time

from server.clock import utc_now
from server.demo.dataset import province
from server.demo.loading import Loaded, holds_units, load
from server.demo.units import COUNT
from server.resources import close_database, open_database, vault_of
from server.settings import Settings

_SPOKEN_EVERY_S = 1.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--units",
        type=_number_of_units,
        default=COUNT,
        help=f"how many units, at least {COUNT}; 250000 make a province (default: {COUNT})",
    )


def run(given: argparse.Namespace) -> int:
    """Fill the database of the settings, which must be migrated and hold no unit yet."""
    settings = Settings.from_environ()
    try:
        return asyncio.run(fill(settings, given.units))
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot load: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1


async def fill(settings: Settings, units: int) -> int:
    """Load so many units; 1 when there are some already: nothing real is mixed with them."""
    await open_database(settings, statement_s=60)
    try:
        if await holds_units():
            print("zhangban: the database holds units already; nothing was loaded", file=sys.stderr)
            return 1
        progress = _Progress(units)
        async for loaded in load(province(units), vault_of(settings), utc_now()):
            progress.tell(loaded)
    finally:
        await close_database()
    return 0


class _Progress:
    """Says on standard error how far it is, at most once a second, and once at the end."""

    def __init__(self, units: int) -> None:
        self._units = units
        self._started = time.monotonic()
        self._spoken = self._started

    def tell(self, loaded: Loaded) -> None:
        now, done = time.monotonic(), loaded.units == self._units
        if not done and now - self._spoken < _SPOKEN_EVERY_S:
            return
        self._spoken = now
        print(
            f"zhangban: {loaded.units}/{self._units} units, {loaded.relations} relations, "
            f"{loaded.legal_reps} legal representatives, {loaded.grants} grants, "
            f"{now - self._started:.1f} s",
            file=sys.stderr,
        )


def _number_of_units(text: str) -> int:
    if not text.isdigit() or int(text) < COUNT:
        raise argparse.ArgumentTypeError(f"a whole number of at least {COUNT} is expected")
    return int(text)
