"""A small application on our protocol, in the test's own loop, with short time limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sanic import HTTPResponse, Request, Sanic, text
from sanic.config import Config

from server.protocol import BoundedProtocol

REQUEST_S, RESPONSE_S, KEEP_ALIVE_S = 0.6, 1.5, 3.0


@dataclass(slots=True)
class Small:
    """The running application. sent: bytes of the flood so far; cut: whether it was ended."""

    app: Any
    port: int
    sent: int = 0
    cut: bool = False


@asynccontextmanager
async def small_server(protocol: type[asyncio.Protocol] = BoundedProtocol) -> AsyncIterator[Small]:
    """Serve until the end of the block."""
    config = Config(env_prefix=None)
    config.update(
        {
            "REQUEST_TIMEOUT": REQUEST_S,
            "RESPONSE_TIMEOUT": RESPONSE_S,
            "KEEP_ALIVE_TIMEOUT": KEEP_ALIVE_S,
            "AUTO_EXTEND": False,
            "ACCESS_LOG": False,
        }
    )
    app: Any = Sanic("small", config=config, configure_logging=False)
    small = Small(app, 0)
    _routes(app, small)
    server = await app.create_server(
        host="127.0.0.1", port=0, protocol=protocol, return_asyncio_server=True
    )
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    small.port = server.server.sockets[0].getsockname()[1]
    try:
        yield small
    finally:
        await server.before_stop()
        server.close()
        for connection in tuple(server.connections):
            connection.abort()
        await asyncio.sleep(0.05)
        await server.after_stop()


def _routes(app: Any, small: Small) -> None:
    async def body(request: Request) -> HTTPResponse:
        return text(str(len(request.body)))

    async def slow(request: Request) -> HTTPResponse:
        await asyncio.sleep(REQUEST_S * 2)
        return text("slow but sure")

    async def flood(request: Request) -> None:
        response = await request.respond(content_type="text/event-stream")
        try:
            while True:
                await response.send("x" * 16_384)
                small.sent += 16_384
        finally:
            small.cut = True

    app.add_route(body, "/body", methods=["POST"])
    app.add_route(slow, "/slow", methods=["GET"])
    app.add_route(flood, "/flood", methods=["GET"])
