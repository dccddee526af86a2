"""Adding clerks, and changing what they have (手册 3.1.1 添加、单位授权、修改)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import grant_offers, grants
from handlers.grant_changes import Hand, changing, scope_of
from handlers.grant_clock import begin, expire, remind
from handlers.grant_edits import Edit
from handlers.grant_endings import suspend_all_of_unit
from handlers.grant_offers import give_at_window
from handlers.tools import Tools
from models.actor import Actor
from models.errors.grant import ALREADY_GRANTED, CLERK_FIXED
from models.errors.system import INPUT_WRONG
from models.grant import Grant
from models.vocabulary import GrantParty, GrantStatus, Role, Suspension
from tests.build import a_challenge, a_desk_session, a_phone_session
from tests.handlers.grant_desk import edit, offer, relation_ids, resume, suspend
from tests.handlers.moves import scan
from tests.handlers.traces import chains_hold, debts, refusal_of
from tests.registered import (
    DAY,
    NOW,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    a_unit,
    an_identity,
)


async def test_an_added_clerk_is_waited_for_and_told(tools: Tools) -> None:
    rep = await a_registered_rep()

    grant = await offer(tools, rep)

    (debt,) = await debts()
    assert grant.status is GrantStatus.OFFERED
    assert (debt.topic, debt.recipients) == ("grant.offered", [f"grant:{grant.id}"])
    assert await chains_hold(tools)


async def test_without_acceptance_a_grant_works_at_once_as_in_the_manual(tools: Tools) -> None:
    rep = await a_registered_rep()

    grant = await offer(replace(tools, acceptance=False), rep)
    later = await offer(replace(tools, acceptance=False), rep, valid_from=NOW + DAY)

    assert (grant.status, later.status) == (GrantStatus.ACTIVE, GrantStatus.SCHEDULED)


async def test_the_clerks_first_scan_accepts_what_was_offered(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    grant = await offer(tools, rep, person.open(tools.vault))
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools, Role.CLERK)

    scanned = await scan(tools, phone, shown)

    row = await Grant.get(id=grant.id)
    assert (row.status, row.person_id, row.accepted_at) == (GrantStatus.ACTIVE, person.id, NOW)
    assert [mandate.unit.id for mandate in scanned.mandates] == [rep.unit.id]
    assert "grant.accepted" in [debt.topic for debt in await debts()]


async def test_a_clerk_of_another_name_is_not_let_in_and_the_legal_rep_is_told(
    tools: Tools,
) -> None:
    rep, person = await a_registered_rep(), await a_person()
    known = person.open(tools.vault)
    grant = await offer(tools, rep, replace(known, name="李某某"))
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools, Role.CLERK)

    await refusal_of(scan(tools, phone, shown))

    assert (await Grant.get(id=grant.id)).status is GrantStatus.OFFERED
    told = [debt for debt in await debts() if debt.topic == "grant.mismatch"]
    assert [debt.recipients for debt in told] == [[f"unit_legal_rep:{rep.unit.id}"]]


async def test_a_clerk_added_again_gets_what_is_missing_and_nothing_else_changes(
    tools: Tools,
) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    first, second = await relation_ids(rep)
    clerk = an_identity()
    grant = await offer(tools, rep, clerk, relations=[first])

    widened = await offer(tools, rep, clerk, relations=[first, second])
    again = await refusal_of(offer(tools, rep, clerk, relations=[second]))

    assert widened.id == grant.id
    assert await scope_of(grant.id) == {first: "*", second: "*"}
    assert again.entry is ALREADY_GRANTED
    assert (await Grant.get(id=grant.id)).revision == 2


async def test_relations_that_a_clerk_has_are_marked_in_the_list(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    first, second = await relation_ids(rep)
    grant = await offer(tools, rep, relations=[first])

    marks = {
        each.relation.id: each.granted for each in await grants.relations(rep.unit.id, grant.id)
    }

    assert marks == {first: True, second: False}


@pytest.mark.parametrize("fault", ["foreign relation", "no relation", "the legal rep", "past end"])
async def test_an_offer_that_makes_no_sense_is_refused_and_changes_nothing(
    tools: Tools, fault: str
) -> None:
    rep, other = await a_registered_rep(), await a_registered_rep()
    relations = {"foreign relation": await relation_ids(other), "no relation": []}.get(fault)
    clerk = rep.person.open(tools.vault) if fault == "the legal rep" else None
    valid_to = NOW - DAY if fault == "past end" else None

    refused = await refusal_of(offer(tools, rep, clerk, relations=relations, valid_to=valid_to))

    assert refused.entry is INPUT_WRONG
    assert await Grant.all().count() == 0


async def test_the_number_of_a_clerk_who_has_logged_in_stays(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    await a_desk_session(tools, clerk.person, Role.CLERK, rep.unit)
    grant = await Grant.get(id=clerk.grant.id)

    refused = await refusal_of(edit(tools, rep, grant, Edit(clerk=an_identity("王某"))))
    known = replace(clerk.person.open(tools.vault), phone="13800138000")
    changed = await edit(tools, rep, grant, Edit(clerk=known))

    assert refused.entry is CLERK_FIXED
    assert changed.open(tools.vault).phone == "13800138000"


async def test_a_typing_error_is_mended_before_the_first_login(tools: Tools) -> None:
    rep, person = await a_registered_rep(), await a_person()
    grant = await offer(tools, rep, an_identity("错名"))

    mended = await edit(tools, rep, grant, Edit(clerk=person.open(tools.vault)))

    assert mended.open(tools.vault).name == person.open(tools.vault).name


async def test_narrowing_a_grant_ends_the_sessions_that_rest_on_it(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    clerk = await a_granted_clerk(rep.unit)
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, rep.unit)
    first, _ = await relation_ids(rep)

    await edit(tools, rep, await Grant.get(id=clerk.grant.id), Edit(scope={first: "employees"}))

    assert (await tools.sessions.touch(desk.secret)).word == "gone"
    assert await scope_of(clerk.grant.id) == {first: "employees"}


async def test_choosing_relations_anew_widens_no_limit_that_was_set_on_one(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    first, second = await relation_ids(rep)
    grant = await offer(tools, rep, relations=[first], items="employees")

    await edit(tools, rep, grant, Edit(scope={first: "", second: ""}))

    assert await scope_of(grant.id) == {first: "employees", second: "*"}


async def test_a_sixth_manager_is_one_too_many(tools: Tools) -> None:
    rep = await a_registered_rep()
    made = [(await a_granted_clerk(rep.unit)).grant for _ in range(6)]
    for grant in made[:5]:
        await edit(tools, rep, grant, Edit(manager=True))

    refused = await refusal_of(edit(tools, rep, made[5], Edit(manager=True)))

    assert refused.entry is INPUT_WRONG
    assert await Grant.exclude(manager_slot=None).count() == 5


async def test_a_paused_clerk_is_out_until_the_grant_goes_on(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, rep.unit)
    grant = await Grant.get(id=clerk.grant.id)

    paused = await suspend(tools, rep, grant)
    out = await tools.sessions.touch(desk.secret)
    going = await resume(tools, rep, paused)

    assert paused.status is GrantStatus.SUSPENDED
    assert paused.suspension is Suspension.WISHED
    assert out.word == "gone"
    assert going.status is GrantStatus.ACTIVE
    assert going.suspension is None


async def test_a_new_legal_rep_finds_every_grant_paused_and_confirms_each(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerks = [await a_granted_clerk(rep.unit) for _ in range(2)]
    over = await a_granted_clerk(rep.unit)
    await Grant.filter(id=over.grant.id).update(status=GrantStatus.REVOKED)
    system = Hand(Actor(), GrantParty.SYSTEM)

    async with changing(tools, NOW) as changes:
        paused = await suspend_all_of_unit(
            changes, system, rep.unit.id, Suspension.LEGAL_REP_CHANGED
        )
    first = await Grant.get(id=clerks[0].grant.id)
    await Grant.filter(id=first.id).update(accepted_at=NOW)
    confirmed = await resume(tools, rep, first)

    assert sorted(paused) == sorted(each.grant.id for each in clerks)
    assert confirmed.status is GrantStatus.ACTIVE
    assert (await Grant.get(id=clerks[1].grant.id)).status is GrantStatus.SUSPENDED


async def test_a_window_gives_a_working_grant_and_tells_both(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    first, second = await relation_ids(rep)
    clerk = an_identity()
    hand = Hand(Actor(role=Role.OFFICER), GrantParty.WINDOW)
    some = grant_offers.Offer(clerk, {first: "*"}, NOW, None)

    async def give(offered: grant_offers.Offer) -> str:
        async with changing(tools, NOW) as changes:
            (grant_id,) = await give_at_window(changes, hand, rep.unit.id, [offered])
        return grant_id

    given, same = await give(some), await give(some)
    more = replace(some, scope={first: "*", second: "*"})
    wider = await give(more)

    assert given == same == wider
    assert (await Grant.get(id=given)).status is GrantStatus.ACTIVE
    assert await scope_of(given) == {first: "*", second: "*"}
    both = [f"grant:{given}", f"unit_legal_rep:{rep.unit.id}"]
    assert [debt.recipients for debt in await debts()] == [both, both]


async def test_time_begins_and_ends_grants_once_however_many_clocks_there_are(
    tools: Tools,
) -> None:
    rep = await a_registered_rep()
    tools = replace(tools, acceptance=False)
    begins = await offer(tools, rep, valid_from=NOW + DAY, valid_to=NOW + 40 * DAY)

    begun = [await begin(tools, NOW + DAY) for _ in range(2)]
    ended = [await expire(tools, NOW + 40 * DAY) for _ in range(2)]

    assert (begun, ended) == ([1, 0], [1, 0])
    assert (await Grant.get(id=begins.id)).status is GrantStatus.EXPIRED


async def test_the_end_of_a_grant_is_told_thirty_seven_and_one_days_before(tools: Tools) -> None:
    rep = await a_registered_rep()
    end = NOW + 60 * DAY
    await offer(replace(tools, acceptance=False), rep, valid_to=end)

    told = {days: await remind(end - timedelta(days=days)) for days in (31, 30, 29, 7, 3, 1)}
    again = await remind(end - timedelta(days=1))

    assert (told, again) == ({31: 0, 30: 1, 29: 0, 7: 1, 3: 0, 1: 1}, 0)


async def test_after_a_pause_only_the_latest_reminder_is_told(tools: Tools) -> None:
    rep = await a_registered_rep()
    end = NOW + 60 * DAY
    await offer(replace(tools, acceptance=False), rep, valid_to=end)

    assert await remind(end - timedelta(days=1)) == 1
    assert [debt.topic for debt in await debts()].count("grant.expiring") == 1


async def test_only_the_units_own_hand_reaches_a_grant(tools: Tools) -> None:
    rep, other = await a_registered_rep(), await a_registered_rep()
    grant = await offer(tools, rep)

    refused = await refusal_of(edit(tools, other, grant, Edit(manager=True)))

    assert refused.status == 404
