"""One token for all processes: fetched once, renewed once, never in a loop."""

import asyncio

import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis

from server.gateways.transport import TransportFault
from server.gateways.wechat_token import FreshToken, TokenProvider, TokenUnavailable
from tests.gateways.token_platform import APPID, KEY, TokenPlatform, providers_of


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.redis)])
def redis(request: pytest.FixtureRequest) -> Redis:
    """Embedded, and real where there is one."""
    redis: Redis = request.getfixturevalue(f"{request.param}_redis")
    return redis


async def test_64_cold_calls_over_4_providers_make_one_fetch(redis: Redis) -> None:
    platform = TokenPlatform()
    providers = providers_of(redis, platform)

    tokens = await asyncio.gather(*(providers[n % 4].get() for n in range(64)))

    assert set(tokens) == {"token-1"}
    assert platform.fetches == [False]


async def test_64_calls_with_a_token_that_died_make_one_more_fetch(redis: Redis) -> None:
    platform = TokenPlatform()
    providers = providers_of(redis, platform)
    await providers[0].get()
    platform.kill()

    tokens = await asyncio.gather(*(providers[n % 4].get(bad="token-1") for n in range(64)))

    assert set(tokens) == {"token-2"}
    assert platform.fetches == [False, False]


async def test_a_stale_complaint_gets_the_present_token_without_a_fetch(redis: Redis) -> None:
    platform = TokenPlatform()
    (provider,) = providers_of(redis, platform, 1)
    await provider.get()
    platform.kill()
    await provider.get(bad="token-1")

    assert await provider.get(bad="token-1") == "token-2"
    assert len(platform.fetches) == 2


async def test_the_token_is_stored_until_five_minutes_before_its_end(redis: Redis) -> None:
    platform = TokenPlatform()
    await providers_of(redis, platform, 1)[0].get()

    assert 6895 <= await redis.ttl(KEY) <= 6900
    assert await redis.exists(f"{KEY}:lock") == 0


async def test_a_client_that_decodes_its_replies_is_as_good() -> None:
    redis = FakeAsyncRedis(decode_responses=True)
    platform = TokenPlatform()
    providers = providers_of(redis, platform)

    tokens = await asyncio.gather(*(providers[n % 4].get() for n in range(8)))

    assert (set(tokens), len(platform.fetches)) == ({"token-1"}, 1)
    assert await redis.exists(f"{KEY}:lock") == 0
    await redis.aclose()


async def test_a_token_near_its_end_is_still_kept_for_a_moment(redis: Redis) -> None:
    platform = TokenPlatform()
    platform.life_s = 300
    await providers_of(redis, platform, 1)[0].get()

    assert 5 <= await redis.ttl(KEY) <= 10


async def test_a_storm_of_complaints_makes_one_renewal_a_minute(redis: Redis) -> None:
    platform = TokenPlatform()
    providers = providers_of(redis, platform)
    token = await providers[0].get()

    refused: list[int] = []
    for n in range(40):
        try:
            token = await providers[n % 4].get(bad=token)
        except TokenUnavailable as wait:
            refused.append(wait.retry_after_s)

    # One fetch cold, one renewal; the platform insisted on its token, so it was tried once more.
    assert platform.fetches == [False, False]
    assert refused == [60] * 39


async def test_a_token_that_the_platform_insists_on_is_forced_out_at_the_next_renewal(
    redis: Redis,
) -> None:
    platform = TokenPlatform()
    (provider,) = providers_of(redis, platform, 1)
    token = await provider.get()
    await provider.get(bad=token)
    await redis.delete(f"{KEY}:renewed")

    fresh = await provider.get(bad=token)

    assert fresh == "token-2"
    assert platform.fetches == [False, False, True]


async def test_forced_renewals_are_apart_and_few_in_a_day(redis: Redis) -> None:
    platform = TokenPlatform()
    (provider,) = providers_of(redis, platform, 1)
    token = await provider.get()

    async def renew(*, waited: bool) -> bool:
        await redis.delete(f"{KEY}:renewed", *([f"{KEY}:forced"] if waited else []))
        await redis.set(f"{KEY}:stuck", "1")
        await provider.get(bad=await provider.get())
        return platform.fetches[-1]

    at_once = [await renew(waited=True), await renew(waited=False)]
    later = [await renew(waited=True) for _ in range(12)]

    assert token == "token-1"
    assert at_once == [True, False]
    assert later.count(True) == 9


async def test_waiters_of_a_failed_fetch_do_not_each_try_again(redis: Redis) -> None:
    platform = TokenPlatform()
    platform.fails = True
    providers = providers_of(redis, platform)

    results = await asyncio.gather(
        *(providers[n % 4].get() for n in range(64)), return_exceptions=True
    )

    assert all(isinstance(r, TransportFault | TokenUnavailable) for r in results)
    assert len(platform.fetches) <= 4


async def test_a_failed_renewal_can_be_tried_again_after_seconds(redis: Redis) -> None:
    platform = TokenPlatform()
    (provider,) = providers_of(redis, platform, 1)
    token = await provider.get()
    platform.fails = True
    with pytest.raises(TransportFault):
        await provider.get(bad=token)

    assert 1 <= await redis.ttl(f"{KEY}:renewed") <= 5


async def test_a_cancelled_fetch_leaves_no_lock_behind(redis: Redis) -> None:
    platform = TokenPlatform()
    (provider,) = providers_of(redis, platform, 1)
    task = asyncio.create_task(provider.get())
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await provider.get() == "token-1"
    assert await redis.exists(f"{KEY}:lock") == 0


async def test_somebody_elses_lock_is_waited_for_and_not_released(redis: Redis) -> None:
    platform = TokenPlatform()
    (provider,) = providers_of(redis, platform, 1)
    await redis.set(f"{KEY}:lock", "another process")
    waiting = asyncio.create_task(provider.get())
    await asyncio.sleep(0.1)
    await redis.set(KEY, "token-of-another")

    assert await waiting == "token-of-another"
    assert platform.fetches == []
    assert await redis.get(f"{KEY}:lock") == b"another process"


async def test_a_lock_that_ran_out_under_us_is_not_taken_from_its_next_holder(
    redis: Redis,
) -> None:
    class Slow(TokenPlatform):
        async def fetch(self, force: bool) -> FreshToken:
            await redis.set(f"{KEY}:lock", "the next holder")
            return await super().fetch(force)

    await TokenProvider(redis, Slow().fetch, APPID).get()

    assert await redis.get(f"{KEY}:lock") == b"the next holder"
