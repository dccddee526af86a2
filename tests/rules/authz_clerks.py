"""Clerks of one unit among the callers of the authorisation matrix, whatever became of them."""

from datetime import timedelta

from handlers import grant_endings
from handlers.grant_changes import Hand
from handlers.tools import Tools
from models.grant import Grant, GrantScope
from models.ids import new_id
from models.notice import VERSION
from models.person import Person
from models.privacy import Consent
from models.unit import Relation, Unit
from models.vocabulary import GrantParty, GrantStatus, PersonStatus, Role
from tests.build import (
    DESK_IP,
    NOW,
    Clerk,
    Signed,
    a_desk_session,
    a_grant,
    a_person,
    an_actor,
    an_identity,
)


async def clerks(tools: Tools, unit: Unit, rep: Signed) -> dict[str, Signed]:
    """Their desks by the name of their column; rep: the unit's legal representative, signed in."""
    return {
        "clerk_narrow": await _narrow(tools, unit),
        "revoked": await _revoked(tools, unit, rep),
        "expired": await _expired(tools, unit),
        "suspended": await _suspended(tools, unit),
        "disabled": await _disabled(tools, unit),
    }


async def second_relation(unit: Unit) -> Relation:
    """The relation of the unit that the narrow clerk was not granted."""
    return (await Relation.filter(unit_id=unit.id).order_by("id"))[1]


async def _a_clerks_desk(tools: Tools, unit: Unit) -> tuple[Clerk, Signed]:
    person = await a_person(an_identity("孙某"))
    clerk = Clerk(person, unit, await a_grant(unit, person, valid_to=NOW + timedelta(hours=1)))
    return clerk, await a_desk_session(tools, person, Role.CLERK, unit)


async def _narrow(tools: Tools, unit: Unit) -> Signed:
    person = await a_person(an_identity("李某"))
    grant = await a_grant(unit, person)
    await GrantScope.filter(
        grant_id=grant.id, relation_id=(await second_relation(unit)).id
    ).delete()
    await Consent.create(
        id=new_id(), person_id=person.id, version=VERSION, kind="desk", given_at=NOW
    )
    return await a_desk_session(tools, person, Role.CLERK, unit)


async def _revoked(tools: Tools, unit: Unit, rep: Signed) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, unit)
    actor = an_actor(rep.session, DESK_IP)
    hand, grant = Hand(actor, GrantParty.LEGAL_REP), clerk.grant.id
    await grant_endings.revoke(tools, hand, unit.id, grant, reason="离职", revision=1, now=NOW)
    return desk


async def _expired(tools: Tools, unit: Unit) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, unit)
    await Grant.filter(id=clerk.grant.id).update(valid_to=NOW)
    return desk


async def _suspended(tools: Tools, unit: Unit) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, unit)
    await Grant.filter(id=clerk.grant.id).update(status=GrantStatus.SUSPENDED, revision=2)
    await tools.sessions.announce(f"g:{clerk.grant.id}", 2)
    return desk


async def _disabled(tools: Tools, unit: Unit) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, unit)
    await Person.filter(id=clerk.person.id).update(status=PersonStatus.DISABLED, revision=2)
    await tools.sessions.announce(f"p:{clerk.person.id}", 2)
    return desk
