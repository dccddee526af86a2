"""Where the scripts run in these tests: the embedded Redis, and a real one where one answers."""

import asyncio
import os
from collections.abc import Callable

from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from models.store.carrier import WireCarrier
from models.store.client import Store

REAL_URL = os.environ.get("ZB_TEST_REDIS_URL") or "redis://127.0.0.1:6379/9"
NO_REAL_REDIS = "no Redis at ZB_TEST_REDIS_URL or 127.0.0.1:6379"
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
    """Four connections to the real Redis; what commands of different ones run first is its choice."""
    clients = [
        Redis.from_url(REAL_URL, decode_responses=True, socket_timeout=_PATIENCE_S)
        for _ in range(LINES)
    ]
    return [Store(client, WireCarrier(client.connection_pool, _PATIENCE_S)) for client in clients]


async def _answers() -> bool:
    redis = Redis.from_url(REAL_URL, socket_timeout=1, socket_connect_timeout=0.5)
    try:
        await redis.ping()
    except (OSError, RedisError):
        return False
    finally:
        await redis.aclose()
    return True


def real_is_there() -> bool:
    """Whether a real Redis answers."""
    return asyncio.run(_answers())


async def close(stores: Stores) -> None:
    """Give the connections back."""
    for store in stores:
        await store.close()
