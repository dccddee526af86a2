"""Resources of the fault tests: databases behind the models, and the product behind proxies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connections

from server.resources import close_database, open_database
from tests.build import settings
from tests.live import Live, Running, running, visiting
from tests.support import services
from tests.support.proxy import FaultProxy
from tests.support.services import SpareRedis


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Any]:
    """An open SQLite database; its client."""
    async for client in _opened(sqlite_url):
        yield client


@pytest.fixture
async def postgres_database(fresh_postgres_url: str) -> AsyncIterator[Any]:
    """An open PostgreSQL database; its client."""
    async for client in _opened(fresh_postgres_url):
        yield client


async def _opened(url: str) -> AsyncIterator[Any]:
    # Tortoise keeps the SQL of a connection's name, whatever database it led to before.
    EXECUTOR_CACHE.clear()
    await open_database(settings(database_url=url))
    yield get_connections().get("default")
    await close_database()
    EXECUTOR_CACHE.clear()


@dataclass(frozen=True, slots=True)
class Fragile:
    """The product on a PostgreSQL and a Redis that are reached through proxies.

    direct_database: the URL around the proxy; redis: the server itself.
    """

    running: Running
    database: FaultProxy
    store: FaultProxy
    redis: SpareRedis
    direct_database: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.running.port


@pytest.fixture(scope="session")
def fragile_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fragile]:
    """The product behind proxies, once for all fault tests."""
    folder = tmp_path_factory.mktemp("fragile")
    name = f"{folder.parent.name.replace('-', '_')}_fragile"
    direct = services.create_database(name)
    upstream = urlsplit(direct)
    with (
        services.spare_redis(folder) as redis,
        FaultProxy(upstream.port or 5432, upstream.hostname or "127.0.0.1") as database,
        FaultProxy(redis.port) as store,
    ):
        user = f"{upstream.username}{f':{upstream.password}' if upstream.password else ''}"
        addresses = {
            "ZB_DATABASE_URL": f"postgres://{user}@127.0.0.1:{database.port}/{name}",
            "ZB_REDIS_URL": f"redis://127.0.0.1:{store.port}/0",
        }
        with running(folder, addresses) as started:
            yield Fragile(started, database, store, redis, direct)
    services.drop_database(name)


@pytest.fixture
async def fragile(fragile_product: Fragile) -> AsyncIterator[Fragile]:
    """The product behind proxies that are in order; they are put in order again afterwards."""
    yield fragile_product
    healed = [proxy for proxy in (fragile_product.database, fragile_product.store) if proxy.meddled]
    for proxy in healed:
        proxy.heal()
    # The store's breaker, and the listener's pause, are a second at most.
    await asyncio.sleep(1.2 if healed else 0)


@pytest.fixture
async def guests(fragile: Fragile) -> AsyncIterator[Live]:
    """Users of the fragile product."""
    async with visiting(fragile.running) as live:
        yield live
