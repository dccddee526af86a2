"""A subscription to a real Redis hears what redis-py's own would, and says when it has ended."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from models.store.ear import WireEar
from tests.support import services

pytestmark = pytest.mark.redis


@pytest.fixture(params=[2, 3], ids=["resp2", "resp3"])
async def redis(request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    found: Redis = Redis.from_url(services.REDIS, decode_responses=True, protocol=request.param)
    yield found
    await found.aclose()


@pytest.fixture
async def ear(redis: Redis) -> AsyncIterator[WireEar]:
    """Subscribed to `ear:a`."""
    found = WireEar(redis.connection_pool)
    await found.subscribe("ear:a")
    assert await found.get_message(timeout=5) == {
        "type": "subscribe",
        "channel": "ear:a",
        "data": 1,
    }
    yield found
    await found.aclose()


async def test_what_is_published_is_heard_in_its_order(redis: Redis, ear: WireEar) -> None:
    for text in ("one", "two", "三"):
        await redis.publish("ear:a", text)

    heard = [await ear.get_message(timeout=5) for _ in range(3)]

    assert [each and each["data"] for each in heard] == ["one", "two", "三"]
    assert {each["type"] for each in heard if each} == {"message"}


async def test_it_waits_no_longer_than_it_is_told(ear: WireEar) -> None:
    began = asyncio.get_running_loop().time()

    assert await ear.get_message(timeout=0.05) is None
    assert 0.04 <= asyncio.get_running_loop().time() - began < 5


async def test_a_channel_that_is_given_up_is_heard_no_more(redis: Redis, ear: WireEar) -> None:
    await ear.subscribe("ear:b")
    await ear.unsubscribe("ear:a")
    kinds = [(await ear.get_message(timeout=5) or {})["type"] for _ in range(2)]

    assert await redis.publish("ear:a", "x") == 0
    assert kinds == ["subscribe", "unsubscribe"]


async def test_a_ping_is_answered_by_a_sign_of_life(ear: WireEar) -> None:
    await ear.ping()

    message = await ear.get_message(timeout=5)

    assert message is not None
    assert message["type"] == "pong"


async def test_a_connection_that_was_cut_is_said_to_have_ended(redis: Redis, ear: WireEar) -> None:
    waiting = asyncio.create_task(ear.get_message(timeout=20))
    await asyncio.sleep(0.05)
    await redis.client_kill_filter(_type="pubsub")

    with pytest.raises(RedisConnectionError):
        await waiting
    with pytest.raises(RedisConnectionError):
        await ear.subscribe("ear:b")


async def test_nobody_answering_is_said_at_once() -> None:
    away: Redis = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)

    with pytest.raises(RedisConnectionError):
        await WireEar(away.connection_pool).subscribe("ear:a")
