"""A clerk asks, the legal representative answers, the waiting desk goes on (domain §7.2)."""

from datetime import datetime, timedelta

import pytest

from handlers import approvals, grant_answers, grant_requests
from handlers.grant_changes import scope_of
from handlers.grant_clock import lapse, remind
from handlers.grant_managers import Ceiling
from handlers.grant_requests import Asked
from handlers.step_up import require_fresh_identity
from handlers.tools import Tools
from models.actor import Actor
from models.errors.filing import STATE_CHANGED
from models.errors.grant import (
    ALREADY_GRANTED,
    GRANT_REQUEST_LAPSED,
    GRANT_REQUEST_OPEN,
    GRANT_TOO_WIDE,
    STEP_UP_NEEDED,
)
from models.errors.login import TOO_OFTEN
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.errors.unit import UNIT_UNKNOWN
from models.grant import Grant
from models.person import Person, PlatformAccount
from models.unit import Relation, Unit
from models.vocabulary import ChallengeStatus, GrantStatus, Role
from tests.build import a_challenge, a_desk_session, a_phone_session
from tests.handlers.grant_desk import approve, offer, relation_ids, rep_hand
from tests.handlers.moves import scan
from tests.handlers.traces import challenge_now, debts, refusal_of
from tests.registered import DAY, NOW, Rep, a_person, a_registered_rep, a_unit


async def ask(
    tools: Tools,
    person: Person,
    unit: Unit,
    *,
    relations: list[str] | None = None,
    now: datetime = NOW,
) -> Grant:
    """Ask a unit for a grant."""
    asked = Asked(unit.uscc, relations or [], "新接手社保")
    return await grant_requests.ask(tools, person, Actor(person_id=person.id), asked, now=now)


async def deny(tools: Tools, rep: Rep, grant: Grant, *, mute: bool = False) -> None:
    """Turn a request down."""
    await grant_answers.deny(
        tools,
        rep_hand(rep),
        rep.unit.id,
        grant.id,
        reason="不认识",
        mute=mute,
        revision=grant.revision,
        now=NOW,
    )


async def test_a_request_is_owed_to_the_legal_rep_and_let_in_by_nobody_else(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(), await a_person()

    grant = await ask(tools, clerk, rep.unit)

    (debt,) = await debts()
    assert (grant.status, grant.answer_by) == (GrantStatus.REQUESTED, NOW + 21 * DAY)
    assert (debt.topic, debt.recipients) == (
        "grant.requested",
        [f"unit_legal_rep:{rep.unit.id}"],
    )


async def test_a_failed_scan_waits_for_the_answer_and_the_same_desk_goes_on(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(), await a_person()
    phone, shown = await a_phone_session(tools, clerk), await a_challenge(tools, Role.CLERK)
    failed = await refusal_of(scan(tools, phone, shown))
    nonce = str(failed.extra["nonce"])

    asked = Asked(rep.unit.uscc, [], "")
    actor = Actor(person_id=clerk.id)
    grant = await grant_requests.ask_from_scan(
        tools, clerk, actor, shown.cid, nonce, asked, now=NOW
    )
    waiting = (await challenge_now(tools, shown)).status
    await approve(tools, rep, grant)
    going = (await challenge_now(tools, shown)).status
    await approvals.approve(
        tools, phone.session, actor, shown.cid, nonce=nonce, role=Role.CLERK, unit_id=None, now=NOW
    )

    assert (waiting, going) == (ChallengeStatus.GRANT_WAIT, ChallengeStatus.SCANNED)
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.APPROVED


async def test_an_approval_can_be_narrower_than_the_request_but_never_wider(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(await a_unit(relations=2)), await a_person()
    first, second = await relation_ids(rep)
    grant = await ask(tools, clerk, rep.unit, relations=[first])

    wider = await refusal_of(approve(tools, rep, grant, relations=[first, second]))
    live = await approve(tools, rep, grant, relations=[first], valid_to=NOW + DAY)

    assert wider.entry is GRANT_TOO_WIDE
    assert (live.status, live.valid_to) == (GrantStatus.ACTIVE, NOW + DAY)
    assert await scope_of(live.id) == {first: "*"}


async def test_a_manager_gives_no_more_than_their_own(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(await a_unit(relations=2)), await a_person()
    first, _ = await relation_ids(rep)
    grant = await ask(tools, clerk, rep.unit)

    refused = await refusal_of(
        grant_answers.approve(
            tools,
            rep_hand(rep),
            rep.unit.id,
            grant.id,
            grant_answers.Narrowed(),
            revision=1,
            now=NOW,
            limit=Ceiling({first: "*"}, None),
        )
    )

    assert refused.entry is GRANT_TOO_WIDE


async def test_a_request_of_somebody_who_has_a_grant_is_merged_into_it(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(await a_unit(relations=2)), await a_person()
    first, second = await relation_ids(rep)
    held = await offer(tools, rep, clerk.open(tools.vault), relations=[first])
    grant = await ask(tools, clerk, rep.unit, relations=[second])

    live = await approve(tools, rep, grant)

    merged = await Grant.get(id=grant.id)
    assert (live.id, live.status) == (held.id, GrantStatus.ACTIVE)
    assert await scope_of(held.id) == {first: "*", second: "*"}
    assert (merged.status, merged.merged_into) == (GrantStatus.CANCELLED, held.id)


async def test_what_one_has_cannot_be_asked_for(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(), await a_person()
    await approve(tools, rep, await ask(tools, clerk, rep.unit))

    refused = await refusal_of(ask(tools, clerk, rep.unit))

    assert refused.entry is ALREADY_GRANTED


async def test_one_open_request_a_unit_and_three_a_day(tools: Tools) -> None:
    clerk = await a_person()
    units = [(await a_registered_rep()).unit for _ in range(4)]
    await ask(tools, clerk, units[0])

    second = await refusal_of(ask(tools, clerk, units[0]))
    await ask(tools, clerk, units[1])
    await ask(tools, clerk, units[2])
    fourth = await refusal_of(ask(tools, clerk, units[3]))
    tomorrow = await ask(tools, clerk, units[3], now=NOW + DAY + timedelta(seconds=1))

    assert (second.entry, fourth.entry) == (GRANT_REQUEST_OPEN, TOO_OFTEN)
    assert fourth.retry_after_s == DAY.total_seconds()
    assert tomorrow.status is GrantStatus.REQUESTED


async def test_a_muted_clerk_asks_and_nobody_is_pushed(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(), await a_person()
    await deny(tools, rep, await ask(tools, clerk, rep.unit), mute=True)
    before = len(await debts())

    again = await ask(tools, clerk, rep.unit)

    assert again.muted
    assert len(await debts()) == before


async def test_a_denied_request_lets_nobody_in_and_says_why(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(), await a_person()
    grant = await ask(tools, clerk, rep.unit)

    await deny(tools, rep, grant)

    row = await Grant.get(id=grant.id)
    late = await refusal_of(approve(tools, rep, row))
    assert (row.status, row.reason) == (GrantStatus.DENIED, "不认识")
    assert late.entry is STATE_CHANGED


async def test_after_three_weeks_a_request_has_lapsed(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(), await a_person()
    grant = await ask(tools, clerk, rep.unit)
    end = NOW + 21 * DAY

    reminded = [await remind(end - 3 * DAY), await remind(end - DAY)]
    late = await refusal_of(approve(tools, rep, grant, now=end))
    lapsed = [await lapse(tools, end), await lapse(tools, end)]

    assert (reminded, lapsed) == ([1, 0], [1, 0])
    assert late.entry is GRANT_REQUEST_LAPSED
    assert (await Grant.get(id=grant.id)).status is GrantStatus.LAPSED


async def test_one_takes_back_ones_own_request_and_nobody_elses(tools: Tools) -> None:
    rep, clerk, other = await a_registered_rep(), await a_person(), await a_person()
    grant = await ask(tools, clerk, rep.unit)

    foreign = await refusal_of(grant_requests.withdraw(tools, other.id, Actor(), grant.id, now=NOW))
    await grant_requests.withdraw(tools, clerk.id, Actor(), grant.id, now=NOW)
    (own,) = await grant_requests.own_requests(clerk.id, before="", limit=20)

    assert foreign.entry is NOT_FOUND
    assert (own.grant.status, own.unit_name) == (GrantStatus.CANCELLED, rep.unit.name)


async def test_a_relation_that_left_the_unit_meanwhile_is_not_granted(tools: Tools) -> None:
    rep, clerk = await a_registered_rep(await a_unit(relations=2)), await a_person()
    first, second = await relation_ids(rep)
    grant = await ask(tools, clerk, rep.unit)
    await Relation.filter(id=second).delete()

    live = await approve(tools, rep, grant)

    assert await scope_of(live.id) == {first: "*"}


@pytest.mark.parametrize("relations", [["01ja000000000000000000000a"]])
async def test_only_a_known_units_own_relations_can_be_asked_for(
    tools: Tools, relations: list[str]
) -> None:
    clerk, rep = await a_person(), await a_registered_rep()
    unknown = Unit(uscc="91239900RLXDJ01N3N")

    nowhere = await refusal_of(ask(tools, clerk, unknown))
    foreign = await refusal_of(ask(tools, clerk, rep.unit, relations=relations))

    assert (nowhere.entry, foreign.entry) == (UNIT_UNKNOWN, INPUT_WRONG)


async def test_approving_needs_an_identity_that_was_just_confirmed(tools: Tools) -> None:
    rep = await a_registered_rep()
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    phone = await a_phone_session(tools, rep.person)

    await require_fresh_identity(desk.session, NOW + timedelta(minutes=4))
    late = await refusal_of(require_fresh_identity(desk.session, NOW + timedelta(minutes=6)))
    await PlatformAccount.filter(id=phone.session.account_id).update(bound_at=NOW - DAY)
    old = await refusal_of(require_fresh_identity(phone.session, NOW))
    await PlatformAccount.filter(id=phone.session.account_id).update(bound_at=NOW)
    await require_fresh_identity(phone.session, NOW)

    assert (late.entry, old.entry) == (STEP_UP_NEEDED, STEP_UP_NEEDED)
