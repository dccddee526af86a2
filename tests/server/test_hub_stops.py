"""The hub stops when it is told to, however far its subscription has come."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis

from models.store.ear import Ear, WireEar
from server.hub import Hub
from tests.support import services


async def no_versions(_cids: Sequence[str]) -> Mapping[str, tuple[int, bool]]:
    return {}


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.redis)])
async def ear(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[], Ear]]:
    """Makes subscriptions."""
    if request.param == "embedded":
        redis: Redis = FakeAsyncRedis(decode_responses=True)
        yield redis.pubsub
    else:
        redis = Redis.from_url(services.REDIS, decode_responses=True)
        yield lambda: WireEar(redis.connection_pool)
    await redis.aclose()


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8, 13])
async def test_a_hub_that_is_stopped_while_it_subscribes_stops(
    turns: int, ear: Callable[[], Ear]
) -> None:
    hub = Hub(ear, no_versions)
    hub.start()
    for _ in range(turns):
        await asyncio.sleep(0)

    async with asyncio.timeout(3):
        await hub.close()


async def test_it_knows_how_many_wait(ear: Callable[[], Ear]) -> None:
    hub = Hub(ear, no_versions)
    hub.start()

    async with hub.watch("q:a"), hub.watch("q:a"), hub.watch("q:b"):
        assert hub.waiting == 3

    assert hub.waiting == 0
    await hub.close()
