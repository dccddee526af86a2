"""F4, F5: what Redis loses is not done again, and what it does not answer is refused at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from models.errors.entry import Refusal
from models.errors.system import STORE_DOWN
from models.store.client import Store
from models.store.limit import Limit, Limiter
from server.resources import redis_clients, store_of
from tests.build import settings
from tests.faults.clocks import Timed, slack, soon, timed
from tests.faults.conftest import Fragile
from tests.live import Answer, Live
from tests.support.figures import Figure
from tests.support.proxy import FaultProxy
from tests.support.services import SpareRedis, spare_redis

pytestmark = [pytest.mark.spare_redis, pytest.mark.slow]
LIMIT = Limit("faults", most=1000, window_s=600)
AT_ONCE = 20


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpareRedis]:
    """A Redis of this file's own."""
    with spare_redis(Path(tmp_path_factory.mktemp("redis"))) as started:
        yield started


@pytest.fixture
def proxy(redis: SpareRedis) -> Iterator[FaultProxy]:
    """The way to it."""
    with FaultProxy(redis.port) as started:
        yield started


@pytest.fixture
async def store(proxy: FaultProxy) -> AsyncIterator[Store]:
    """A store as the product makes it, reached through the proxy."""
    commands, listener = redis_clients(settings(redis_url=f"redis://127.0.0.1:{proxy.port}/0"))
    made = store_of(settings(redis_url=f"redis://127.0.0.1:{proxy.port}/0"), commands)
    yield made
    await made.close()
    await listener.aclose()


def _used(redis: SpareRedis, subject: str) -> int:
    with redis.client() as client:
        return int(str(client.get(f"rl:faults:{subject}") or 0))


async def test_a_script_whose_reply_is_lost_has_run_once_and_is_not_repeated(
    store: Store, proxy: FaultProxy, redis: SpareRedis
) -> None:
    limiter = Limiter(store)
    await limiter.spend(LIMIT, "lost")
    before = _used(redis, "lost")
    proxy.set(cut_after=("down", 0), only=b"EVALSHA")

    with pytest.raises(Refusal) as refused:
        await limiter.spend(LIMIT, "lost")

    proxy.heal()
    assert refused.value.entry is STORE_DOWN
    assert _used(redis, "lost") == before + 1, "applied more often than it was asked for"


async def test_commands_after_a_lost_reply_get_their_own_answers(
    store: Store, proxy: FaultProxy
) -> None:
    await store.call("SET", "mine", "first")
    proxy.set(latency_s=0.8)
    with pytest.raises(Refusal):
        await store.call("GET", "mine")
    proxy.heal()
    await asyncio.sleep(1.0)

    answers = await asyncio.gather(*(store.call("ECHO", str(n)) for n in range(100)))

    assert answers == [str(n) for n in range(100)]


@pytest.mark.parametrize("behaviour", ["READONLY", "OOM"])
async def test_a_redis_that_takes_no_writes_is_an_outage_and_not_a_bug(
    behaviour: str, store: Store, redis: SpareRedis
) -> None:
    with redis.client() as client:
        if behaviour == "OOM":
            client.config_set("maxmemory", 1)
        else:
            client.replicaof("127.0.0.1", 1)
    try:
        with pytest.raises(Refusal) as refused:
            await Limiter(store).spend(LIMIT, "full")
        assert refused.value.entry is STORE_DOWN
    finally:
        with redis.client() as client:
            client.config_set("maxmemory", 0)
            client.replicaof("NO", "ONE")


async def test_scripts_come_back_after_redis_has_lost_everything(
    store: Store, redis: SpareRedis
) -> None:
    await Limiter(store).spend(LIMIT, "again")
    redis.kill()
    with pytest.raises(Refusal):
        await Limiter(store).spend(LIMIT, "again")
    redis.start()
    await asyncio.sleep(1.1)

    await Limiter(store).spend(LIMIT, "again")

    assert _used(redis, "again") == 1


async def test_a_caller_who_gave_up_does_not_disturb_the_others(store: Store) -> None:
    given_up = [asyncio.ensure_future(store.call("ECHO", "x")) for _ in range(50)]
    kept = [asyncio.ensure_future(store.call("ECHO", str(n))) for n in range(50)]
    for task in given_up:
        task.cancel()

    assert await asyncio.gather(*kept) == [str(n) for n in range(50)]


Break = Callable[[FaultProxy], None]


@pytest.mark.postgres
@pytest.mark.parametrize(
    "breaks", [FaultProxy.down, FaultProxy.black_hole], ids=["refused", "black hole"]
)
async def test_without_redis_every_request_is_refused_at_once_until_it_is_back(
    breaks: Break, fragile: Fragile, guests: Live, figure: Figure
) -> None:
    desk = guests.desk()
    await desk.issue()
    allowed_s = 0.6 + await slack(desk, AT_ONCE)
    breaks(fragile.store)

    waves = [await _many(lambda: desk.post("/login/challenges", {"role": "clerk"}))]
    waves.append(await _many(lambda: desk.get(desk.path)))
    await asyncio.sleep(1.1)
    waves.append(await _many(lambda: desk.get(desk.path)))

    answers = [each.answer for wave in waves for each in wave]
    assert {(answer.status, answer.code) for answer in answers} == {(503, "SB-9009")}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
    slowest = max(each.took_s for wave in waves for each in wave)
    assert slowest <= allowed_s, f"{slowest:.2f} s, allowed {allowed_s:.2f} s"
    fragile.store.heal()
    back_s = await soon(lambda: desk.get(desk.path), within_s=2.0)
    figure("slowest refusal s, back after s", round(slowest, 2), round(back_s, 2))


async def _many(ask: Callable[[], Awaitable[Answer]]) -> list[Timed]:
    return list(await asyncio.gather(*(timed(ask()) for _ in range(AT_ONCE))))
