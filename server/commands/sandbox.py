"""`zhangban sandbox`: stand-ins of WeChat, Alipay, the e-card platform and the registries."""

import argparse
import os
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m sandbox`, which this command becomes."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on; 0: any free one")
    parser.add_argument("--callback", default="", help="where WeChat's events are pushed")
    parser.add_argument("--product", default="", help="base URL of the product (port - 1 here)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all codes and tokens")


def run(given: argparse.Namespace) -> int:
    """Become the sandbox: the product never imports it, and a signal needs no passing on."""
    command = [sys.executable, "-m", "sandbox"]
    for name in ("host", "port", "callback", "product", "seed"):
        command += [f"--{name}", str(getattr(given, name))]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606
