"""The shared token when Redis loses a reply, cannot write, or is not there."""

import asyncio
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisDown

from server.gateways.wechat_token import TokenProvider, TokenUnavailable
from tests.gateways.token_platform import APPID, TokenPlatform, providers_of


class LosesReplies(FakeAsyncRedis):
    """Executes `SET … NX`, but says it did not, as a retried command does (reliability F4)."""

    async def set(self, name: Any, value: Any, **options: Any) -> Any:  # type: ignore[override]
        done = await super().set(name, value, **options)
        return None if name.endswith(":lock") else done


async def test_a_lock_whose_reply_was_lost_is_known_as_our_own() -> None:
    redis = LosesReplies()
    platform = TokenPlatform()

    async with asyncio.timeout(2):
        token = await TokenProvider(redis, platform.fetch, APPID).get()

    assert (token, len(platform.fetches)) == ("token-1", 1)
    await redis.aclose()


class CannotWrite(FakeAsyncRedis):
    """A Redis that is full, or a replica."""

    async def set(self, name: Any, value: Any, **options: Any) -> Any:  # type: ignore[override]
        raise RedisDown("READONLY")


async def test_a_token_that_cannot_be_stored_is_used_all_the_same() -> None:
    redis = CannotWrite()
    platform = TokenPlatform()
    provider = TokenProvider(redis, platform.fetch, APPID)

    tokens = await asyncio.gather(*(provider.get() for _ in range(64)))

    assert set(tokens) == {"token-1"}
    assert len(platform.fetches) == 1
    await redis.aclose()


async def test_without_redis_each_process_fetches_for_itself_and_not_for_every_call() -> None:
    redis = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0), socket_connect_timeout=0.3)
    platform = TokenPlatform()
    providers = providers_of(redis, platform, 2)

    for _ in range(10):
        assert await providers[0].get() == await providers[1].get() == "token-1"

    assert len(platform.fetches) == 2
    await redis.aclose()


async def test_without_redis_a_storm_of_complaints_is_bounded_too() -> None:
    redis = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0), socket_connect_timeout=0.3)
    platform = TokenPlatform()
    (provider,) = providers_of(redis, platform, 1)
    token = await provider.get()

    for _ in range(5):
        with pytest.raises(TokenUnavailable):
            await provider.get(bad=await provider.get(bad=token))

    assert len(platform.fetches) == 2
    await redis.aclose()
