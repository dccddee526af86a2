"""What a session is worth when the store no longer knows the revisions."""

import pytest

from handlers import sessions
from handlers.tools import Tools
from models.grant import Grant
from models.person import Person
from models.unit import LegalRep, Unit
from models.vocabulary import GrantStatus, PersonStatus, Role, UnitStatus
from tests.build import (
    NOW,
    Clerk,
    Signed,
    a_desk_session,
    a_granted_clerk,
    a_person,
    a_phone_session,
    a_registered_rep,
)


async def a_clerks_desk(tools: Tools) -> tuple[Clerk, Signed]:
    """A clerk, signed in."""
    clerk = await a_granted_clerk()
    return clerk, await a_desk_session(tools, clerk.person, Role.CLERK, clerk.unit)


async def test_a_store_that_knows_nothing_has_the_database_asked_once(tools: Tools) -> None:
    _, desk = await a_clerks_desk(tools)

    before = (await tools.sessions.touch(desk.secret)).word
    stands = await sessions.confirm_revisions(tools, desk.session, now=NOW)

    assert (before, stands) == ("check", True)
    assert (await tools.sessions.touch(desk.secret)).word == "ok"


async def test_a_store_that_was_emptied_in_between_is_filled_again(tools: Tools) -> None:
    clerk, desk = await a_clerks_desk(tools)
    await sessions.confirm_revisions(tools, desk.session, now=NOW)
    store = tools.sessions._store
    await store.call("DEL", f"rv:g:{clerk.grant.id}", f"rv:p:{clerk.person.id}")

    lost = (await tools.sessions.touch(desk.secret)).word

    assert lost == "check"
    assert await sessions.confirm_revisions(tools, desk.session, now=NOW)


async def test_during_a_commit_the_database_is_asked_every_time(tools: Tools) -> None:
    clerk, desk = await a_clerks_desk(tools)
    await sessions.confirm_revisions(tools, desk.session, now=NOW)
    await tools.sessions.doubt(f"g:{clerk.grant.id}")

    words = []
    for _ in range(2):
        words.append((await tools.sessions.touch(desk.secret)).word)
        assert await sessions.confirm_revisions(tools, desk.session, now=NOW)

    assert words == ["check", "check"]


async def test_what_was_read_before_a_commit_cannot_hide_what_was_announced_after(
    tools: Tools,
) -> None:
    clerk, desk = await a_clerks_desk(tools)
    key = f"g:{clerk.grant.id}"
    await tools.sessions.doubt(key)
    await tools.sessions.announce(key, 2)

    await tools.sessions.vouch(key, 1)
    await sessions.confirm_revisions(tools, desk.session, now=NOW)

    assert (await tools.sessions.touch(desk.secret)).word == "mandate"


@pytest.mark.parametrize(
    "change",
    [
        {"status": GrantStatus.REVOKED, "revision": 2},
        {"status": GrantStatus.SUSPENDED},
        {"valid_to": NOW},
        {"revision": 2},
    ],
    ids=["revoked", "suspended", "expired", "changed"],
)
async def test_a_grant_that_no_longer_holds_is_not_confirmed(
    tools: Tools, change: dict[str, object]
) -> None:
    clerk, desk = await a_clerks_desk(tools)
    await Grant.filter(id=clerk.grant.id).update(**change)

    assert not await sessions.confirm_revisions(tools, desk.session, now=NOW)


@pytest.mark.parametrize(
    "change",
    [{"status": PersonStatus.DISABLED}, {"revision": 2}],
    ids=["disabled", "changed"],
)
async def test_an_account_that_changed_is_not_confirmed(
    tools: Tools, change: dict[str, object]
) -> None:
    clerk, desk = await a_clerks_desk(tools)
    await Person.filter(id=clerk.person.id).update(**change)

    assert not await sessions.confirm_revisions(tools, desk.session, now=NOW)


async def test_a_unit_that_was_closed_ends_what_is_done_for_it(tools: Tools) -> None:
    clerk, desk = await a_clerks_desk(tools)
    await Unit.filter(id=clerk.unit.id).update(status=UnitStatus.CLOSED)

    assert not await sessions.confirm_revisions(tools, desk.session, now=NOW)


async def test_a_legal_rep_who_was_replaced_is_not_confirmed(tools: Tools) -> None:
    rep = await a_registered_rep()
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    stands = await sessions.confirm_revisions(tools, desk.session, now=NOW)
    await LegalRep.filter(id=rep.legal_rep.id).update(live=False)

    assert stands
    assert not await sessions.confirm_revisions(tools, desk.session, now=NOW)


async def test_a_session_without_a_unit_depends_on_the_person_alone(tools: Tools) -> None:
    phone = await a_phone_session(tools, await a_person())

    assert await sessions.confirm_revisions(tools, phone.session, now=NOW)


async def test_an_account_announced_as_changed_ends_its_sessions_without_the_database(
    tools: Tools,
) -> None:
    clerk, desk = await a_clerks_desk(tools)
    await sessions.confirm_revisions(tools, desk.session, now=NOW)
    await tools.sessions.announce(f"p:{clerk.person.id}", 2)

    assert (await tools.sessions.touch(desk.secret)).word == "account"
    assert (await tools.sessions.touch(desk.secret)).word == "gone"
