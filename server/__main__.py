"""The command line: `zhangban <command>` (contract §1). Exit 0 good, 1 failed, 2 wrong usage."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from server.settings import SettingsError

COMMANDS = {
    "serve": "the HTTP server",
    "worker": "plan and push notifications; any number, on any machine",
    "deliveries": "list what could not be delivered, or owe it anew",
    "tick": "the clock: duties that come due with time",
    "migrate": "bring the database's schema up to date",
    "demo-data": "fill an empty database with demo units, persons and grants",
    "doctor": "check settings and connections, name every fault",
    "openapi": "print the OpenAPI document",
    "templates": "preview what each message looks like on each channel",
    "verify-audit": "walk the hash chains of the audit trail",
    "rotate-keys": "seal personal values again under the newest master key",
    "sandbox": "stand-ins of WeChat, Alipay, the e-card platform and the registries",
    "officer-bootstrap": "print a one-time token for the first administrator",
    "demo": "everything at once for a newcomer (`make run`)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="zhangban", description="掌办: 企业社保掌上经办")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, about in COMMANDS.items():
        command = import_module(f"server.commands.{name.replace('-', '_')}")
        sub = subparsers.add_parser(name, help=about, description=about)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    given = parser.parse_args(arguments)
    try:
        return int(given.run(given))
    except SettingsError as fault:
        print(f"zhangban: settings: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
