"""A unit that the core system closes 注销: nobody works for it, and its people are told."""

import pytest

from handlers.mandates import standing_of, why_lost
from handlers.tools import Tools
from handlers.unit_sync import SentUnit, take_in
from models.actor import Actor
from models.audit import AuditEntry
from models.errors.entry import Refusal
from models.errors.unit import UNIT_CLOSED
from models.grant import Grant, GrantEvent
from models.unit import LegalRep, Unit
from models.vocabulary import GrantStatus, Role, Suspension, UnitStatus
from tests.build import (
    NOW,
    a_desk_session,
    a_granted_clerk,
    a_registered_rep,
    a_request,
    a_unit,
    an_identity,
)
from tests.certificates import owed_of
from tests.handlers.registering import a_typed, agreeing, refused
from tests.handlers.test_unit_sync import as_sent, sent
from tests.registered import Rep, a_person

SYSTEM = Actor(person_id="system:core")


async def closed(tools: Tools, rep: Rep, *, minute: int = 0, **more: object) -> SentUnit:
    event = sent(rep.unit.uscc, rep.unit.name, minute=minute, **({"closed": True} | more))
    await take_in(tools, SYSTEM, event, now=NOW)
    return event


async def test_sessions_of_the_legal_rep_and_of_clerks_end(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    other = await a_desk_session(tools, clerk.person, Role.CLERK, rep.unit)

    await closed(tools, rep)

    assert (await Unit.get(id=rep.unit.id)).status is UnitStatus.CLOSED
    ended = [await tools.sessions.touch(signed.secret) for signed in (desk, other)]
    assert [touch.session for touch in ended] == [None, None]
    assert ended[0].reason == UNIT_CLOSED.code
    with pytest.raises(Refusal) as told:
        (await standing_of(tools.vault, rep.person, NOW)).require(Role.LEGAL_REP)
    assert told.value.entry is UNIT_CLOSED
    row = await LegalRep.get(unit_id=rep.unit.id, live=True)
    assert (await why_lost(f"l:{row.id}", NOW)).entry is UNIT_CLOSED


async def test_grants_pause_requests_lapse_and_everybody_is_told_once(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerk, asking = await a_granted_clerk(rep.unit), await a_request(rep.unit, await a_person())

    event = await closed(tools, rep)
    await take_in(tools, SYSTEM, event, now=NOW)
    await closed(tools, rep, minute=5)

    grant, request = await Grant.get(id=clerk.grant.id), await Grant.get(id=asking.id)
    assert (grant.status, grant.suspension) == (GrantStatus.SUSPENDED, Suspension.UNIT_CLOSED)
    assert request.status is GrantStatus.LAPSED
    assert await GrantEvent.filter(grant_id=asking.id, reason="单位已注销").count() == 1
    told = [
        *(await owed_of("unit.")),
        *(await owed_of("grant.suspended")),
        *(await owed_of("grant.cancelled")),
    ]
    assert [(topic, whom) for topic, _, whom in told] == [
        ("unit.closed", [f"unit_legal_rep:{rep.unit.id}"]),
        ("grant.suspended", [f"grant:{grant.id}"]),
        ("grant.cancelled", [f"grant:{request.id}"]),
    ]


async def test_a_unit_opened_again_waits_for_the_legal_rep_to_confirm_each_grant(
    tools: Tools,
) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    await closed(tools, rep)

    await closed(tools, rep, minute=5, closed=False)

    unit = await Unit.get(id=rep.unit.id)
    assert unit.status is UnitStatus.ACTIVE
    assert unit.revision == rep.unit.revision + 2
    assert (await Grant.get(id=clerk.grant.id)).status is GrantStatus.SUSPENDED
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    assert desk.session.unit_id == rep.unit.id


async def test_news_that_says_nothing_of_it_leaves_a_unit_closed(tools: Tools) -> None:
    rep = await a_registered_rep()
    await closed(tools, rep)

    await closed(tools, rep, minute=5, closed=None)

    assert (await Unit.get(id=rep.unit.id)).status is UnitStatus.CLOSED


async def test_old_news_opens_nothing(tools: Tools) -> None:
    rep = await a_registered_rep()
    await closed(tools, rep, minute=5)

    await closed(tools, rep, minute=1, closed=False)

    assert (await Unit.get(id=rep.unit.id)).status is UnitStatus.CLOSED


async def test_closed_with_another_legal_rep_in_one_event_ends_the_old_one(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    new = an_identity("李四")

    await closed(tools, rep, legal_rep=as_sent(new))

    live = await LegalRep.get(unit_id=rep.unit.id, live=True)
    assert live.open(tools.vault).id_no == new.id_no
    assert (await Grant.get(id=clerk.grant.id)).suspension is Suspension.UNIT_CLOSED
    assert (await tools.sessions.touch(desk.secret)).session is None


async def test_a_closed_unit_without_a_legal_rep_cannot_be_registered(tools: Tools) -> None:
    unit = await a_unit(status=UnitStatus.WAITING_SYNC)
    await take_in(tools, SYSTEM, sent(unit.uscc, unit.name, closed=True), now=NOW)
    typed = a_typed(uscc=unit.uscc, name=unit.name)

    told = await refused(tools, agreeing(typed), typed)

    assert told.entry is UNIT_CLOSED
    assert not await LegalRep.exists()
    assert await owed_of("unit.") == []


async def test_the_trail_says_what_the_event_did(tools: Tools) -> None:
    rep = await a_registered_rep()

    await closed(tools, rep)

    entry = await AuditEntry.filter(body__contains="unit.ingest").get()
    assert '"status":"closed"' in entry.body.replace(" ", "")
