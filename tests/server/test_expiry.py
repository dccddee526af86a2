"""A grant that runs out while somebody works under it."""

import asyncio
from datetime import timedelta

from models.vocabulary import Role
from server.clock import utc_now
from tests.build import Clerk, a_desk_session, a_grant, a_person, a_phone_session, a_unit
from tests.live_clients import Desk
from tests.server.door import Door, door

LASTS_S = 1.0


async def a_clerk_for_a_moment(front: Door) -> tuple[Clerk, Desk]:
    """A clerk whose grant is about to end, signed in."""
    unit, person = await a_unit(), await a_person()
    ends = utc_now() + timedelta(seconds=LASTS_S)
    clerk = Clerk(person, unit, await a_grant(unit, person, valid_to=ends))
    signed = await a_desk_session(front.tools, person, Role.CLERK, unit)
    desk = front.desk()
    desk.cookies["__Host-zb_sid"] = signed.secret
    return clerk, desk


async def test_a_grant_that_runs_out_ends_the_session_under_it(sqlite_url: str) -> None:
    async with door(sqlite_url, utc_now) as front:
        _, desk = await a_clerk_for_a_moment(front)
        before = await desk.get("/session")

        await asyncio.sleep(LASTS_S + 0.1)

        after = await desk.get("/session")
    assert before.status == 200
    assert (after.status, after.code) == (403, "SB-3006")


async def test_a_grant_that_runs_out_ends_the_units_session_of_a_phone_too(sqlite_url: str) -> None:
    async with door(sqlite_url, utc_now) as front:
        clerk, _ = await a_clerk_for_a_moment(front)
        phone = front.phone((await a_phone_session(front.tools, clerk.person)).secret)
        entered = (await phone.post("/phone/session", {"role": "clerk"})).good()
        phone.headers["Authorization"] = f"Bearer {entered['token']}"
        before = await phone.get("/session")

        await asyncio.sleep(LASTS_S + 0.1)

        after = await phone.get("/session")
    assert before.status == 200
    assert (after.status, after.code) == (403, "SB-3006")
