"""The hub stops when it is told to, however far its subscription has come."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from fakeredis import FakeAsyncRedis

from server.hub import Hub


async def no_versions(_cids: Sequence[str]) -> Mapping[str, tuple[int, bool]]:
    return {}


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8, 13])
async def test_a_hub_that_is_stopped_while_it_subscribes_stops(turns: int) -> None:
    redis = FakeAsyncRedis(decode_responses=True)
    hub = Hub(redis, no_versions)
    hub.start()
    for _ in range(turns):
        await asyncio.sleep(0)

    async with asyncio.timeout(3):
        await hub.close()

    await redis.aclose()
