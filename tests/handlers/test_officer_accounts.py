"""The account at the window: unlocked, invited to a password, stopped by one, let in by two."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from handlers import account_stops, locks, officer_accounts, resets
from handlers.officer_accounts import AccountAtWindow
from handlers.people import require_active
from handlers.tools import Tools
from models.account import AccountState
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.account import PHONE_MISSING
from models.errors.filing import STATE_CHANGED
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.officer import NO_ACCOUNT, SECOND_OFFICER_NEEDED
from models.errors.system import NOT_FOUND
from models.person import Person
from models.unit import LegalRep
from models.vocabulary import Duty, PersonStatus, Role
from server.hashing import Hashing
from tests.build import DAY, NOW, a_desk_session, a_registered_rep, a_unit, vault
from tests.handlers.accounts import PASSWORD, PHONE, a_held_account, come_in
from tests.handlers.traces import audited, chains_hold, debts, refusal_of
from tests.officers import an_officer

WHY = "本人持身份证到窗口"


async def an_actor_with(duty: Duty = Duty.SUPERVISOR, agency: str = "239900000001") -> Actor:
    """An officer of an agency, as a handler sees one."""
    officer = await an_officer(duty, agency=agency)
    return Actor(person_id=officer.id, post=officer.post)


async def looked(tools: Tools, unit_id: str, actor: Actor | None = None) -> AccountAtWindow:
    return await officer_accounts.look(
        tools, actor or await an_actor_with(Duty.WINDOW), unit_id, now=NOW
    )


async def fail(subject: str, times: int) -> None:
    for _ in range(times):
        async with tx():
            await locks.count_failure(subject, NOW)


async def test_the_window_sees_how_an_account_stands(tools: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    old = await a_held_account(hasher, phone=None, changed_at=NOW - 90 * DAY)
    nobody, rep = await a_unit(), await a_registered_rep()

    states = [(await looked(tools, unit.id)).state for unit in (held.unit, old.unit, nobody)]
    states.append((await looked(tools, rep.unit.id)).state)
    await fail(held.account.id, 5)
    locked = await looked(tools, held.unit.id)

    assert states == [
        AccountState.ACTIVE,
        AccountState.MUST_CHANGE,
        AccountState.NONE,
        AccountState.NONE,
    ]
    assert (locked.state, locked.locked_until) == (AccountState.LOCKED, NOW + locks.LASTS)


async def test_the_window_unlocks_with_a_reason_and_the_holder_is_told(
    tools: Tools, hasher: Hashing
) -> None:
    held, window = await a_held_account(hasher), await an_actor_with(Duty.WINDOW)
    await fail(held.account.id, 5)

    await officer_accounts.unlock(tools, window, held.unit.id, WHY, now=NOW)

    assert (await come_in(tools, hasher, held.unit.uscc)).opened.secret
    [entry] = await audited(Action.ACCOUNT_UNLOCK)
    assert entry["detail"] == {"by": "officer", "reason": WHY}
    assert "account.unlocked" in [debt.topic for debt in await debts()]


async def test_a_unit_without_a_password_has_nothing_to_unlock(tools: Tools) -> None:
    rep, window = await a_registered_rep(), await an_actor_with(Duty.WINDOW)

    refusal = await refusal_of(officer_accounts.unlock(tools, window, rep.unit.id, WHY, now=NOW))

    assert refusal.entry is NO_ACCOUNT


async def test_a_link_for_a_password_goes_to_the_registered_phone_and_opens_the_account(
    tools: Tools, hasher: Hashing
) -> None:
    rep, window = await a_registered_rep(), await an_actor_with(Duty.WINDOW)
    assert (
        await refusal_of(officer_accounts.invite(tools, window, rep.unit.id, now=NOW))
    ).entry is PHONE_MISSING
    sealed = vault().seal(PHONE, aad=f"legal_reps.phone.{rep.legal_rep.id}")
    await LegalRep.filter(id=rep.legal_rep.id).update(phone_sealed=sealed)

    letter = await officer_accounts.invite(tools, window, rep.unit.id, now=NOW)
    token = letter.text.rpartition("#")[2]
    await resets.reset_by_link(tools, hasher, Actor(), token=token, password=PASSWORD, now=NOW)

    assert (letter.way, letter.address) == ("phone", PHONE)
    assert (await come_in(tools, hasher, rep.unit.uscc)).opened.secret
    assert [each["actor"] for each in await audited(Action.PASSWORD_INVITE)] == [window.person_id]


async def test_links_of_one_unit_are_counted(tools: Tools) -> None:
    rep, window = await a_registered_rep(), await an_actor_with(Duty.WINDOW)
    await tools.limiter.spend(officer_accounts.LINKS, rep.unit.id, cost=5)

    refusal = await refusal_of(officer_accounts.invite(tools, window, rep.unit.id, now=NOW))

    assert refusal.entry is TOO_OFTEN


async def test_a_stopped_person_comes_in_neither_by_password_nor_by_qr(
    tools: Tools, hasher: Hashing
) -> None:
    held, supervisor = await a_held_account(hasher), await an_actor_with()
    desk = await a_desk_session(tools, held.person, Role.LEGAL_REP, held.unit)

    await account_stops.stop(tools, supervisor, held.unit.id, "涉嫌冒用", now=NOW)

    person = await Person.get(id=held.person.id)
    with pytest.raises(Exception, match="SB-2013"):
        require_active(person)
    refusal = await refusal_of(come_in(tools, hasher, held.unit.uscc))
    assert refusal.entry is ACCOUNT_DISABLED
    assert (await tools.sessions.touch(desk.secret)).session is None
    assert (await looked(tools, held.unit.id)).state is AccountState.STOPPED
    [entry] = await audited(Action.ACCOUNT_STOP)
    assert entry["detail"]["reason"] == "涉嫌冒用"
    told = [(debt.topic, debt.recipients, debt.facts) for debt in await debts()]
    assert told == [("account.stopped", [f"unit_legal_rep:{held.unit.id}"], {})]
    assert await chains_hold(tools)


async def test_a_legal_rep_who_never_came_in_can_be_stopped_too(tools: Tools) -> None:
    rep, supervisor = await a_registered_rep(), await an_actor_with()
    await Person.filter(id=rep.person.id).delete()

    await account_stops.stop(tools, supervisor, rep.unit.id, "涉嫌冒用", now=NOW)

    assert [person.status for person in await Person.all()] == [PersonStatus.DISABLED]


async def test_a_stop_is_lifted_when_two_officers_have_agreed_and_not_before(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    first, second = await an_actor_with(), await an_actor_with()
    await account_stops.stop(tools, first, held.unit.id, "涉嫌冒用", now=NOW)

    await account_stops.lift(tools, first, held.unit.id, WHY, now=NOW)
    assert (await looked(tools, held.unit.id, first)).agreed
    assert not (await looked(tools, held.unit.id, second)).agreed
    again = await refusal_of(account_stops.lift(tools, first, held.unit.id, WHY, now=NOW))
    still = await refusal_of(come_in(tools, hasher, held.unit.uscc))
    await account_stops.lift(tools, second, held.unit.id, WHY, now=NOW)

    assert (again.entry, still.entry) == (SECOND_OFFICER_NEEDED, ACCOUNT_DISABLED)
    assert (await come_in(tools, hasher, held.unit.uscc)).opened.secret
    agreed, lifted = await audited(Action.ACCOUNT_LIFT_AGREED), await audited(Action.ACCOUNT_LIFT)
    assert [each["actor"] for each in (*agreed, *lifted)] == [first.person_id, second.person_id]
    assert "account.lifted" in [debt.topic for debt in await debts()]


async def test_of_two_stops_and_of_two_agreements_at_once_one_counts(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    officers = [await an_actor_with() for _ in range(3)]

    async def at_once(act: Callable[..., Awaitable[None]]) -> list[object]:
        told = await asyncio.gather(
            *(act(tools, each, held.unit.id, WHY, now=NOW) for each in officers),
            return_exceptions=True,
        )
        return [getattr(each, "entry", each) for each in told]

    stopped = await at_once(account_stops.stop)
    await at_once(account_stops.lift)

    assert sorted(map(str, stopped)) == sorted(map(str, [None, STATE_CHANGED, STATE_CHANGED]))
    agreed, lifted = await audited(Action.ACCOUNT_LIFT_AGREED), await audited(Action.ACCOUNT_LIFT)
    assert len(agreed) == 1
    assert len(lifted) <= 1
    assert {each["actor"] for each in agreed}.isdisjoint(each["actor"] for each in lifted)


async def test_nothing_of_a_unit_out_of_scope_can_be_seen_or_done(
    tools: Tools, hasher: Hashing
) -> None:
    held, elsewhere = await a_held_account(hasher), await an_actor_with(agency="239900000002")

    for tried in (
        officer_accounts.look(tools, elsewhere, held.unit.id, now=NOW),
        officer_accounts.unlock(tools, elsewhere, held.unit.id, WHY, now=NOW),
        officer_accounts.invite(tools, elsewhere, held.unit.id, now=NOW),
        account_stops.stop(tools, elsewhere, held.unit.id, WHY, now=NOW),
        account_stops.lift(tools, elsewhere, held.unit.id, WHY, now=NOW),
    ):
        assert (await refusal_of(tried)).entry is NOT_FOUND


async def test_what_is_not_stopped_cannot_be_lifted(tools: Tools, hasher: Hashing) -> None:
    held, supervisor = await a_held_account(hasher), await an_actor_with()

    refusal = await refusal_of(account_stops.lift(tools, supervisor, held.unit.id, WHY, now=NOW))

    assert refusal.entry is STATE_CHANGED
    assert (
        await refusal_of(account_stops.stop(tools, supervisor, (await a_unit()).id, WHY, now=NOW))
    ).entry is NO_ACCOUNT
