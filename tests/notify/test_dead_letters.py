"""Dead letters: listed, replayed once, by command."""

from models import dead
from models.delivery import Delivery
from models.outbox import OutboxEvent
from models.vocabulary import DeliveryState
from notify.channels.base import Delivered, GiveUp, Outcome, Reason
from tests.notify.engines import Clock, Phone, an_engine, an_event, sent, somebody, work


async def test_what_failed_is_listed_and_sent_after_a_replay_once(database: None) -> None:
    person, _ = await somebody()
    answers: list[Outcome] = [GiveUp(Reason.RECIPIENT, "40003"), Delivered("m1")]
    phone, clock = Phone(lambda *_: answers.pop(0)), Clock()
    engine = an_engine(phone, clock=clock)
    number = str(await an_event(person))
    await work(engine)
    (letter,) = await dead.dead_letters()

    first = await dead.replay(clock.at)
    second = await dead.replay(clock.at)
    await work(engine)

    assert (letter.reason, letter.code, letter.topic) == ("recipient", "40003", "grant.revoked")
    assert (first, second) == (1, 0)
    assert sent(phone) == [number, number]
    assert (await Delivery.get()).state is DeliveryState.SENT


async def test_only_the_letters_of_one_reason_are_replayed(database: None) -> None:
    people = [(await somebody())[0] for _ in range(2)]
    answers = [GiveUp(Reason.RECIPIENT), GiveUp(Reason.FORBIDDEN)]
    clock = Clock()
    engine = an_engine(Phone(lambda *_: answers.pop(0)), clock=clock)
    for person in people:
        await an_event(person)
    await work(engine)

    replayed = await dead.replay(clock.at, reason="forbidden")

    assert replayed == 1
    assert [each.reason for each in await dead.dead_letters()] == ["recipient"]


async def test_an_event_that_was_set_aside_is_planned_after_it_was_mended(database: None) -> None:
    person, _ = await somebody()
    phone = Phone()
    engine = an_engine(phone)
    number = str(await an_event(person))
    row = await OutboxEvent.get()
    await OutboxEvent.all().update(recipients="[")
    await work(engine)
    await OutboxEvent.all().update(recipients=row.recipients)

    replanned = await dead.replan()
    await work(engine)

    assert replanned == 1
    assert sent(phone) == [number]
