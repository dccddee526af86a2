"""A clerk's own grants: what is shown of them, and asking for more time (domain §7.2 row 10)."""

from datetime import timedelta

import pytest

from handlers import own_grants
from handlers.grant_changes import scope_of
from handlers.grant_edits import Edit
from handlers.grant_requests import own_requests
from handlers.own_grants import OwnGrant
from handlers.tools import Tools
from models.errors.grant import ALREADY_GRANTED, GRANT_REQUEST_OPEN
from models.errors.system import NOT_FOUND
from models.grant import Grant
from models.person import Person
from models.vocabulary import GrantStatus
from tests.build import NOW, a_phone_session, an_actor
from tests.handlers.grant_desk import approve, edit, relation_ids
from tests.handlers.request_desk import ask
from tests.handlers.traces import debts, refusal_of
from tests.registered import (
    DAY,
    Clerk,
    Rep,
    a_grant,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    a_unit,
)

SOON = NOW + 10 * DAY


async def an_ending_clerk(relations: int = 1) -> tuple[Rep, Clerk]:
    """A clerk whose grant ends in ten days."""
    rep = await a_registered_rep(await a_unit(relations=relations))
    clerk = await a_granted_clerk(rep.unit)
    await Grant.filter(id=clerk.grant.id).update(valid_to=SOON)
    return rep, Clerk(clerk.person, clerk.unit, await Grant.get(id=clerk.grant.id))


async def listed(
    tools: Tools, person: Person, *, before: str = "", limit: int = 20
) -> list[OwnGrant]:
    """What the person is shown."""
    return await own_grants.own_grants(tools, person, before=before, limit=limit, now=NOW)


async def renew(tools: Tools, person: Person, grant_id: str) -> Grant:
    """Ask for more time on the phone."""
    phone = await a_phone_session(tools, person)
    return await own_grants.renew(tools, person, an_actor(phone.session), grant_id, now=NOW)


async def test_one_sees_the_own_grants_of_every_unit_and_nobody_elses(tools: Tools) -> None:
    clerk = await a_granted_clerk()
    await a_granted_clerk(clerk.unit)
    second = await a_granted_clerk(await a_unit(relations=2), clerk.person)
    misspelt = await a_unit()
    await a_grant(misspelt, clerk.person, name="别人")

    found = await listed(tools, clerk.person)

    assert [each.grant.id for each in found] == [second.grant.id, clerk.grant.id]
    assert [len(each.relations) for each in found] == [2, 1]
    assert {each.status for each in found} == {GrantStatus.ACTIVE}
    assert [
        each.grant.id for each in await listed(tools, clerk.person, before=second.grant.id)
    ] == [clerk.grant.id]


async def test_a_grant_near_its_end_can_be_asked_for_again_and_one_that_lasts_cannot(
    tools: Tools,
) -> None:
    rep, clerk = await an_ending_clerk()
    await a_granted_clerk(await a_unit(), clerk.person)

    lasting, ending = await listed(tools, clerk.person)
    await renew(tools, clerk.person, clerk.grant.id)
    _, asked = await listed(tools, clerk.person)

    assert (lasting.renewable, ending.renewable) == (False, True)
    assert (asked.renewable, asked.asked) == (False, True)
    assert [(debt.topic, debt.recipients) for debt in await debts()][-1][0] == "grant.requested"
    refused = await refusal_of(renew(tools, clerk.person, lasting.grant.id))
    again = await refusal_of(renew(tools, clerk.person, clerk.grant.id))
    assert (refused.entry, again.entry) == (ALREADY_GRANTED, GRANT_REQUEST_OPEN)
    assert rep.unit.id == ending.grant.unit_id


async def test_a_renewal_asks_for_what_is_held_and_not_for_more(tools: Tools) -> None:
    rep, clerk = await an_ending_clerk(relations=2)
    first, _ = await relation_ids(rep)
    await edit(tools, rep, clerk.grant, Edit(scope={first: "bases"}))

    request = await renew(tools, clerk.person, clerk.grant.id)
    live = await approve(tools, rep, request)

    assert await scope_of(request.id) == {first: "bases"}
    assert live.id == clerk.grant.id
    assert await scope_of(live.id) == {first: "bases"}
    assert live.valid_to == NOW + timedelta(days=365)


async def test_one_that_has_run_out_is_shown_until_the_unit_gives_another(tools: Tools) -> None:
    rep, clerk = await an_ending_clerk()
    await Grant.filter(id=clerk.grant.id).update(status=GrantStatus.EXPIRED, valid_to=NOW - DAY)

    [gone] = await listed(tools, clerk.person)
    request = await renew(tools, clerk.person, clerk.grant.id)
    given = await approve(tools, rep, request)
    [now] = await listed(tools, clerk.person)

    assert (gone.status, gone.renewable) == (GrantStatus.EXPIRED, True)
    assert (now.grant.id, now.status) == (given.id, GrantStatus.ACTIVE)


async def test_what_ran_out_by_the_clock_alone_counts_as_run_out(tools: Tools) -> None:
    _, clerk = await an_ending_clerk()
    await Grant.filter(id=clerk.grant.id).update(valid_to=NOW - timedelta(seconds=1))

    [gone] = await listed(tools, clerk.person)

    assert (gone.status, gone.renewable) == (GrantStatus.EXPIRED, True)


@pytest.mark.parametrize("status", [GrantStatus.REVOKED, GrantStatus.REQUESTED])
async def test_what_was_taken_back_or_only_asked_for_is_not_among_them(
    tools: Tools, status: GrantStatus
) -> None:
    clerk = await a_granted_clerk()
    await Grant.filter(id=clerk.grant.id).update(status=status)

    assert await listed(tools, clerk.person) == []
    assert (await refusal_of(renew(tools, clerk.person, clerk.grant.id))).entry is NOT_FOUND


async def test_somebody_elses_grant_cannot_be_renewed(tools: Tools) -> None:
    _, clerk = await an_ending_clerk()

    refused = await refusal_of(renew(tools, await a_person(), clerk.grant.id))

    assert refused.entry is NOT_FOUND


async def test_a_request_that_went_into_a_live_grant_says_from_when_till_when(tools: Tools) -> None:
    rep, clerk = await an_ending_clerk()
    request = await ask(tools, clerk.person, rep.unit)
    [before] = await own_requests(clerk.person.id, before="", limit=20)
    live = await approve(tools, rep, request, valid_to=NOW + 90 * DAY)
    [after] = await own_requests(clerk.person.id, before="", limit=20)

    assert (before.begins, before.ends) == (None, None)
    assert (after.begins, after.ends) == (live.valid_from, NOW + 90 * DAY)
