"""`python -m sandbox`: the platforms' stand-ins on one port, until SIGTERM or SIGINT."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from sandbox.options import Options
from sandbox.serving import running


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="sandbox",
        description="Stand-ins of WeChat, Alipay, the e-card platform, the registries and a CA.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on; 0: any free one")
    parser.add_argument("--callback", default="", help="where WeChat's events are pushed")
    parser.add_argument("--product", default="", help="base URL of the product (port - 1 here)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all codes and tokens")
    return Options(**vars(parser.parse_args(arguments)))


async def serve(options: Options) -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(options) as sandbox:
        line = (
            f"sandbox: {sandbox.url} (phone: {sandbox.url}/phone, product: {sandbox.world.product})"
        )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> int:
    """Exit code 0, or 1 when the port cannot be had."""
    options = parse()
    try:
        asyncio.run(serve(options))
    except OSError as failure:
        sys.stderr.write(f"sandbox: cannot listen on {options.host}:{options.port}: {failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
