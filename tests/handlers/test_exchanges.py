"""Redeeming an approval for the desk's session."""

import asyncio
from dataclasses import replace

import pytest

from handlers import entries, exchanges
from handlers.entries import Entered
from handlers.tools import Tools
from models.actor import Actor
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANT_EXPIRED, GRANT_REVOKED
from models.errors.login import ACCOUNT_DISABLED
from models.errors.phone import CHALLENGE_UNKNOWN
from models.errors.scan import CLERK_UNKNOWN, LOGIN_DENIED, QR_EXPIRED, QR_TAKEN
from models.errors.system import REPEATED
from models.grant import Grant
from models.idempotency import Once
from models.person import KnownBrowser, Person
from models.store.session import Kind, Stage
from models.vocabulary import GrantStatus, PersonStatus, Role
from tests.build import (
    DESK,
    NOW,
    NOW_MS,
    Shown,
    a_challenge,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    an_approved_challenge,
    at,
)
from tests.handlers.traces import audited, chains_hold, challenge_now, refusal_of

ONCE = Once("browser", "key-1", "f" * 64)


async def exchange(tools: Tools, shown: Shown, once: Once | None = None) -> Entered:
    """Redeem a challenge for its own browser."""
    actor = Actor(ip=DESK.ip, browser="tests")
    return await exchanges.exchange(tools, actor, shown.cid, shown.bind, once, now=NOW)


async def a_clerks_approval(tools: Tools) -> tuple[Shown, Grant, Person]:
    """A challenge that a clerk has approved for their unit."""
    clerk = await a_granted_clerk()
    shown = await an_approved_challenge(tools, clerk.person, Role.CLERK, clerk.unit)
    return shown, clerk.grant, clerk.person


async def test_the_desk_enters_the_unit_that_was_approved(tools: Tools) -> None:
    rep = await a_registered_rep()
    shown = await an_approved_challenge(tools, rep.person, Role.LEGAL_REP, rep.unit)

    entered = await exchange(tools, shown)

    session = (await tools.sessions.touch(entered.opened.secret)).session
    assert session is not None
    assert (session.kind, session.stage, session.role) == (Kind.DESK, Stage.UNIT, Role.LEGAL_REP)
    assert (session.unit_id, session.mandate) == (rep.unit.id, f"l:{rep.legal_rep.id}")
    assert (session.person_id, session.epoch, session.place.ip) == (rep.person.id, 1, DESK.ip)
    assert session.ends_at_ms - NOW_MS == entries.DESK_SPAN.absolute_ms
    assert entered.mandates == ()


async def test_a_login_is_audited_and_remembered(tools: Tools) -> None:
    shown, grant, person = await a_clerks_approval(tools)

    entered = await exchange(tools, shown)

    (entry,) = await audited(Action.LOGIN)
    held, seen = await Grant.get(id=grant.id), await Person.get(id=person.id)
    assert (entry["subject"], entry["actor"], entry["unit"]) == (
        shown.cid,
        person.id,
        grant.unit_id,
    )
    assert (entry["session"], entry["role"]) == (entered.opened.session_id, "clerk")
    assert (held.person_id, held.last_used_at, seen.last_login_at) == (person.id, NOW, NOW)
    assert await chains_hold(tools)


async def test_the_page_shows_masked_numbers_only(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)

    entered = await exchange(tools, shown)

    session = (await tools.sessions.touch(entered.opened.secret)).session
    assert session is not None
    view = entries.view_of(tools, session)
    identity = person.open(tools.vault)
    assert view.name == identity.name
    assert view.id_no_masked.count("*") == 12
    assert (view.unit_name, view.uscc_masked.count("*")) == ("测试公司", 8)
    assert identity.name.encode().hex() not in session.view


async def test_with_several_units_the_desk_has_five_minutes_to_choose(tools: Tools) -> None:
    person = await a_person()
    units = {(await a_granted_clerk(person=person)).unit.id for _ in range(3)}
    shown = await an_approved_challenge(tools, person, Role.CLERK)

    entered = await exchange(tools, shown)

    session = (await tools.sessions.touch(entered.opened.secret)).session
    assert session is not None
    assert (session.stage, session.unit_id, session.mandate) == (Stage.IDENTITY, "", "")
    assert session.idle_ms == 5 * 60 * 1000
    assert {mandate.unit.id for mandate in entered.mandates} == units


async def test_an_approval_is_redeemed_once(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)
    await exchange(tools, shown)

    assert (await refusal_of(exchange(tools, shown))).entry is QR_TAKEN
    assert len(await tools.sessions.of_person(person.id)) == 1


async def test_of_many_exchanges_at_once_one_opens_a_session(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)

    answers = await asyncio.gather(
        *(exchange(tools, shown) for _ in range(5)), return_exceptions=True
    )

    lost = [answer.entry for answer in answers if isinstance(answer, Refusal)]
    assert lost == [QR_TAKEN] * 4
    assert len(await tools.sessions.of_person(person.id)) == 1
    assert len(await audited(Action.LOGIN)) == 1


async def test_a_request_sent_again_gets_the_first_answer(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)

    first, second = await exchange(tools, shown, ONCE), await exchange(tools, shown, ONCE)

    assert first == second
    assert len(await tools.sessions.of_person(person.id)) == 1
    assert len(await audited(Action.LOGIN)) == 1


async def test_a_request_sent_twice_at_once_opens_one_session(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)

    answers = await asyncio.gather(exchange(tools, shown, ONCE), exchange(tools, shown, ONCE))

    assert answers[0] == answers[1]
    assert len(await tools.sessions.of_person(person.id)) == 1


async def test_the_choice_is_answered_again_too(tools: Tools) -> None:
    person = await a_person()
    for _ in range(2):
        await a_granted_clerk(person=person)
    shown = await an_approved_challenge(tools, person, Role.CLERK)

    first, second = await exchange(tools, shown, ONCE), await exchange(tools, shown, ONCE)

    assert first.opened == second.opened
    assert [m.unit.id for m in first.mandates] == [m.unit.id for m in second.mandates]


async def test_a_key_used_for_another_request_is_refused(tools: Tools) -> None:
    shown, _, _ = await a_clerks_approval(tools)
    await exchange(tools, shown, ONCE)

    refused = await refusal_of(exchange(tools, shown, replace(ONCE, fingerprint="0" * 64)))

    assert refused.entry is REPEATED


async def test_a_key_is_free_again_after_a_refusal(tools: Tools) -> None:
    pending = await a_challenge(tools)
    await refusal_of(exchange(tools, pending, ONCE))
    shown, _, _ = await a_clerks_approval(tools)

    assert (await exchange(tools, shown, ONCE)).opened.secret


async def test_another_browser_cannot_redeem(tools: Tools) -> None:
    shown, _, _ = await a_clerks_approval(tools)

    refused = await refusal_of(exchange(tools, Shown(shown.challenge, "x" * 32)))

    assert refused.entry is CHALLENGE_UNKNOWN
    assert (await exchange(tools, shown)).opened.stage is Stage.UNIT


async def test_nothing_is_redeemed_before_the_approval(tools: Tools) -> None:
    assert (await refusal_of(exchange(tools, await a_challenge(tools)))).entry is STATE_CHANGED


async def test_an_approval_lapses_after_thirty_seconds(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)
    at(tools, 30_000)

    assert (await refusal_of(exchange(tools, shown))).entry is QR_EXPIRED
    assert await tools.sessions.of_person(person.id) == []


async def test_a_denied_login_cannot_be_redeemed(tools: Tools) -> None:
    shown, _, _ = await a_clerks_approval(tools)
    await tools.challenges.refuse(shown.cid, "risk", "SB-2114")

    assert (await refusal_of(exchange(tools, shown))).entry is LOGIN_DENIED


async def test_a_person_disabled_after_approving_gets_no_session(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)
    await Person.filter(id=person.id).update(status=PersonStatus.DISABLED)

    assert (await refusal_of(exchange(tools, shown))).entry is ACCOUNT_DISABLED
    (entry,) = await audited(Action.LOGIN_REFUSED)
    assert await tools.sessions.of_person(person.id) == []
    assert await audited(Action.LOGIN) == []
    assert (entry["actor"], entry["role"], entry["subject"], entry["result"]) == (
        person.id,
        "clerk",
        shown.cid,
        ACCOUNT_DISABLED.code,
    )
    assert await chains_hold(tools)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": GrantStatus.REVOKED, "revision": 2}, CLERK_UNKNOWN.code),
        ({"valid_to": NOW}, GRANT_EXPIRED.code),
        ({"revision": 2}, GRANT_REVOKED.code),
    ],
    ids=["revoked", "expired", "changed"],
)
async def test_a_grant_lost_after_the_approval_opens_nothing(
    tools: Tools, change: dict[str, object], code: str
) -> None:
    shown, grant, person = await a_clerks_approval(tools)
    await Grant.filter(id=grant.id).update(**change)

    assert (await refusal_of(exchange(tools, shown))).entry.code == code
    assert await tools.sessions.of_person(person.id) == []
    assert await KnownBrowser.all().count() == 0
    assert (await challenge_now(tools, shown)).status.value == "exchanged"
    (entry,) = await audited(Action.LOGIN_REFUSED)
    assert (entry["actor"], entry["result"]) == (person.id, code)


async def test_whoever_has_no_approval_leaves_no_trace_by_asking(tools: Tools) -> None:
    shown, _, _ = await a_clerks_approval(tools)
    before = len(await audited())

    await refusal_of(exchange(tools, Shown(shown.challenge, "x" * 32)))
    await refusal_of(exchange(tools, await a_challenge(tools)))

    assert len(await audited()) == before


async def test_a_revoked_grant_is_no_reason_to_offer_another_unit_unasked(tools: Tools) -> None:
    shown, grant, person = await a_clerks_approval(tools)
    await a_granted_clerk(person=person)
    await Grant.filter(id=grant.id).update(status=GrantStatus.REVOKED, revision=2)

    assert (await refusal_of(exchange(tools, shown))).entry is GRANT_REVOKED
