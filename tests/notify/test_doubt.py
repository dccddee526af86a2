"""Pushes of which nobody knows whether they arrived (notify §4.4): dead workers, lost answers."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.claims import claim
from models.database import tx
from models.delivery import Delivery, DeliveryAttempt, PlatformReceipt
from models.settling import Settled, settle
from models.vocabulary import DeliveryChannel, DeliveryState
from notify.channels.base import Delivered, GiveUp, Reason, TryLater
from notify.lane import Pace
from tests.notify.engines import (
    TEMPLATE,
    Clock,
    Everybody,
    Phone,
    an_engine,
    an_event,
    somebody,
    work,
)
from tests.registered import NOW

WECHAT = DeliveryChannel.WECHAT
LEASE = timedelta(seconds=30)


async def die_while_sending(at: datetime = NOW) -> None:
    """A worker claims what is due and is never heard of again."""
    claimed = await claim(WECHAT, 10, now=at, lease_until=at + LEASE, owner="dead")
    assert claimed


async def a_receipt(subject: str, msgid: str = "m1", *, delivered: bool = True) -> None:
    await PlatformReceipt.create(
        channel=WECHAT,
        msgid=msgid,
        recipient=subject,
        template=TEMPLATE,
        delivered=delivered,
        at=NOW + timedelta(seconds=1),
    )


async def test_a_lease_that_runs_is_left_alone(database: None) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone()
    engine = an_engine(phone, clock=clock)
    await an_event(person)
    await engine.plan()
    await die_while_sending()
    clock.on(29)

    await work(engine)

    assert phone.seen == []
    assert (await Delivery.get()).lease_owner == "dead"


async def test_what_a_dead_worker_had_begun_is_sent_when_nobody_reports_it(database: None) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone()
    engine = an_engine(phone, clock=clock)
    await an_event(person)
    await engine.plan()
    await die_while_sending()
    clock.on(31)

    await work(engine)

    assert len(phone.seen) == 1
    assert (await Delivery.get()).state is DeliveryState.SENT


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_report_of_the_platform_spares_a_second_push(
    delivered: bool, database: None
) -> None:
    person, account = await somebody()
    clock, phone = Clock(), Phone()
    engine = an_engine(phone, clock=clock)
    await an_event(person)
    await engine.plan()
    await die_while_sending()
    await a_receipt(account.subject, delivered=delivered)
    clock.on(31)

    await work(engine)

    delivery = await Delivery.get()
    assert phone.seen == []
    assert delivery.state is (DeliveryState.DELIVERED if delivered else DeliveryState.FAILED)
    assert (await PlatformReceipt.get()).delivery_id == delivery.id


async def test_one_report_ends_one_doubt(database: None) -> None:
    person, account = await somebody()
    clock, phone = Clock(), Phone()
    engine = an_engine(phone, clock=clock)
    await an_event(person)
    await an_event(person)
    await engine.plan()
    await die_while_sending()
    await a_receipt(account.subject)
    clock.on(31)

    await work(engine)

    assert len(phone.seen) == 1
    states = {each.state for each in await Delivery.all()}
    assert states == {DeliveryState.DELIVERED, DeliveryState.SENT}


async def test_an_answer_that_never_came_waits_for_the_report_before_it_is_tried_again(
    database: None,
) -> None:
    person, account = await somebody()
    clock, phone = Clock(), Phone(lambda *_: TryLater(Reason.UNANSWERED))
    engine = an_engine(phone, clock=clock)
    await an_event(person)
    await work(engine)
    clock.on(14)
    await work(engine)
    within_the_window = len(phone.seen)
    await a_receipt(account.subject)
    clock.on(30)

    await work(engine)

    assert (within_the_window, len(phone.seen)) == (1, 1)
    assert (await Delivery.get()).state is DeliveryState.DELIVERED


async def test_a_login_alert_in_doubt_is_not_sent_twice(database: None) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone()
    engine = an_engine(phone, Everybody(lambda _, route: replace(route, once=True)), clock)
    await an_event(person)
    await engine.plan()
    await die_while_sending()
    clock.on(31)

    await work(engine)

    assert phone.seen == []
    assert (await Delivery.get()).reason == "in_doubt"


async def test_no_consent_for_a_second_try_means_that_the_first_one_used_it(database: None) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone(lambda *_: GiveUp(Reason.NO_CONSENT, "43101"))
    engine = an_engine(phone, clock=clock)
    await an_event(person)
    await engine.plan()
    await die_while_sending()
    clock.on(31)

    await work(engine)

    log = await DeliveryAttempt.get()
    assert (await Delivery.get()).state is DeliveryState.SENT
    assert log.outcome == "assumed"


async def test_who_lost_the_lease_can_settle_nothing(database: None) -> None:
    person, _ = await somebody()
    clock = Clock()
    engine = an_engine(Phone(), clock=clock)
    await an_event(person)
    await engine.plan()
    (lost,) = await claim(WECHAT, 10, now=NOW, lease_until=NOW + LEASE, owner="slow")
    later = NOW + LEASE + timedelta(seconds=1)
    (taken,) = await claim(WECHAT, 10, now=later, lease_until=later + LEASE, owner="quick")

    async with tx():
        late = await settle([Settled(lost, DeliveryState.FAILED, "give_up", later)])
    async with tx():
        good = await settle([Settled(taken, DeliveryState.SENT, "delivered", later)])

    assert (late, good) == ({}, {taken.id: False})
    assert taken.token == lost.token + 1
    assert (await Delivery.get()).state is DeliveryState.SENT


async def test_a_worker_that_stood_still_past_its_lease_does_not_push(database: None) -> None:
    person, _ = await somebody()
    phone = Phone()
    engine = an_engine(phone, pace=Pace(most=5, per_s=1000, lease_s=10, margin_s=10.5))
    await an_event(person)

    await work(engine)

    assert phone.seen == []
    assert (await Delivery.get()).state is DeliveryState.SENDING


async def test_stopping_finishes_what_is_under_way_and_begins_nothing_new(database: None) -> None:
    people = [(await somebody())[0] for _ in range(6)]
    sending, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*_: object) -> Delivered:
        sending.set()
        await go_on.wait()
        return Delivered("m")

    phone, stop = Phone(slowly), asyncio.Event()
    engine = an_engine(phone, pace=Pace(most=2, per_s=1000))
    for person in people:
        await an_event(person)
    running = asyncio.create_task(engine.run(stop))
    await asyncio.wait_for(sending.wait(), 10)
    stop.set()
    await asyncio.sleep(0.05)
    go_on.set()

    await asyncio.wait_for(running, 10)

    states = [each.state for each in await Delivery.all()]
    assert states.count(DeliveryState.SENT) == len(phone.seen) <= 2
    assert DeliveryState.SENDING not in states
