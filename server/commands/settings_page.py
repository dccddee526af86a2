"""Writes docs/settings.md from the settings' own declarations, or checks it."""

import argparse
import html
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/settings.md")

_HEAD = """\
<!-- Made by python -m server.commands.settings_page; do not edit. -->
# Settings

Everything an installation decides comes from environment variables, read once when a process
starts. A missing or wrong one stops the start with one line that names all of them;
`zhangban doctor` checks what they point to. No secret has a default: `make run` makes its own.

| Variable | Default | What it is |
| --- | --- | --- |
"""
_TAIL = """
**Required** means that nothing starts without it. *secret*: never logged, never printed.
With `ZB_WECHAT_APPID`, `ZB_ALIPAY_APPID` or `ZB_ECARD_BASE` set, the platform's other variables are
required, too. `ZB_PUBLIC_URL` must be https, except on the loopback address or in development.

`ZB_CA_FOLDER` holds the certificates (.cer .crt .der .pem .p7b) of the CAs that issue to units, the
issuing ones themselves and not only their roots. Lists of what they revoked are fetched from the
addresses in their certificates: http(s), usual ports, public networks, or `ZB_REVOCATION_HOSTS`.

`make run` reads one variable more: `ZB_VAR`, the folder for its state (default `var`).
The tests read `ZB_TEST_POSTGRES_URL`, `ZB_TEST_REDIS_URL` and `ZB_VECTORS`.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or with --check exit 1 when it is not what would be written."""
    parser = argparse.ArgumentParser(prog="settings_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (default: this one)")
    options = parser.parse_args(arguments)
    path = options.root / PAGE
    if options.check:
        if path.is_file() and path.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE} is stale: run python -m server.commands.settings_page", file=sys.stderr)
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """All settings as a Markdown table, in the order of their declaration."""
    return _HEAD + "".join(_row(dict(each.metadata)) for each in fields(Settings)) + _TAIL


def _row(declared: dict[str, object]) -> str:
    default = declared["default"]
    shown = "**required**" if default is None else f"`{default}`" if default else "(empty)"
    about = html.escape(str(declared["about"]), quote=False).replace("|", "\\|")
    secret = " *secret*" if declared["secret"] else ""
    return f"| `{declared['env']}` | {shown} | {about}{secret} |\n"


if __name__ == "__main__":
    sys.exit(main())
