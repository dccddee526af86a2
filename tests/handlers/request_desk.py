"""A clerk who asks for a grant, and who answers."""

from collections.abc import Sequence
from datetime import timedelta

from handlers import grant_answers, grant_managers, grant_requests
from handlers.grant_answers import Narrowed
from handlers.grant_requests import Asked
from handlers.tools import Tools
from models.grant import Grant
from models.person import Person
from models.unit import Unit
from models.vocabulary import Role
from tests.build import (
    NOW,
    Rep,
    Shown,
    Signed,
    a_desk_session,
    a_phone_session,
    an_actor,
)
from tests.handlers.moves import scan
from tests.handlers.traces import refusal_of

YEAR = timedelta(days=365)
AS_ASKED = Narrowed()


async def ask(
    tools: Tools, person: Person, unit: Unit, *, relation_ids: Sequence[str] = (), note: str = ""
) -> Grant:
    """Ask from the clerk's own pages."""
    phone = await a_phone_session(tools, person)
    asked = Asked(unit.uscc, relation_ids, note)
    return await grant_requests.ask(tools, person, an_actor(phone.session), asked, now=NOW)


async def ask_at(tools: Tools, person: Person, phone: Signed, shown: Shown, unit: Unit) -> Grant:
    """Ask from a scan that led nowhere."""
    refused = await refusal_of(scan(tools, phone, shown))
    return await grant_requests.ask_from_scan(
        tools,
        person,
        an_actor(phone.session),
        shown.cid,
        str(refused.extra["nonce"]),
        Asked(unit.uscc, (), ""),
        now=NOW,
    )


async def a_decider(tools: Tools, rep: Rep) -> Signed:
    """The legal representative at a desk."""
    return await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)


async def say_yes(tools: Tools, desk: Signed, request: Grant, narrowed: Narrowed = AS_ASKED) -> str:
    """Approve a request as it was made."""
    actor = an_actor(desk.session)
    who = await grant_managers.decider(actor, NOW)
    return await grant_answers.approve(
        tools,
        who.hand,
        actor.unit_id,
        request.id,
        narrowed,
        revision=1,
        now=NOW,
        limit=who.ceiling,
    )


async def say_no(tools: Tools, desk: Signed, request: Grant, *, mute: bool = False) -> None:
    """Deny a request as it was made."""
    actor = an_actor(desk.session)
    who = await grant_managers.decider(actor, NOW)
    await grant_answers.deny(
        tools,
        who.hand,
        actor.unit_id,
        request.id,
        reason="不认识",
        mute=mute,
        revision=1,
        now=NOW,
        limit=who.ceiling,
    )
