"""A lane goes at once when it hears of something, and waits for company only behind a backlog."""

import asyncio
from datetime import timedelta

from models.claims import claim
from models.database import tx
from models.delivery import Delivery
from models.settling import Settled, settle
from models.vocabulary import DeliveryChannel, DeliveryState
from notify.channels.base import Address, Delivered, Message, Outcome
from notify.lane import POLL_S, Pace
from server.clock import utc_now
from tests.notify.engines import Phone, an_engine, an_event, somebody
from tests.registered import NOW

WECHAT = DeliveryChannel.WECHAT
SOON_S = POLL_S / 2


async def test_settling_says_whether_another_push_waits_for_the_recipient(database: None) -> None:
    (busy, _), (quiet, _) = await somebody(), await somebody()
    engine = an_engine(Phone())
    for person in (busy, quiet, busy):
        await an_event(person)
    await engine.plan()
    claims = await claim(
        WECHAT, 10, now=NOW, lease_until=NOW + timedelta(seconds=30), owner="tests"
    )

    async with tx():
        ours = await settle(
            [Settled(each, DeliveryState.SENT, "delivered", NOW) for each in claims]
        )

    assert ours == {claims[0].id: True, claims[1].id: False}


async def test_what_is_committed_while_a_lane_looks_need_not_wait_for_the_next_look(
    database: None,
) -> None:
    (first, _), (second, _) = await somebody(), await somebody()
    engine = an_engine(Phone(), clock=utc_now)
    (lane,) = engine.lanes
    looked = lane.round

    async def commits_meanwhile() -> bool:
        more = await looked()
        if await Delivery.all().count() == 1:
            await an_event(second)
            await engine.plan()
        return more

    lane.round = commits_meanwhile  # type: ignore[method-assign]
    await an_event(first)
    await engine.plan()
    stop = asyncio.Event()
    running = asyncio.create_task(engine.run(stop))
    try:
        async with asyncio.timeout(SOON_S):
            while await Delivery.filter(state=DeliveryState.SENT).count() < 2:
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await running


async def test_a_lane_of_one_slot_sends_one_after_the_other_and_lets_others_work(
    database: None,
) -> None:
    people = [(await somebody())[0] for _ in range(4)]

    async def slowly(_: Address, __: Message) -> Outcome:
        await asyncio.sleep(0.01)
        return Delivered()

    phone = Phone(says=slowly)
    engine = an_engine(phone, clock=utc_now, pace=Pace(most=1, per_s=1000))
    for person in people:
        await an_event(person)
    stop = asyncio.Event()
    running = asyncio.create_task(engine.run(stop))
    try:
        async with asyncio.timeout(5):
            while await Delivery.filter(state=DeliveryState.SENT).count() < len(people):
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await running

    assert len(phone.seen) == len(people)
