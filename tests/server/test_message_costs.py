"""What messages cost exactly: one statement for many of them, whoever owes, plans or lists them."""

from collections.abc import AsyncIterator

import pytest

from models import outbox
from models.database import tx
from models.inbox import InboxMessage
from models.outbox import OutboxEvent
from models.person import Person
from models.vocabulary import Role
from server.pushes import engine_of
from tests.build import a_desk_session, a_granted_clerk
from tests.messages import a_credit, a_message, an_account
from tests.registered import NOW, a_person, numbers
from tests.server.door import Door, pushing_door
from tests.server.meter import Cost, metered
from tests.server.walk import a_browser

TEMPLATE = "sandbox-grant-result"
PLANNING = 6
"""Statements of one planning, however many events; who makes it cheaper lowers it."""


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application with the demonstration's templates."""
    async with pushing_door(sqlite_url, trusted_proxies="1") as opened:
        yield opened


async def somebody() -> Person:
    person = await a_person()
    await a_credit(await an_account(person), TEMPLATE, 5)
    return person


async def owe(*people: Person) -> None:
    keys = [f"cost-{next(numbers)}" for _ in people]
    async with tx():
        await outbox.put_all(
            [
                outbox.owed(
                    outbox.Topic.GRANT_REVOKED,
                    key,
                    [outbox.person(person.id)],
                    {},
                    dedupe_key=key,
                    now=NOW,
                )
                for key, person in zip(keys, people, strict=True)
            ]
        )


async def planned(front: Door, people: int) -> Cost:
    """The cost of planning an event for each of so many people."""
    await owe(*[await somebody() for _ in range(people)])
    engine = engine_of(front.app.ctx)
    async with metered(front) as cost:
        done = await engine.plan()
    assert (done.events, sum(done.pushes.values())) == (people, people)
    return cost


async def test_owing_many_at_once_is_one_statement(front: Door) -> None:
    people = [await a_person() for _ in range(20)]

    async with metered(front) as cost:
        await owe(*people)

    assert (cost.sql, cost.transactions) == (1, 1)
    assert await OutboxEvent.all().count() == 20


async def test_planning_many_costs_as_many_statements_as_planning_one(front: Door) -> None:
    await planned(front, 1)  # the store learns its script
    one, many = await planned(front, 1), await planned(front, 50)

    assert one.sql == many.sql <= PLANNING
    assert [(each.trips, each.commands) for each in (one, many)] == [(1, 1), (1, 1)]
    assert await InboxMessage.all().count() == 52


async def test_a_page_of_the_inbox_is_one_trip_and_one_statement(front: Door) -> None:
    clerk = await a_granted_clerk()
    for _ in range(21):
        await a_message(clerk.person)
    desk = a_browser(front, await a_desk_session(front.tools, clerk.person, Role.CLERK, clerk.unit))
    (await desk.get("/session")).good()

    async with metered(front) as cost:
        page = (await desk.get("/messages?limit=20")).good()

    assert len(page["items"]) == 20
    assert page["next_cursor"] == page["items"][-1]["id"]
    assert (cost.trips, cost.commands, cost.sql) == (1, 1, 1)
