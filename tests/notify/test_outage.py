"""A platform that is away for an hour: what is still news arrives once, the rest does not."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from models.delivery import Delivery
from models.vocabulary import DeliveryState
from notify.channels.base import Address, Delivered, Message, Outcome, Reason, TryLater
from notify.engine import Engine
from notify.lane import Pace
from notify.ports import Letter, Route
from tests.notify.engines import Clock, Everybody, Phone, an_engine, an_event, somebody, work

PEOPLE = 60
HOUR_S, STEP_S = 3600, 30
SHORT, LONG = timedelta(minutes=10), timedelta(days=7)


async def run(engine: Engine, clock: Clock, seconds: int) -> None:
    """Let time pass as a worker spends it: a round every half minute."""
    for _ in range(seconds // STEP_S):
        clock.on(STEP_S)
        for lane in engine.lanes:
            await lane.health.refresh()
        await work(engine, rounds=1)


async def states() -> Counter[DeliveryState]:
    return Counter(DeliveryState(row.state) for row in await Delivery.all())


async def test_after_an_hour_of_silence_only_what_is_still_news_is_sent_and_once(
    database: None,
) -> None:
    clock, away = Clock(), [True]
    fresh: set[str] = set()
    stale: set[str] = set()

    def living(letter: Letter, route: Route) -> Route:
        lives = SHORT if str(letter.facts["n"]) in stale else LONG
        return replace(route, expires_at=letter.created_at + lives)

    def says(_: Address, __: Message) -> Outcome:
        return TryLater(Reason.UNREACHABLE) if away[0] else Delivered()

    phone = Phone(says)
    engine = an_engine(phone, Everybody(route=living), clock, Pace(most=50, per_s=100_000))
    for turn in range(PEOPLE):
        person, _account = await somebody()
        number = await an_event(person, at=clock.at)
        (fresh if turn % 3 else stale).add(str(number))

    await work(engine, rounds=1)
    await run(engine, clock, HOUR_S)
    during = len(phone.seen)
    away[0] = False
    phone.seen.clear()
    await run(engine, clock, HOUR_S)

    arrived = Counter(message.fields["n"] for message in phone.seen)
    assert set(arrived) == fresh
    assert max(arrived.values()) == 1
    assert await states() == {
        DeliveryState.SENT: len(fresh),
        DeliveryState.SKIPPED: len(stale),
    }
    # The first wave found out; from then on one push in a while tries the platform.
    assert during <= 1.2 * PEOPLE + HOUR_S / 30
