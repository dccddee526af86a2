"""The application in this process, behind a socket of its own: real HTTP, tools within reach."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from tortoise.backends.base.executor import EXECUTOR_CACHE

from handlers.tools import Tools
from models.vocabulary import Platform
from server.app import create_app
from server.commands.demo_env import TEMPLATES_FILE
from server.context import App
from server.protocol import BoundedProtocol
from tests.build import NOW, PhoneAccounts, settings
from tests.handlers.fakes import Cards
from tests.live_clients import Client, Desk, Phone

_numbers = itertools.count(1)


@dataclass(slots=True)
class Door:
    """A served application. cards, accounts: the platforms behind its ports."""

    app: App
    url: str
    http: aiohttp.ClientSession
    cards: Cards = field(default_factory=Cards)
    accounts: PhoneAccounts = field(default_factory=PhoneAccounts)

    @property
    def tools(self) -> Tools:
        """What its handlers work with."""
        return self.app.ctx.ready[0]

    def client(self) -> Client:
        """Somebody with neither cookie nor token."""
        return Client(self.url, self.http)

    def desk(self) -> Desk:
        """A browser."""
        return Desk(self.url, self.http)

    def phone(self, token: str = "") -> Phone:
        """A phone, signed in when a token is given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Phone(self.url, self.http, headers)


@asynccontextmanager
async def door(
    database_url: str, now: Callable[[], datetime] | None = None, **changed: str
) -> AsyncIterator[Door]:
    """Serve an application on a migrated database. changed: settings, as `tests.build.settings`."""
    EXECUTOR_CACHE.clear()
    app = create_app(
        settings(database_url=database_url, **changed),
        now=now or (lambda: NOW),
        name=f"door-{next(_numbers)}",
    )
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server: Any = await app.create_server(
        sock=listening, protocol=BoundedProtocol, access_log=False
    )
    await server.startup()
    await server.before_start()
    await server.after_start()
    # Whoever stops while the subscription is still being made may wait for it.
    while not app.ctx.ready[1].listening:
        await asyncio.sleep(0.001)
    # No proxy of the environment, and cookies only as the clients keep them.
    http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
    opened = Door(app, f"http://127.0.0.1:{listening.getsockname()[1]}", http)
    app.ctx.ecard = opened.cards
    app.ctx.platforms = {Platform.WECHAT: opened.accounts, Platform.ALIPAY: opened.accounts}
    try:
        yield opened
    finally:
        await http.close()
        await server.close()
        await server.before_stop()
        for connection in tuple(server.connections):
            connection.close()
        await server.after_stop()
        EXECUTOR_CACHE.clear()


@asynccontextmanager
async def pushing_door(database_url: str, **changed: str) -> AsyncIterator[Door]:
    """The same with a WeChat account and the demonstration's templates."""
    told = {"wechat_appid": "wx1", "wechat_secret": "secret", "templates_file": str(TEMPLATES_FILE)}
    async with door(database_url, None, **told | changed) as opened:
        yield opened
