"""Where somebody is signed in, and signing out there."""

from handlers import sessions
from handlers.tools import Tools
from models.audit import Action
from models.errors.system import NOT_FOUND
from models.person import Person
from models.vocabulary import Role
from tests.build import (
    NOW,
    Clerk,
    Signed,
    a_desk_session,
    a_granted_clerk,
    a_phone_session,
    an_actor,
    at,
)
from tests.handlers.traces import audited, refusal_of


async def two_units(tools: Tools) -> tuple[Clerk, Clerk, Signed]:
    """A clerk of two units, signed in to the first."""
    first = await a_granted_clerk()
    second = await a_granted_clerk(person=first.person)
    return first, second, await a_desk_session(tools, first.person, Role.CLERK, first.unit)


async def test_devices_are_listed_with_the_one_seen_last_first(tools: Tools) -> None:
    _, _, desk = await two_units(tools)
    person = await Person.get(id=desk.session.person_id)
    at(tools, 5000)
    phone = await a_phone_session(tools, person)

    found = await sessions.devices(tools, desk.session)

    assert [each.id for each in found] == [phone.session.id, desk.session.id]


async def test_another_persons_devices_are_not_listed(tools: Tools) -> None:
    _, _, desk = await two_units(tools)
    _, _, other = await two_units(tools)

    assert [each.id for each in await sessions.devices(tools, desk.session)] == [desk.session.id]
    assert desk.session.id != other.session.id


async def test_signing_out_ends_the_session_and_is_audited(tools: Tools) -> None:
    _, _, desk = await two_units(tools)

    await sessions.sign_out(tools, desk.session, desk.secret, an_actor(desk.session), now=NOW)

    touch = await tools.sessions.touch(desk.secret)
    (entry,) = await audited(Action.SIGN_OUT)
    assert (touch.word, touch.reason) == ("gone", "signed_out")
    assert entry["subject"] == desk.session.id


async def test_another_device_is_signed_out_from_afar(tools: Tools) -> None:
    first, _, desk = await two_units(tools)
    other = await a_desk_session(tools, first.person, Role.CLERK, first.unit)

    await sessions.sign_out_device(
        tools, desk.session, other.session.id, an_actor(desk.session), now=NOW
    )

    touch = await tools.sessions.touch(other.secret)
    (entry,) = await audited(Action.REMOTE_SIGN_OUT)
    assert (touch.word, touch.reason) == ("gone", "signed_out_remotely")
    assert (entry["subject"], entry["session"]) == (other.session.id, desk.session.id)
    assert (await tools.sessions.touch(desk.secret)).session is not None


async def test_nobody_signs_out_the_device_of_somebody_else(tools: Tools) -> None:
    _, _, desk = await two_units(tools)
    _, _, other = await two_units(tools)

    refusals = [
        await refusal_of(
            sessions.sign_out_device(tools, desk.session, each, an_actor(desk.session), now=NOW)
        )
        for each in (other.session.id, "none")
    ]

    assert {refusal.entry for refusal in refusals} == {NOT_FOUND}
    assert (await tools.sessions.touch(other.secret)).session is not None
    assert await audited(Action.REMOTE_SIGN_OUT) == []
