"""`zhangban tick`: what comes due with time. Several may run: a duty done twice does no harm."""

import argparse
import asyncio
import signal
import sys

from server import logs
from server.context import Context
from server.duties import EVERY_S, keep_ticking, tick
from server.resources import close_all, open_all
from server.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="do what is due now, then end")
    how.add_argument(
        "--every",
        type=_seconds,
        default=EVERY_S,
        metavar="SECONDS",
        help=f"pause between ticks ({EVERY_S})",
    )


def run(given: argparse.Namespace) -> int:
    """Tick once, or until told to stop."""
    settings = Settings.from_environ()
    logs.configure()
    try:
        return asyncio.run(_run(settings, 0 if given.once else given.every))
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot tick: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1


async def _run(settings: Settings, every_s: int) -> int:
    context = Context(settings)
    resources = await open_all(context)
    try:
        if not every_s:
            return 1 if await tick(context) else 0
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await keep_ticking(context, stop, every_s)
        return 0
    finally:
        await close_all(resources)


def _seconds(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number of seconds, at least 1, is expected")
    return int(text)
