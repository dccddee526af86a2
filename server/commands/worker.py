"""`zhangban worker`: plans what was committed and pushes it. Any number, on any machine."""

import argparse
import asyncio
import logging
import os
import signal
import sys

import uvloop

from server import logs
from server.context import Context
from server.pushes import WORKER_MOST, deliver
from server.resources import close_all, open_all
from server.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--most",
        type=_count,
        default=WORKER_MOST,
        metavar="N",
        help=f"pushes of one platform under way at once ({WORKER_MOST})",
    )


def run(given: argparse.Namespace) -> int:
    """Work until told to stop; what is under way is finished first."""
    settings = Settings.from_environ()
    logs.configure()
    if settings.embedded and settings.all_in_one:
        print("zhangban: the server works already (ZB_ALL_IN_ONE)", file=sys.stderr)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_run(settings, given.most))
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot work: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1


async def _run(settings: Settings, most: int) -> int:
    context = Context(settings)
    resources = await open_all(context)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        logging.getLogger("zhangban").info("working", extra={"pid": os.getpid()})
        await deliver(context, resources.teller, stop, most=most)
    finally:
        await close_all(resources)
    return 0


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, at least 1, is expected")
    return int(text)
