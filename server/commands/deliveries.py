"""`zhangban deliveries`: the dead letters of notification, listed and replayed."""

import argparse
import asyncio
import sys

from models import dead
from server.clock import utc_now
from server.resources import close_database, open_database
from server.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "act", choices=("dead", "replay"), help="list dead letters, or owe them anew"
    )
    parser.add_argument("ids", nargs="*", type=int, metavar="id", help="only these deliveries")
    parser.add_argument("--reason", default="", help="only those of this reason (template, …)")
    parser.add_argument("--limit", type=int, default=100, help="lines at most (100)")


def run(given: argparse.Namespace) -> int:
    """List or replay."""
    settings = Settings.from_environ()
    try:
        return asyncio.run(_run(settings, given))
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot read deliveries: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1


async def _run(settings: Settings, given: argparse.Namespace) -> int:
    await open_database(settings)
    try:
        if given.act == "dead":
            await _list(given.reason, given.limit)
        else:
            await _replay(given)
    finally:
        await close_database()
    return 0


async def _list(reason: str, limit: int) -> None:
    for each in await dead.dead_letters(reason, limit):
        at = each.done_at.isoformat(timespec="seconds") if each.done_at else "-"
        print(
            f"{each.id}\t{at}\t{each.channel}\t{each.topic}\t{each.template or '-'}"
            f"\t{each.state.name.lower()}\t{each.reason}\t{each.code or '-'}\t{each.tries} tries"
        )
    if not reason:
        for event in await dead.set_aside(limit):
            print(f"{event.id}\t{event.created_at:%Y-%m-%dT%H:%M:%S}\t{event.topic}\t{event.fault}")


async def _replay(given: argparse.Namespace) -> None:
    count = await dead.replay(utc_now(), reason=given.reason, ids=given.ids)
    events = 0 if given.reason or given.ids else await dead.replan()
    print(f"{count} deliveries and {events} events are owed anew")
