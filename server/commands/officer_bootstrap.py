"""`zhangban officer-bootstrap`: the first administrator's one-time token."""

import argparse
import asyncio
import sys

from handlers.officer_bootstrap import AlreadyThere, bootstrap
from models.vocabulary import Duty
from server.clock import utc_now
from server.resources import close_database, open_database, vault_of
from server.settings import Settings

_DUTIES = {"sysadmin": Duty.SYSADMIN, "secadmin": Duty.SECADMIN, "auditadmin": Duty.AUDITADMIN}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--duty", choices=sorted(_DUTIES), default="sysadmin", help="which administrator (sysadmin)"
    )
    parser.add_argument("--account", help="name of the account (default: the duty)")
    parser.add_argument("--name", default="管理员", help="the person's name")


def run(given: argparse.Namespace) -> int:
    """Print a token, once; 1 when there is such an administrator already."""
    settings = Settings.from_environ()
    try:
        token = asyncio.run(_run(settings, given))
    except AlreadyThere:
        print(f"zhangban: there is a working {given.duty} already", file=sys.stderr)
        return 1
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is told in one line
        print(f"zhangban: cannot bootstrap: {type(fault).__name__}: {fault}", file=sys.stderr)
        return 1
    print(f"{settings.public_url}/console/#invitation={token}")
    print("good once, for 24 hours (只能使用一次,24小时内有效)", file=sys.stderr)
    return 0


async def _run(settings: Settings, given: argparse.Namespace) -> str:
    await open_database(settings)
    try:
        duty, account = _DUTIES[given.duty], given.account or given.duty
        return await bootstrap(vault_of(settings), duty, account, given.name, now=utc_now())
    finally:
        await close_database()
