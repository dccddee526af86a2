"""The invariants of delivery (notify §4.1), each a test, on SQLite and PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models import outbox
from models.database import tx
from models.delivery import Delivery, DeliveryAttempt, PlatformReceipt
from models.inbox import InboxMessage
from models.outbox import OutboxEvent, Recipient, Topic
from models.vocabulary import DeliveryChannel, DeliveryState
from notify.channels.base import Delivered, GiveUp, Outcome, Reason, TryLater
from notify.lane import Pace
from notify.ports import Route
from tests.notify.engines import (
    TEMPLATE,
    Clock,
    Everybody,
    Phone,
    an_engine,
    an_event,
    sent,
    somebody,
    work,
)
from tests.registered import NOW

TERMINAL = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.FAILED)


async def _half_a_change(whom: Recipient) -> None:
    async with tx():
        await outbox.put(Topic.GRANT_REVOKED, "s", [whom], {"n": 1}, dedupe_key="k", now=NOW)
        raise RuntimeError("half-way")


async def test_i1_a_change_that_is_rolled_back_owes_nothing(database: None) -> None:
    person, _ = await somebody()

    with pytest.raises(RuntimeError, match="half-way"):
        await _half_a_change(outbox.person(person.id))
    await work(an_engine(Phone()))

    assert await InboxMessage.all().count() == 0
    assert await Delivery.all().count() == 0


async def test_i1_a_committed_change_has_its_message_and_its_push(database: None) -> None:
    person, _ = await somebody()
    phone = Phone()
    number = await an_event(person)

    await work(an_engine(phone))

    message = await InboxMessage.get()
    delivery = await Delivery.get()
    assert (message.person_id, message.recipient) == (person.id, f"person:{person.id}")
    assert (delivery.message_id, delivery.state) == (message.id, DeliveryState.SENT)
    assert sent(phone) == [str(number)]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Delivered("m1"), DeliveryState.SENT),
        (GiveUp(Reason.TEMPLATE, "47003"), DeliveryState.FAILED),
        (GiveUp(Reason.NO_CONSENT, "43101"), DeliveryState.SKIPPED),
        (TryLater(Reason.BUSY), DeliveryState.DEAD),
        (TryLater(Reason.UNANSWERED), DeliveryState.DEAD),
    ],
)
async def test_i2_every_push_comes_to_an_end(
    outcome: Delivered | GiveUp | TryLater, state: DeliveryState, database: None
) -> None:
    person, _ = await somebody()
    clock = Clock()
    engine = an_engine(Phone(lambda *_: outcome), clock=clock)
    await an_event(person)

    for _ in range(60):
        await work(engine, rounds=1)
        clock.on(2000)
        await engine.lanes[0].health.refresh()

    delivery = await Delivery.get()
    assert delivery.state is state
    assert delivery.tries <= delivery.most_tries
    assert delivery.done_at is not None


async def test_i3_what_was_accepted_is_never_sent_again(database: None) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone()
    engine = an_engine(phone, clock=clock)
    await an_event(person)

    for _ in range(5):
        await work(engine, rounds=2)
        clock.on(3600)

    assert len(phone.seen) == 1


async def test_i3_a_busy_platform_is_asked_again_after_a_pause(database: None) -> None:
    person, _ = await somebody()
    clock = Clock()
    answers: list[Outcome] = [TryLater(Reason.BUSY), Delivered("m")]
    phone = Phone(lambda *_: answers.pop(0))
    engine = an_engine(phone, clock=clock)
    await an_event(person)
    await work(engine)
    at_once = len(phone.seen)
    clock.on(10)

    await work(engine)

    log = await DeliveryAttempt.all().order_by("n")
    assert (at_once, len(phone.seen)) == (1, 2)
    assert [each.outcome for each in log] == ["try_later", "delivered"]


async def test_i4_an_event_put_twice_and_planned_twice_is_one_push(database: None) -> None:
    person, _ = await somebody()
    phone = Phone()
    await an_event(person, key="once")
    await an_event(person, key="once")
    engine = an_engine(phone)
    await work(engine)

    await OutboxEvent.all().update(planned_at=None)
    await work(engine)

    assert await InboxMessage.all().count() == 1
    assert await Delivery.all().count() == 1
    assert len(phone.seen) == 1


async def test_i4_engines_side_by_side_send_each_message_once(database: None) -> None:
    people = [(await somebody())[0] for _ in range(10)]
    phone = Phone()
    numbers = [str(await an_event(people[n % 10])) for n in range(100)]
    engines = [an_engine(phone, pace=Pace(most=7, per_s=100_000)) for _ in range(4)]

    for _ in range(12):
        await asyncio.gather(*(work(engine, rounds=3) for engine in engines))

    assert sorted(sent(phone)) == sorted(numbers)
    assert {each.state for each in await Delivery.all()} == {DeliveryState.SENT}


async def test_i5_nothing_leaves_after_it_expired(database: None) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone()
    late = Everybody(lambda _, route: replace(route, expires_at=NOW + timedelta(minutes=10)))
    engine = an_engine(phone, late, clock)
    await an_event(person)
    await engine.plan()
    clock.on(601)

    await work(engine)

    delivery = await Delivery.get()
    assert phone.seen == []
    assert (delivery.state, delivery.reason) == (DeliveryState.SKIPPED, "expired")


async def test_i5_an_older_state_is_not_told_once_a_newer_one_is_known(database: None) -> None:
    person, _ = await somebody()
    phone = Phone()
    engine = an_engine(phone, Everybody(series="filing"))
    await an_event(person, subject="f1")
    newer = await an_event(person, subject="f1", at=NOW + timedelta(seconds=1))
    other = await an_event(person, subject="f2")

    await work(engine)

    assert sorted(sent(phone)) == sorted([str(newer), str(other)])
    assert await InboxMessage.all().count() == 3
    assert await Delivery.filter(state=DeliveryState.SKIPPED, reason="superseded").count() == 1


async def test_i5_a_push_that_steps_in_for_an_unread_message_stays_when_it_was_read(
    database: None,
) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone()
    waits = Everybody(
        lambda _, route: replace(route, guard="unread", due_at=NOW + timedelta(hours=2))
    )
    engine = an_engine(phone, waits, clock)
    await an_event(person)
    await work(engine)
    await InboxMessage.all().update(read_at=NOW)
    clock.on(7201)

    await work(engine)

    assert phone.seen == []
    assert (await Delivery.get()).reason == "read"


async def test_i6_without_any_hint_a_sweep_finds_what_is_owed(database: None) -> None:
    person, _ = await somebody()
    phone, stop = Phone(), asyncio.Event()
    engine = an_engine(phone)
    running = asyncio.create_task(engine.run(stop))
    await asyncio.sleep(0.1)

    number = await an_event(person)
    for _ in range(100):
        await asyncio.sleep(0.05)
        if phone.seen:
            break
    stop.set()
    await running

    assert sent(phone) == [str(number)]
    assert (await Delivery.get()).state is DeliveryState.SENT


async def test_i7_a_person_has_one_push_under_way_and_gets_them_in_order(database: None) -> None:
    (first, _), (second, _) = await somebody(), await somebody()
    phone = Phone()
    numbers = [await an_event(first if n % 2 else second) for n in range(20)]
    engines = [an_engine(phone) for _ in range(3)]

    for _ in range(25):
        await asyncio.gather(*(work(engine, rounds=1) for engine in engines))

    told = [int(each) for each in sent(phone)]
    assert phone.crowd == 1
    assert [n for n in told if n in numbers[1::2]] == numbers[1::2]
    assert [n for n in told if n in numbers[0::2]] == numbers[0::2]


async def test_i8_the_inbox_has_what_no_channel_takes(database: None) -> None:
    person, _ = await somebody()
    await an_event(person)

    await work(an_engine(Phone(lambda *_: GiveUp(Reason.RECIPIENT, "40003"))))

    assert await InboxMessage.filter(person_id=person.id).count() == 1
    assert (await Delivery.get()).state is DeliveryState.FAILED


async def test_an_event_that_cannot_be_planned_keeps_none_of_the_others(database: None) -> None:
    person, _ = await somebody()
    phone = Phone()
    before, poison, after = [await an_event(person) for _ in range(3)]
    row = (await OutboxEvent.all().order_by("id"))[1]
    await OutboxEvent.filter(id=row.id).update(recipients="[")

    await work(an_engine(phone))

    assert sorted(sent(phone)) == sorted([str(before), str(after)])
    fault = (await OutboxEvent.get(id=row.id)).fault
    assert fault is not None
    assert str(poison) not in sent(phone)


async def test_messages_of_one_kind_that_wait_go_out_as_one(database: None) -> None:
    person, _ = await somebody()
    clock, phone = Clock(), Phone()
    morning = NOW + timedelta(hours=8)
    quiet = Everybody(lambda _, route: replace(route, due_at=morning, digest_key="certificate:"))
    engine = an_engine(phone, quiet, clock)
    numbers = [str(await an_event(person)) for _ in range(3)]
    await engine.plan()
    clock.on(8 * 3600)

    await work(engine)

    assert sent(phone) == [",".join(numbers)]
    assert await InboxMessage.all().count() == 3
    assert await Delivery.filter(reason="digested").count() == 2


async def test_another_way_steps_in_for_a_push_that_found_no_consent(database: None) -> None:
    person, _ = await somebody()
    phone = Phone(lambda *_: GiveUp(Reason.NO_CONSENT, "43101"))
    sms = Route(DeliveryChannel.SMS, f"person:{person.id}")
    everybody = Everybody(standing_in=lambda one: [(one.message_id, sms)])
    await an_event(person)

    await work(an_engine(phone, everybody))

    push = await Delivery.get(channel=DeliveryChannel.WECHAT)
    spare = await Delivery.get(channel=DeliveryChannel.SMS)
    assert (push.state, push.reason) == (DeliveryState.SKIPPED, "no_consent")
    assert (spare.state, spare.fallback_of) == (DeliveryState.PENDING, push.id)


async def test_an_accepted_push_spends_one_credit(database: None) -> None:
    person, account = await somebody()
    everybody = Everybody()
    await an_event(person)

    await work(an_engine(Phone(), everybody))

    assert everybody.spent == [(DeliveryChannel.WECHAT, account.id, TEMPLATE)]


async def test_a_receipt_that_comes_before_the_answer_is_matched(database: None) -> None:
    person, account = await somebody()

    async def says(*_: object) -> Delivered:
        await PlatformReceipt.create(
            channel=DeliveryChannel.WECHAT,
            msgid="m7",
            recipient=account.subject,
            template=TEMPLATE,
            delivered=True,
            at=NOW,
        )
        return Delivered("m7")

    await an_event(person)
    await work(an_engine(Phone(says)))

    delivery = await Delivery.get()
    receipt = await PlatformReceipt.get()
    assert (delivery.state, delivery.platform_msgid) == (DeliveryState.DELIVERED, "m7")
    assert receipt.delivery_id == delivery.id
