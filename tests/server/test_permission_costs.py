"""Asking whether a request is allowed: one round trip, and no database while the store knows."""

from collections.abc import AsyncIterator

import pytest

from models.vocabulary import Role
from server.app import operations
from server.operation import Operation
from server.policy import Access
from tests.build import a_desk_session, a_granted_clerk, a_person
from tests.live_clients import Desk
from tests.server.door import Door, door
from tests.server.meter import metered
from tests.server.walk import a_browser

CLOSED_TO_CLERKS = [
    operation
    for operation in operations()
    if operation.policy.access is Access.UNIT
    and operation.policy.roles
    and Role.CLERK not in operation.policy.roles
]


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application."""
    async with door(sqlite_url, trusted_proxies="1") as opened:
        yield opened


async def a_warm_desk(front: Door, units: int = 1) -> Desk:
    """A clerk of so many units whose session the store knows to stand."""
    person = await a_person()
    clerks = [await a_granted_clerk(person=person) for _ in range(units)]
    desk = a_browser(front, await a_desk_session(front.tools, person, Role.CLERK, clerks[0].unit))
    (await desk.get("/session")).good()
    return desk


def test_there_are_routes_that_clerks_are_turned_away_from() -> None:
    assert {"/api/v1/grants"} <= {operation.path for operation in CLOSED_TO_CLERKS}


@pytest.mark.parametrize(
    "operation", CLOSED_TO_CLERKS, ids=lambda each: f"{each.method} {each.path}"
)
async def test_turning_somebody_away_costs_the_check_and_nothing_else(
    front: Door, operation: Operation
) -> None:
    desk = await a_warm_desk(front)
    path = operation.path.replace("<grant_id:str>", "01ja000000000000000000000a")

    async with metered(front) as cost:
        answer = await desk.send(operation.method, f"/{path}", {})

    assert answer.status == 403
    assert (cost.trips, cost.commands, cost.statements) == (1, 1, [])


async def test_a_warm_session_is_let_in_for_one_round_trip_whatever_the_number_of_units(
    front: Door,
) -> None:
    for units in (1, 200):
        desk = await a_warm_desk(front, units)

        async with metered(front) as cost:
            (await desk.get("/session")).good()

        assert (cost.trips, cost.commands, cost.statements) == (1, 1, [])
