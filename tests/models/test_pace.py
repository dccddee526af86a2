"""The bucket of tokens that all workers share, on the embedded Redis and a real one."""

import asyncio

import pytest

from models.store.client import Store
from models.store.pace import SharedPace


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.redis)])
def store(request: pytest.FixtureRequest) -> Store:
    """A store of each kind."""
    name = "embedded_store" if request.param == "embedded" else "real_store"
    found: Store = request.getfixturevalue(name)
    return found


async def test_workers_at_once_get_no_more_than_there_is(store: Store) -> None:
    paces = [SharedPace(store, "wechat", 50) for _ in range(4)]

    taken = await asyncio.gather(*(pace.take(20) for pace in paces))

    assert 50 <= sum(taken) <= 55
    assert max(taken) == 20


async def test_what_was_not_used_can_be_taken_again(store: Store) -> None:
    pace = SharedPace(store, "wechat", 10)
    first = await pace.take(10)

    await pace.take(-6)

    assert first == 10
    assert 6 <= await pace.take(10) <= 8


async def test_giving_back_never_makes_more_than_there_were(store: Store) -> None:
    pace = SharedPace(store, "wechat", 10)

    await pace.take(-1000)

    assert await pace.take(1000) == 10


async def test_tokens_come_back_with_time(store: Store) -> None:
    pace = SharedPace(store, "wechat", 200)
    await pace.take(200)

    await asyncio.sleep(0.1)

    assert 15 <= await pace.take(200) <= 150


async def test_each_platform_has_a_bucket_of_its_own(store: Store) -> None:
    await SharedPace(store, "wechat", 10).take(10)

    assert await SharedPace(store, "alipay", 10).take(10) == 10
