"""Where the scripts run in these tests: the embedded Redis, and a real one where one answers."""

import os
from collections.abc import Callable

from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis

from models.store.client import Store
from models.store.wire import WireCarrier
from tests.support.services import REDIS

PROVE = os.environ.get("ZB_PROVE") == "1"
LINES = 4
_PATIENCE_S = 5.0

Stores = list[Store]
Connect = Callable[[], Stores]


def embedded() -> Stores:
    """Four connections to one embedded Redis of their own."""
    server = FakeServer()
    return [Store(FakeAsyncRedis(server=server, decode_responses=True)) for _ in range(LINES)]


def real() -> Stores:
    """Four connections to the real Redis; it chooses whose commands run first."""
    clients = [
        Redis.from_url(REDIS, decode_responses=True, socket_timeout=_PATIENCE_S)
        for _ in range(LINES)
    ]
    return [
        Store(client, WireCarrier(client.connection_pool), patience_s=_PATIENCE_S)
        for client in clients
    ]


async def close(stores: Stores) -> None:
    """Give the connections back."""
    for store in stores:
        await store.close()
