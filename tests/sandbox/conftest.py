"""The real sandbox on a free loopback port, and a callback that writes down what it gets."""

import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.credentials import WECHAT
from sandbox.options import Options
from sandbox.serving import running
from tests.support.vectors import platform_vectors

# Nothing listens on the discard port: pushes fail at once until a test sets a callback.
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Line:
    """A client's end of the line to the sandbox."""

    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **params: str) -> Any:
        async with self.session.get(self.url + path, params=params) as answer:
            return json.loads(await answer.read())

    async def post(self, path: str, body: object = None, **params: str) -> Any:
        async with self.session.post(self.url + path, json=body, params=params) as answer:
            return json.loads(await answer.read())

    async def wechat_token(self) -> str:
        body = {
            "grant_type": "client_credential",
            "appid": WECHAT.appid,
            "secret": WECHAT.secret,
        }
        answer = await self.post("/wechat/cgi-bin/stable_token", body)
        return str(answer["access_token"])

    async def redeem(self, code: str, **other: str) -> Any:
        params = {"appid": WECHAT.appid, "secret": WECHAT.secret, "js_code": code}
        usual = {**params, "grant_type": "authorization_code"}
        return await self.get("/wechat/sns/jscode2session", **{**usual, **other})


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A fresh sandbox, seed 1, with a client connected to it."""
    async with (
        running(Options(port=0, product=NOBODY)) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        yield Line(sandbox.url, session)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as the callback saw it."""

    query: dict[str, str]
    content_type: str
    body: str


@dataclass(slots=True)
class Callback:
    """The product's callback. status: what it answers with."""

    url: str = ""
    status: int = 200
    received: list[Received] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        if "echostr" in query:
            return web.Response(text=query["echostr"])
        self.received.append(Received(query, request.content_type, await request.text()))
        return web.Response(text="success", status=self.status)


@pytest.fixture
async def callback(line: Line) -> AsyncIterator[Callback]:
    """A callback that the sandbox's events go to."""
    seen = Callback()
    app = web.Application()
    app.router.add_route("*", "/callbacks/wechat", seen.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    seen.url = f"http://{host}:{port}/callbacks/wechat"
    await line.post("/_ctl/settings", {"callback": seen.url})
    yield seen
    await runner.cleanup()


@pytest.fixture
def beijing() -> Iterator[None]:
    """Clients that stamp local time, as if this machine stood in Beijing."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    """Public vectors of the platforms, not written by us."""
    return platform_vectors()
