"""The bus: ids reach a worker, a dead worker's too; without it nothing is lost but a second."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis
from taskiq import InMemoryBroker

from models import outbox
from models.database import tx
from server.bus import MOST_IDS, Bus, ReclaimingBroker
from tests.notify.engines import an_event, somebody
from tests.registered import NOW
from tests.support import services

pytestmark = pytest.mark.redis
STREAM = "zb:test:bus"


@pytest.fixture
async def raw() -> AsyncIterator[Redis]:
    """A client that looks at the stream, which is empty at first."""
    client: Redis = Redis.from_url(services.REDIS)
    await client.delete(STREAM)
    yield client
    await client.delete(STREAM)
    await client.aclose()


def a_broker() -> ReclaimingBroker:
    return ReclaimingBroker(
        services.REDIS,
        queue_name=STREAM,
        consumer_group_name="g",
        consumer_id="0",
        xread_block=100,
        idle_timeout=400,
    )


@contextlib.asynccontextmanager
async def serving(heard: list[str]) -> AsyncIterator[Bus]:
    """A bus that hears, and that loses nothing to a slow machine."""
    bus, stop = Bus(a_broker(), heard.extend, patience_s=20), asyncio.Event()
    await bus.open()
    hearing = asyncio.create_task(bus.serve(stop))
    try:
        yield bus
    finally:
        stop.set()
        await hearing
        await bus.close()


async def until(there: Any) -> None:
    for _ in range(1000):
        if there():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


async def test_every_id_is_heard_and_the_stream_is_empty_again(raw: Redis) -> None:
    heard: list[str] = []
    async with serving(heard) as bus:
        for number in range(250):
            bus.tell(str(number))
        await until(lambda: len(heard) == 250)
        await asyncio.sleep(0.1)

        assert heard == [str(number) for number in range(250)]
        assert await raw.xlen(STREAM) == 0


async def test_a_message_holds_a_hundred_ids_at_most(raw: Redis) -> None:
    bus = Bus(a_broker(), lambda _: None, patience_s=20)
    await bus.open()

    for number in range(MOST_IDS * 2 + 1):
        bus.tell(str(number))
    for _ in range(100):
        await asyncio.sleep(0.02)
        if await raw.xlen(STREAM) == 3:
            break

    assert await raw.xlen(STREAM) == 3
    await bus.close()


async def test_what_a_dead_worker_had_taken_is_heard_on_an_idle_stream(raw: Redis) -> None:
    heard: list[str] = []
    teller = Bus(a_broker(), heard.extend, patience_s=20)
    await teller.open()
    teller.tell("a")
    while not await raw.xreadgroup("g", "dead", {STREAM: ">"}, count=10):
        await asyncio.sleep(0.02)
    await teller.close()

    async with serving(heard):
        await until(lambda: heard)

    assert heard == ["a"]


async def test_a_redis_that_lost_everything_is_used_again(raw: Redis) -> None:
    heard: list[str] = []
    async with serving(heard) as bus:
        await asyncio.sleep(0.2)
        await raw.delete(STREAM)
        await asyncio.sleep(0.5)

        bus.tell("after")
        await until(lambda: "after" in heard)


async def test_whoever_is_cancelled_while_hearing_ends(raw: Redis) -> None:
    bus = Bus(a_broker(), lambda _: None)
    await bus.open()
    hearing = asyncio.create_task(bus.serve(asyncio.Event()))
    await asyncio.sleep(0.2)

    hearing.cancel()
    await asyncio.wait([hearing], timeout=20)

    assert hearing.cancelled()
    await bus.close()


async def test_without_redis_telling_does_no_harm() -> None:
    broker = ReclaimingBroker("redis://127.0.0.1:1/0", queue_name=STREAM, xread_block=100)
    bus = Bus(broker, lambda _: None)
    await bus.open()

    bus.tell("a")
    await asyncio.sleep(0.2)

    await bus.close()


async def test_what_is_committed_is_told_and_what_is_rolled_back_is_not(database: None) -> None:
    person, _ = await somebody()
    heard: list[str] = []
    bus = Bus(InMemoryBroker(), heard.extend)
    await bus.open()
    unlisten = outbox.listen(bus.tell)

    await an_event(person)
    with pytest.raises(RuntimeError):
        await _rolled_back(person.id)
    await until(lambda: heard)
    await asyncio.sleep(0.05)
    unlisten()

    row = await outbox.OutboxEvent.get()
    assert heard == [row.id]
    await bus.close()


async def test_of_many_owed_at_once_those_are_heard_that_were_not_owed_before(
    database: None,
) -> None:
    person, _ = await somebody()
    heard: list[str] = []
    unlisten = outbox.listen(heard.append)
    await _owed_at_once(person.id, "a", "b")

    await _owed_at_once(person.id, "b", "c", "c")
    unlisten()

    rows = await outbox.OutboxEvent.all().order_by("id").values_list("id", "dedupe_key", "facts")
    assert [(key, facts) for _, key, facts in rows] == [
        ("a", '{"first":"a"}'),
        ("b", '{"first":"a"}'),
        ("c", '{"first":"b"}'),
    ]
    assert heard == [event_id for event_id, _, _ in rows]


async def _owed_at_once(person_id: str, *keys: str) -> None:
    topic, whom = outbox.Topic.GRANT_REVOKED, [outbox.person(person_id)]
    facts = {"first": keys[0]}
    async with tx():
        await outbox.put_all(
            [outbox.owed(topic, "s", whom, facts, dedupe_key=key, now=NOW) for key in keys]
        )


async def _rolled_back(person_id: str) -> None:
    async with tx():
        await outbox.put(
            outbox.Topic.GRANT_REVOKED,
            "s",
            [outbox.person(person_id)],
            {},
            dedupe_key="never",
            now=NOW,
        )
        raise RuntimeError
