"""Five failures in 15 minutes lock for 30: counted, told, ended by time, scan or officer."""

import asyncio
from datetime import datetime, timedelta

import pytest

from handlers import exchanges, locks
from handlers.tools import Tools
from models.account import Account, AccountLock, AccountStatus
from models.actor import Actor
from models.errors.entry import Refusal
from models.errors.login import ACCOUNT_LOCKED, CREDENTIALS_WRONG, TRIES_LEFT
from models.errors.system import NOT_FOUND
from models.outbox import OutboxEvent, Topic
from models.store.session import Stage
from models.vocabulary import Role
from server.hashing import Hashing
from tests.build import DESK_IP, NOW, a_granted_clerk, an_approved_challenge, tools_for
from tests.handlers.accounts import ACTOR, OTHER_PASSWORD, PHONE, Held, a_held_account, come_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def generous(tools: Tools) -> Tools:
    """No limit by address or browser, so that only the lock is left."""
    return tools_for(tools.limiter.store, password_tries="1000000")


async def fail(
    tools: Tools, hasher: Hashing, name: str, now: datetime = NOW, times: int = 1
) -> list[Refusal]:
    found = []
    for _ in range(times):
        with pytest.raises(Refusal) as refused:
            await come_in(tools, hasher, name, OTHER_PASSWORD, now=now)
        found.append(refused.value)
    return found


async def topics() -> list[str]:
    events = await OutboxEvent.filter(topic__not=Topic.LOGIN_NEW_BROWSER).order_by("id")
    return [event.topic.value for event in events]


async def test_the_third_failure_says_how_many_tries_are_left_and_the_fifth_locks(
    generous: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)

    told = await fail(generous, hasher, held.unit.uscc, times=6)

    assert [each.entry for each in told] == [
        CREDENTIALS_WRONG,
        CREDENTIALS_WRONG,
        TRIES_LEFT,
        TRIES_LEFT,
        ACCOUNT_LOCKED,
        ACCOUNT_LOCKED,
    ]
    assert [each.title for each in told[2:4]] == [
        "还可尝试2次,之后账号将被锁定!",
        "还可尝试1次,之后账号将被锁定!",
    ]
    assert told[4].title == "密码错误次数过多,账号已锁定!"
    assert "30分钟" in told[4].solutions[1]
    assert told[4].retry_after_s == 1800
    assert await topics() == ["account.locked"]


async def test_p12_the_locked_one_cannot_come_in_even_with_the_right_password(
    generous: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    await fail(generous, hasher, held.unit.uscc, times=5)

    for name in (held.unit.uscc, PHONE):
        with pytest.raises(Refusal) as refused:
            await come_in(generous, hasher, name, now=NOW + 29 * MINUTE)
        assert refused.value.entry is ACCOUNT_LOCKED

    entered = await come_in(generous, hasher, PHONE, now=NOW + 30 * MINUTE)
    assert entered.opened.stage is Stage.UNIT


async def test_failures_far_apart_never_lock_and_the_window_slides(
    generous: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    for minute in range(0, 200, 4):
        (told,) = await fail(generous, hasher, held.unit.uscc, NOW + minute * MINUTE)
        assert told.entry is not ACCOUNT_LOCKED

    # One at minute 0 and four at minute 14 are five within 15 minutes, whatever window began when.
    start = NOW + timedelta(days=1)
    await fail(generous, hasher, held.unit.uscc, start)
    (*_, last) = await fail(generous, hasher, held.unit.uscc, start + 14 * MINUTE, times=4)
    assert last.entry is ACCOUNT_LOCKED


async def test_coming_in_forgets_the_failures_before(generous: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    await fail(generous, hasher, held.unit.uscc, times=4)
    await come_in(generous, hasher, held.unit.uscc)

    (told,) = await fail(generous, hasher, held.unit.uscc)

    assert told.entry is CREDENTIALS_WRONG


async def test_a_phone_without_an_account_is_answered_exactly_like_one_with(
    generous: Tools, hasher: Hashing
) -> None:
    await a_held_account(hasher)

    known = await fail(generous, hasher, PHONE, times=7)
    unknown = await fail(generous, hasher, "13700002399", times=7)

    def told(refusals: list[Refusal]) -> list[tuple[object, ...]]:
        return [(r.status, r.title, r.solutions, r.retry_after_s, r.extra) for r in refusals]

    assert told(known) == told(unknown)


async def test_a_lock_never_keeps_the_legal_rep_from_scanning_which_ends_it(
    generous: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    await fail(generous, hasher, held.unit.uscc, times=5)
    shown = await an_approved_challenge(generous, held.person, Role.LEGAL_REP, held.unit)

    await exchanges.exchange(generous, Actor(ip=DESK_IP), shown.cid, shown.bind, None, now=NOW)

    assert (await come_in(generous, hasher, held.unit.uscc)).opened.stage is Stage.UNIT
    assert await topics() == ["account.locked", "account.unlocked"]


async def test_a_scan_as_clerk_leaves_the_lock_alone(generous: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    clerk = await a_granted_clerk(person=held.person)
    await fail(generous, hasher, held.unit.uscc, times=5)
    shown = await an_approved_challenge(generous, held.person, Role.CLERK, clerk.unit)

    await exchanges.exchange(generous, Actor(ip=DESK_IP), shown.cid, shown.bind, None, now=NOW)

    assert await AccountLock.exists(id=held.account.id)


async def test_an_officer_unlocks_and_the_holder_is_told_once(
    generous: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    await fail(generous, hasher, held.unit.uscc, times=5)

    await locks.unlock(generous, ACTOR, held.account.id, now=NOW)
    await locks.unlock(generous, ACTOR, held.account.id, now=NOW)

    assert (await come_in(generous, hasher, held.unit.uscc)).opened.stage is Stage.UNIT
    assert await topics() == ["account.locked", "account.unlocked"]
    with pytest.raises(Refusal) as refused:
        await locks.unlock(generous, ACTOR, "01ja000000000000000000000a", now=NOW)
    assert refused.value.entry is NOT_FOUND


async def test_the_clock_tells_of_a_lock_that_has_run_out_once(
    generous: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    await fail(generous, hasher, held.unit.uscc, times=5)
    await fail(generous, hasher, "13700002399", times=5)

    early = await locks.unlock_by_time(generous, now=NOW + 29 * MINUTE)
    both = await asyncio.gather(
        *(locks.unlock_by_time(generous, now=NOW + 31 * MINUTE) for _ in range(2))
    )

    assert (early, sorted(both)) == (0, [0, 1])
    assert await topics() == ["account.locked", "account.unlocked"]
    assert not await AccountLock.exists()


async def test_a_hundred_wrong_passwords_at_once_lock_once_and_let_nobody_in(
    generous: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)

    answers = await asyncio.gather(
        *(come_in(generous, hasher, held.unit.uscc, f"{OTHER_PASSWORD}{n}") for n in range(100)),
        return_exceptions=True,
    )

    entries = [each.entry for each in answers if isinstance(each, Refusal)]
    assert len(entries) == 100
    assert entries.count(ACCOUNT_LOCKED) == 96
    assert await topics() == ["account.locked"]


async def test_a_sleeping_account_is_woken_by_a_scan_and_not_by_its_password(
    generous: Tools, hasher: Hashing
) -> None:
    held: Held = await a_held_account(hasher)
    await Account.filter(id=held.account.id).update(status=AccountStatus.DORMANT)
    with pytest.raises(Refusal):
        await come_in(generous, hasher, held.unit.uscc)
    shown = await an_approved_challenge(generous, held.person, Role.LEGAL_REP, held.unit)

    await exchanges.exchange(generous, Actor(ip=DESK_IP), shown.cid, shown.bind, None, now=NOW)

    assert (await come_in(generous, hasher, held.unit.uscc)).opened.stage is Stage.UNIT
