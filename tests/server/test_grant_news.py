"""What a clerk's session is worth after a change of the grant, and who is told of it at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from handlers import session_reloads
from handlers.grant_changes import scope_of
from handlers.grant_edits import Edit
from models.grant import Grant, GrantEvent
from models.unit import Relation
from models.vocabulary import Role
from tests.build import NOW, Signed, a_desk_session
from tests.handlers.grant_desk import edit, offer, relation_ids, resume, suspend
from tests.handlers.request_desk import ask
from tests.live_clients import Answer
from tests.registered import DAY, Rep, a_granted_clerk, a_person, a_registered_rep, a_unit
from tests.server.door import Door, door


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application on a database of its own."""
    async with door(sqlite_url) as opened:
        yield opened


async def a_half_granted_desk(front: Door) -> tuple[Rep, Grant, Signed]:
    """A unit of two relations, and the signed-in desk of a clerk who has the first of them."""
    rep = await a_registered_rep(await a_unit(relations=2))
    clerk = await a_granted_clerk(rep.unit)
    first, second = await relation_ids(rep)
    await clerk.grant.relations.remove(await Relation.get(id=second))
    assert await scope_of(clerk.grant.id) == {first: "*"}
    desk = await a_desk_session(front.tools, clerk.person, Role.CLERK, rep.unit)
    return rep, clerk.grant, desk


async def look(front: Door, signed: Signed) -> Answer:
    """Ask for the session."""
    client = front.desk()
    client.cookies["__Host-zb_sid"] = signed.secret
    return await client.get("/session")


Heard = Callable[[str], Awaitable[tuple[bytes, float]]]


@asynccontextmanager
async def listening(front: Door, signed: Signed) -> AsyncIterator[Heard]:
    """An open page: waits for an event of that name; its data, and how long it took in seconds."""
    async with front.http.get(
        f"{front.url}/api/v1/session/events",
        headers={"Cookie": f"__Host-zb_sid={signed.secret}"},
    ) as stream:
        await stream.content.readuntil(b":ok\n")

        async def heard(name: str) -> tuple[bytes, float]:
            began = asyncio.get_running_loop().time()
            async with asyncio.timeout(10):
                await stream.content.readuntil(f"event: {name}\n".encode())
                line = await stream.content.readline()
            return line, asyncio.get_running_loop().time() - began

        yield heard


def relations_of(answer: Answer) -> list[str]:
    """The relations that a session shows."""
    return sorted(each["id"] for each in answer.good()["relations"])


async def test_a_clerk_who_is_given_more_stays_signed_in_and_has_it_with_the_next_request(
    front: Door,
) -> None:
    rep, grant, desk = await a_half_granted_desk(front)
    before = await look(front, desk)

    await edit(front.tools, rep, grant, Edit(scope=dict.fromkeys(await relation_ids(rep), "")))
    answer = await look(front, desk)

    assert len(relations_of(before)) == 1
    assert relations_of(answer) == await relation_ids(rep)
    assert answer.good()["grant_revision"] == 2
    assert answer.good()["epoch"] == before.good()["epoch"]


async def test_a_clerk_who_loses_a_relation_is_out_even_where_another_is_won(front: Door) -> None:
    rep, grant, desk = await a_half_granted_desk(front)
    _, second = await relation_ids(rep)

    await edit(front.tools, rep, grant, Edit(scope={second: ""}))

    assert (await look(front, desk)).code == "SB-3005"


@pytest.mark.parametrize(
    ("end", "code"), [(NOW + 90 * DAY, ""), (NOW + DAY, "SB-3005")], ids=["later", "earlier"]
)
async def test_more_time_lets_a_session_go_on_and_less_ends_it(
    front: Door, end: datetime, code: str
) -> None:
    rep, grant, desk = await a_half_granted_desk(front)
    await Grant.filter(id=grant.id).update(valid_to=NOW + 30 * DAY)

    await edit(front.tools, rep, await Grant.get(id=grant.id), Edit(valid_to=end))

    assert (await look(front, desk)).code == code


async def test_what_was_paused_in_between_is_not_taken_for_more(front: Door) -> None:
    rep, grant, desk = await a_half_granted_desk(front)
    going = await resume(front.tools, rep, await suspend(front.tools, rep, grant))
    await edit(front.tools, rep, going, Edit(scope=dict.fromkeys(await relation_ids(rep), "")))

    # Also where the store has lost the word that ended the session.
    reloaded = await session_reloads.reload(front.tools, desk.session, desk.secret, now=NOW)

    assert reloaded is None
    assert (await look(front, desk)).code == "SB-3005"


async def test_a_session_that_was_signed_out_is_not_brought_back(front: Door) -> None:
    rep, grant, desk = await a_half_granted_desk(front)
    await edit(front.tools, rep, grant, Edit(scope=dict.fromkeys(await relation_ids(rep), "")))
    await front.tools.sessions.finish(desk.secret, "signed_out")

    assert await session_reloads.reload(front.tools, desk.session, desk.secret, now=NOW) is None
    assert (await look(front, desk)).status == 401


async def test_a_change_that_left_no_line_in_the_history_is_none_that_gives_more(
    front: Door,
) -> None:
    rep, grant, desk = await a_half_granted_desk(front)
    await edit(front.tools, rep, grant, Edit(scope=dict.fromkeys(await relation_ids(rep), "")))
    await GrantEvent.filter(grant_id=grant.id).delete()

    assert (await look(front, desk)).code == "SB-3005"


async def test_twenty_requests_at_once_after_a_widening_all_succeed(front: Door) -> None:
    rep, grant, desk = await a_half_granted_desk(front)
    await edit(front.tools, rep, grant, Edit(scope=dict.fromkeys(await relation_ids(rep), "")))

    answers = await asyncio.gather(*(look(front, desk) for _ in range(20)))

    assert {len(relations_of(answer)) for answer in answers} == {2}


async def test_an_open_page_of_the_clerk_is_told_that_it_may_do_more(front: Door) -> None:
    rep, grant, desk = await a_half_granted_desk(front)

    async with listening(front, desk) as heard:
        await edit(front.tools, rep, grant, Edit(scope=dict.fromkeys(await relation_ids(rep), "")))
        told, took_s = await heard("grant")

    assert told == b'data: {"revision":2}\n'
    assert took_s < 1


async def test_an_open_page_of_the_legal_rep_is_told_of_requests_and_own_changes(
    front: Door,
) -> None:
    rep = await a_registered_rep()
    desk = await a_desk_session(front.tools, rep.person, Role.LEGAL_REP, rep.unit)

    async with listening(front, desk) as heard:
        await offer(front.tools, rep)
        _, own_s = await heard("grant")
        await ask(front.tools, await a_person(), rep.unit)
        await heard("grant")

    assert own_s < 1


async def test_a_clerk_is_not_told_of_what_others_are_granted(front: Door) -> None:
    rep, grant, desk = await a_half_granted_desk(front)

    async with listening(front, desk) as heard:
        await offer(front.tools, rep)
        await edit(front.tools, rep, grant, Edit(scope=dict.fromkeys(await relation_ids(rep), "")))
        told, _ = await heard("grant")
        assert told == b'data: {"revision":2}\n'
