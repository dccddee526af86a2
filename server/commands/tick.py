"""`zhangban tick`: what comes due with time. Several may run: a duty done twice does no harm."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from models import idempotency
from models.person import KnownBrowser
from server import logs
from server.clock import utc_now
from server.resources import close_database, open_database
from server.settings import Settings

logger = logging.getLogger("zhangban.tick")

BROWSER_FORGOTTEN_AFTER = timedelta(days=90)

Duty = Callable[[datetime], Awaitable[int]]


async def forget_browsers(now: datetime) -> int:
    """Forget browsers in which nobody has logged in for 90 days; how many there were."""
    return await KnownBrowser.filter(seen_at__lt=now - BROWSER_FORGOTTEN_AFTER).delete()


DUTIES: tuple[tuple[str, Duty], ...] = (
    ("idempotency keys forgotten", idempotency.purge),
    ("browsers forgotten", forget_browsers),
)
"""What is done at each tick; a duty touches only what is due, so two at once do no harm."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="do what is due now, then end")
    how.add_argument(
        "--every", type=_seconds, default=60, metavar="SECONDS", help="pause between ticks (60)"
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
    await open_database(settings)
    try:
        failed = await tick(utc_now())
        if every_s:
            await _until_stopped(every_s)
            return 0
        return 1 if failed else 0
    finally:
        await close_database()


async def _until_stopped(every_s: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while True:
        try:
            await asyncio.wait_for(stop.wait(), every_s)
        except TimeoutError:
            await tick(utc_now())
        else:
            return


async def tick(now: datetime, duties: tuple[tuple[str, Duty], ...] = DUTIES) -> int:
    """Do every duty; one that fails is logged and keeps none of the others. How many failed."""
    failed = 0
    for name, duty in duties:
        try:
            done = await duty(now)
        except Exception:
            logger.exception("duty failed", extra={"duty": name})
            failed += 1
        else:
            if done:
                logger.info(name, extra={"count": done})
    return failed


def _seconds(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number of seconds, at least 1, is expected")
    return int(text)
