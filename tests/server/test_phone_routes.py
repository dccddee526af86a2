"""Opening a unit on the phone itself (contract §5), through the door."""

from collections.abc import AsyncIterator

import pytest_asyncio

from server.clock import utc_now
from tests.build import a_granted_clerk, a_person, a_phone_session
from tests.live_clients import Phone
from tests.server.door import Door, door


@pytest_asyncio.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    async with door(sqlite_url, utc_now) as found:
        yield found


async def a_phone_of(front: Door, units: int) -> tuple[Phone, set[str]]:
    """The phone of a clerk who serves so many units, and their ids."""
    person = await a_person()
    served = {(await a_granted_clerk(person=person)).unit.id for _ in range(units)}
    return front.phone((await a_phone_session(front.tools, person)).secret), served


async def test_a_phone_with_several_units_is_asked_for_one_and_enters_it(front: Door) -> None:
    phone, served = await a_phone_of(front, 2)

    asked = (await phone.post("/phone/session", {"role": "clerk"})).good()
    chosen = asked["units"][0]["id"]
    phone.headers["Authorization"] = f"Bearer {asked['token']}"
    entered = (await phone.post("/phone/session", {"role": "clerk", "unit_id": chosen})).good()

    assert (asked["next"], {unit["id"] for unit in asked["units"]}) == ("choose_unit", served)
    assert (asked["session"]["unit"], asked["session"]["relations"]) == (None, [])
    assert "*" in asked["session"]["person"]["id_no_masked"]
    assert (entered["next"], entered["session"]["unit"]["id"]) == ("home", chosen)
    assert entered["token"] != asked["token"]


async def test_a_phone_with_one_unit_enters_it_at_once(front: Door) -> None:
    phone, [unit] = await a_phone_of(front, 1)

    entered = (await phone.post("/phone/session", {"role": "clerk"})).good()

    assert (entered["next"], entered["session"]["unit"]["id"]) == ("home", unit)


async def test_a_phone_before_its_unit_is_told_whose_it_is(front: Door) -> None:
    phone, served = await a_phone_of(front, 2)

    session = (await phone.get("/session")).good()
    units = (await phone.get("/session/units")).good()["items"]

    assert (session["unit"], session["person"]["name"]) == (None, "张三")
    assert {unit["id"] for unit in units} == served
