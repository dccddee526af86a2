"""Starts and stops a sandbox on the event loop that is running."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sanic import Sanic

from sandbox.app import build
from sandbox.letters.smtp import mail_server
from sandbox.options import Options
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that listens. url: its base, without a slash at the end."""

    url: str
    port: int
    world: World


def _listening(options: Options) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    return socket.create_server((options.host, options.port), family=family, backlog=512)


@asynccontextmanager
async def running(options: Options) -> AsyncIterator[Running]:
    """Serve until the block ends. Raises OSError when the port cannot be had."""
    line = _listening(options)
    port = int(line.getsockname()[1])
    world = World(
        seed=options.seed, product=options.product_at(port), callback=options.callback_at(port)
    )
    # Before the first request, which may ask for the credentials.
    mail = await mail_server(world, options.host)
    world.smtp_port = int(mail.sockets[0].getsockname()[1])
    app = build(world)
    # Sanic's handle on the server has no annotations.
    server: Any = await app.create_server(sock=line, return_asyncio_server=True)
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    shown = "127.0.0.1" if options.host in ("", "0.0.0.0", "::") else options.host  # noqa: S104
    try:
        yield Running(f"http://{shown}:{port}", port, world)
    finally:
        mail.close()
        server.close()
        for connection in list(server.connections):
            connection.abort()
        # One turn of the loop lets the cut connections' tasks end.
        await asyncio.sleep(0)
        await world.courier.close()
        Sanic.unregister_app(app)
