"""Entering a unit on the phone itself."""

from handlers import entries, sessions
from handlers.tools import Tools
from models.errors.scan import CLERK_UNKNOWN, LEGAL_REP_UNKNOWN
from models.grant import Grant
from models.store.session import Kind, Stage
from models.unit import Unit
from models.vocabulary import GrantStatus, Role
from tests.build import (
    NOW,
    Signed,
    a_granted_clerk,
    a_person,
    a_phone_session,
    a_registered_rep,
    an_actor,
)
from tests.handlers.grant_desk import offer
from tests.handlers.traces import refusal_of


async def enter_on_phone(
    tools: Tools, phone: Signed, role: Role, unit: Unit | None = None
) -> entries.Entered:
    """Open a unit on the phone itself."""
    return await sessions.enter_on_phone(
        tools,
        phone.session,
        phone.secret,
        an_actor(phone.session),
        role=role,
        unit_id=unit.id if unit else None,
        once=None,
        now=NOW,
    )


async def test_a_phone_enters_its_only_unit_at_once(tools: Tools) -> None:
    rep = await a_registered_rep()
    phone = await a_phone_session(tools, rep.person)

    entered = await enter_on_phone(tools, phone, Role.LEGAL_REP)

    session = (await tools.sessions.touch(entered.opened.secret)).session
    assert session is not None
    assert (session.kind, session.unit_id) == (Kind.PHONE, rep.unit.id)
    assert session.idle_ms == entries.PHONE_UNIT_SPAN.idle_ms
    assert session.account_id == phone.session.account_id
    assert (await tools.sessions.touch(phone.secret)).word == "gone"


async def test_a_phone_with_several_units_is_asked_which(tools: Tools) -> None:
    first = await a_granted_clerk()
    second = await a_granted_clerk(person=first.person)
    phone = await a_phone_session(tools, first.person)

    asked = await enter_on_phone(tools, phone, Role.CLERK)
    chosen = await enter_on_phone(tools, phone, Role.CLERK, second.unit)

    assert (asked.opened.secret, asked.opened.stage) == (phone.secret, Stage.IDENTITY)
    assert {m.unit.id for m in asked.mandates} == {first.unit.id, second.unit.id}
    assert chosen.opened.stage is Stage.UNIT


async def test_a_phone_whose_person_has_no_unit_enters_none(tools: Tools) -> None:
    phone = await a_phone_session(tools, await a_person())
    foreign = await a_granted_clerk()

    as_rep = await refusal_of(enter_on_phone(tools, phone, Role.LEGAL_REP))
    as_clerk = await refusal_of(enter_on_phone(tools, phone, Role.CLERK, foreign.unit))

    assert (as_rep.entry, as_clerk.entry) == (LEGAL_REP_UNKNOWN, CLERK_UNKNOWN)


async def test_a_phone_that_enters_accepts_what_the_unit_has_offered(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    grant = await offer(tools, rep, person.open(tools.vault))

    opened = await enter_on_phone(tools, await a_phone_session(tools, person), Role.CLERK)

    assert opened.opened.stage is Stage.UNIT
    assert (await Grant.get(id=grant.id)).status is GrantStatus.ACTIVE
