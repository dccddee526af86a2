"""Resources of the gateway tests: public vectors, transports, Redis, the sandbox as a process."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.gateways.accounts import WeChatAccount
from server.gateways.ecard import ECardGateway
from server.gateways.ecard_provider import ServiceBus
from server.gateways.transport import Transport
from server.gateways.wechat import WeChat
from tests.gateways import ecard_peer, wechat_wire
from tests.gateways.ecard_peer import ACCOUNT, NOW
from tests.gateways.fakes import Peer
from tests.gateways.wechat_wire import APPID, Wire
from tests.support import tiers
from tests.support.vectors import platform_vectors

ROOT = Path(__file__).parents[2]
OpenTransport = Callable[..., Awaitable[Transport]]
Ctl = Callable[..., Any]


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    """Public vectors not written by us."""
    return platform_vectors()


@pytest.fixture
async def open_transport() -> AsyncIterator[OpenTransport]:
    """Opens transports to loopback and closes them after the test."""
    opened: list[Transport] = []

    async def open_one(base_url: str, **limits: Any) -> Transport:
        settings = {"total_s": 2.0, "connect_s": 1.0, "allow_hosts": {"127.0.0.1"}, **limits}
        transport = await Transport(base_url, **settings).start()
        opened.append(transport)
        return transport

    yield open_one
    for transport in opened:
        await transport.stop()


@pytest.fixture
async def memory_redis() -> AsyncIterator[Redis]:
    """An embedded Redis with Lua."""
    redis = FakeAsyncRedis()
    yield redis
    await redis.aclose()


@pytest.fixture
async def real_redis() -> AsyncIterator[Redis]:
    """A real Redis, database 9, with the product's own short timeouts and no repetition."""
    url = urlsplit(os.environ.get("ZB_TEST_REDIS_URL", "redis://127.0.0.1:6379"))
    redis = Redis.from_url(
        url._replace(path="/9").geturl(),
        socket_timeout=1,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        await redis.ping()
    except (OSError, RedisError) as error:
        await redis.aclose()
        tiers.leave_out("redis", type(error).__name__)
    await _forget_tokens(redis)
    yield redis
    await _forget_tokens(redis)
    await redis.aclose()


async def _forget_tokens(redis: Redis) -> None:
    async for key in redis.scan_iter("zb:wechat:token:*"):
        await redis.delete(key)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def open_wechat(open_transport: OpenTransport, memory_redis: Redis) -> wechat_wire.Open:
    async def open_one(peer: Peer, **limits: Any) -> WeChat:
        account = WeChatAccount(peer.url, APPID, "the-app-secret")
        transport = await open_transport(peer.url, **{"total_s": 1.5, **limits})
        return WeChat(account, transport, memory_redis)

    return open_one


@pytest.fixture
def open_ecard(open_transport: OpenTransport) -> ecard_peer.Open:
    async def open_one(peer: Peer, *, directory: bool = False, **changes: Any) -> ECardGateway:
        account = replace(ACCOUNT, base_url=peer.url, **changes)
        bus = ServiceBus(account, await open_transport(peer.url, total_s=1.5), lambda: NOW)
        return ECardGateway(account, bus, bus if directory else None)

    return open_one


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """The sandbox as its own process: it imports nothing of ours, and we nothing of it."""
    port = free_port()
    log = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", str(port)], cwd=ROOT, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        if not _answers(f"{url}/_ctl/credentials", process):
            pytest.fail("the sandbox does not start")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str, process: "subprocess.Popen[bytes]") -> bool:
    for _ in range(150):
        if process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(url, timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


@pytest.fixture
async def ctl(sandbox_url: str) -> Ctl:
    """Speak to the sandbox's control port; it is reset first."""

    async def call(path: str, body: dict[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{sandbox_url}/_ctl{path}", content, headers)

        def read() -> Any:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read() or b"null")

        return await asyncio.to_thread(read)

    await call("/reset", {})
    return call
