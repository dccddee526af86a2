"""How much a lane may send: the shared bucket first, its own while that cannot be reached."""

from dataclasses import dataclass, field

from models.errors.system import STORE_DOWN
from notify.lane import Pace
from notify.limits import Throttle
from tests.notify.engines import Clock, Phone, an_engine, an_event, sent, somebody, work


@dataclass(slots=True)
class Bucket:
    """A shared bucket that the test fills. left None: it cannot be reached."""

    left: int | None = 0
    asked: list[int] = field(default_factory=list)

    async def take(self, wanted: int) -> int:
        self.asked.append(wanted)
        if self.left is None:
            raise STORE_DOWN.refuse()
        given = min(wanted, self.left)
        self.left -= given
        return given


async def test_a_lane_sends_what_all_workers_have_left_and_no_more(database: None) -> None:
    phone, shared = Phone(), Bucket(3)
    engine = an_engine(phone, pace=Pace(most=50, per_s=100, shared=shared))
    for _ in range(5):
        await an_event((await somebody())[0])

    await work(engine)
    first = len(sent(phone))
    shared.left = 50
    await work(engine)

    assert (first, len(sent(phone))) == (3, 5)
    assert shared.left == 48


async def test_a_lane_without_work_gives_everything_back(database: None) -> None:
    shared = Bucket(10)
    engine = an_engine(Phone(), pace=Pace(most=4, per_s=100, shared=shared))

    await work(engine, rounds=3)

    assert shared.left == 10
    assert set(shared.asked) == {4, -4}


async def test_while_the_shared_bucket_is_away_the_lane_goes_by_its_own(database: None) -> None:
    phone = Phone()
    pace = Pace(most=50, per_s=100, shared=Bucket(None))
    engine = an_engine(phone, clock=Clock(), pace=pace)
    await an_event((await somebody())[0])

    await work(engine)

    assert len(sent(phone)) == 1


async def test_an_own_bucket_holds_a_second_and_takes_back_what_was_not_used() -> None:
    throttle = Throttle(10, None)

    first = await throttle.take(50)
    await throttle.give_back(4)

    assert first == 10
    assert await throttle.take(50) == 4
    assert await throttle.take(0) == 0
