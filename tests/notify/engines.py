"""An engine over a channel that the test plays: what it says, what it has seen."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models import outbox
from models.database import tx
from models.outbox import Topic
from models.person import Person, PlatformAccount
from models.vocabulary import DeliveryChannel
from notify.channels.base import Address, Delivered, Message, Outcome
from notify.engine import Engine, Means
from notify.lane import Pace
from notify.ports import Debt, Ended, Letter, Plan, Route
from tests.messages import an_account
from tests.registered import NOW, a_person, numbers

TEMPLATE = "template-of-tests"


@dataclass(slots=True)
class Clock:
    """A wall clock that the test turns."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def on(self, seconds: float) -> None:
        """Later."""
        self.at += timedelta(seconds=seconds)


Says = Callable[[Address, Message], Outcome | Awaitable[Outcome]]


@dataclass(slots=True)
class Phone:
    """A platform. says: its answer; seen: what reached it; crowd: most at once for one person."""

    says: Says = lambda *_: Delivered()
    seen: list[Message] = field(default_factory=list)
    crowd: int = 0
    _under_way: dict[str, int] = field(default_factory=dict)

    async def send(self, address: Address, message: Message) -> Outcome:
        """Take one message."""
        self.seen.append(message)
        here = self._under_way.get(address.to, 0) + 1
        self._under_way[address.to] = here
        self.crowd = max(self.crowd, here)
        try:
            await asyncio.sleep(0)
            said = self.says(address, message)
            return said if not isinstance(said, Awaitable) else await said
        finally:
            self._under_way[address.to] -= 1


@dataclass(slots=True)
class Everybody:
    """A router that pushes each letter to its person's account, and a writer of its number.

    route: changes a push; standing_in: what steps in for one that ended.
    """

    route: Callable[[Letter, Route], Route] = lambda _, route: route
    standing_in: Callable[[Ended], list[tuple[str, Route]]] = lambda _: []
    series: str = ""
    spent: list[tuple[DeliveryChannel, str, str]] = field(default_factory=list)

    async def plan(self, letters: Sequence[Letter], now: datetime) -> Sequence[Plan]:
        """One push by WeChat for who has an account."""
        people = {each.person_id for each in letters if each.person_id}
        rows = await PlatformAccount.filter(person_id__in=list(people))
        accounts = {row.person_id: row.id for row in rows}
        return [self._plan(each, accounts) for each in letters]

    def _plan(self, letter: Letter, accounts: Mapping[str | None, str]) -> Plan:
        key = accounts.get(letter.person_id)
        routes = [self.route(letter, Route(DeliveryChannel.WECHAT, key, TEMPLATE))] if key else []
        return Plan(series=self.series and f"{self.series}:{letter.subject}", routes=routes)

    async def accepted(self, debts: Sequence[tuple[DeliveryChannel, str, str]]) -> None:
        """Take note."""
        self.spent += debts

    async def ended(self, ended: Sequence[Ended], now: datetime) -> Sequence[tuple[str, Route]]:
        """What the test says."""
        return [each for one in ended for each in self.standing_in(one)]

    def compose(self, debt: Debt) -> Message:
        """The numbers of the events it speaks for."""
        letters = [debt.letter, *debt.digested]
        return Message(
            debt.template,
            {"n": ",".join(str(each.facts["n"]) for each in letters)},
            once=str(debt.id),
        )


class Accounts:
    """An address book of platform accounts."""

    async def find(self, channel: DeliveryChannel, keys: Sequence[str]) -> Mapping[str, str]:
        """Their subjects."""
        return {row.id: row.subject for row in await PlatformAccount.filter(id__in=list(keys))}


def an_engine(
    phone: Phone,
    everybody: Everybody | None = None,
    clock: Callable[[], datetime] | None = None,
    pace: Pace | None = None,
) -> Engine:
    """An engine whose only way out is this phone; it claims far more than a test has."""
    chosen = everybody or Everybody()
    means = Means(
        router=chosen,
        writer=chosen,
        book=Accounts(),
        channels={DeliveryChannel.WECHAT: phone},
        now=clock or Clock(),
        paces={DeliveryChannel.WECHAT: pace or Pace(most=200, per_s=100_000)},
    )
    return Engine(means, owner="tests")


async def somebody() -> tuple[Person, PlatformAccount]:
    """A person with a WeChat account."""
    person = await a_person()
    return person, await an_account(person)


async def an_event(
    *people: Person,
    key: str = "",
    subject: str = "",
    at: datetime = NOW,
    topic: Topic = Topic.GRANT_REVOKED,
) -> int:
    """Something happened to people, committed; its number, which each message carries."""
    number = next(numbers)
    async with tx():
        await outbox.put(
            topic,
            subject or f"subject-{number}",
            [outbox.person(each.id) for each in people],
            {"n": number},
            dedupe_key=key or f"event-{number}",
            now=at,
        )
    return number


async def work(engine: Engine, rounds: int = 6) -> None:
    """Plan, claim, send and settle until nothing is due at the engine's time."""
    for _ in range(rounds):
        await engine.plan()
        for lane in engine.lanes:
            await lane.round()
            await lane.quiet()
        await engine.settler.finish()


def sent(phone: Phone) -> list[str]:
    """The numbers that reached it, in order."""
    return [each.fields["n"] for each in phone.seen]
