"""The session script: how many devices a person has, and how they are ended together."""

import asyncio

import pytest

from models.store.client import Store
from models.store.session import Kind, Sessions, Span
from tests.state.sessions import MINUTE_MS, SPAN, START_MS, a_session, fresh


@pytest.fixture
def sessions(lines: list[Store]) -> Sessions:
    return Sessions(lines[0], now_ms=START_MS)


async def test_the_device_longest_unseen_is_pushed_out_and_told_so(sessions: Sessions) -> None:
    person = fresh("person")
    secrets_ = [fresh("secret") for _ in range(4)]
    for n, secret in enumerate(secrets_[:3]):
        sessions.now_ms = START_MS + n
        await sessions.open(secret, a_session(person), SPAN)
    sessions.now_ms = START_MS + 2 * MINUTE_MS
    await sessions.touch(secrets_[0])

    await sessions.open(secrets_[3], a_session(person), SPAN)

    touches = [await sessions.touch(secret) for secret in secrets_]
    assert [touch.word for touch in touches] == ["check", "gone", "check", "check"]
    assert touches[1].reason == "pushed_out"


async def test_the_session_just_opened_is_never_the_one_pushed_out(sessions: Sessions) -> None:
    person = fresh("person")

    for _ in range(30):
        secret = fresh("secret")
        await sessions.open(secret, a_session(person), SPAN)
        assert (await sessions.touch(secret)).word == "check"

    assert len(await sessions.of_person(person)) == 3


async def test_parallel_logins_leave_exactly_the_number_of_devices_allowed(
    lines: list[Store],
) -> None:
    person = fresh("person")
    lanes = [Sessions(line, now_ms=START_MS) for line in lines]

    await asyncio.gather(
        *(lanes[n % 4].open(fresh("secret"), a_session(person), SPAN) for n in range(20))
    )

    assert len(await lanes[0].of_person(person)) == 3


async def test_phones_and_desks_are_counted_apart(sessions: Sessions) -> None:
    person = fresh("person")
    for kind in (Kind.DESK, Kind.PHONE) * 3:
        await sessions.open(fresh("secret"), a_session(person, kind=kind), SPAN)

    kinds = [session.kind for session in await sessions.of_person(person)]

    assert sorted(kinds) == [Kind.DESK] * 3 + [Kind.PHONE] * 3


async def test_phones_that_learn_later_who_holds_them_count_as_devices_too(
    sessions: Sessions, lines: list[Store]
) -> None:
    person = fresh("person")
    tokens = [fresh("token") for _ in range(5)]

    for n, token in enumerate(tokens):
        sessions.now_ms = START_MS + n
        await sessions.open(token, a_session("", kind=Kind.PHONE), SPAN)
        assert await sessions.bind(token, person, 1)

    words = [(await sessions.touch(token)).word for token in tokens]
    assert words == ["gone", "gone", "check", "check", "check"]
    assert await lines[0].redis.pttl(f"ps:phone:{person}") > 0


async def test_a_session_that_is_gone_cannot_be_bound(sessions: Sessions) -> None:
    assert not await sessions.bind(fresh("token"), fresh("person"), 1)


async def test_a_sweep_ends_what_was_under_the_mandate_and_nothing_else(
    sessions: Sessions,
) -> None:
    person, mandate = fresh("person"), fresh("g:")
    under, beside, elsewhere = fresh("s"), fresh("s"), fresh("s")
    await sessions.open(under, a_session(person, mandate), SPAN)
    await sessions.open(beside, a_session(person, fresh("g:")), SPAN)
    await sessions.open(elsewhere, a_session(fresh("person"), mandate), SPAN)

    ended = await sessions.sweep(person, mandate, "SB-3005")

    touches = [await sessions.touch(secret) for secret in (under, beside, elsewhere)]
    assert ended == 1
    assert [touch.word for touch in touches] == ["gone", "check", "check"]
    assert touches[0].reason == "SB-3005"


async def test_a_sweep_without_a_mandate_ends_all_of_a_persons_sessions(
    sessions: Sessions,
) -> None:
    person = fresh("person")
    for kind in (Kind.DESK, Kind.PHONE):
        await sessions.open(fresh("s"), a_session(person, kind=kind), SPAN)

    assert await sessions.sweep(person, "", "disabled") == 2
    assert await sessions.of_person(person) == []


async def test_a_long_session_is_still_found_after_a_short_one_was_opened(
    sessions: Sessions, lines: list[Store]
) -> None:
    person = fresh("person")
    await sessions.open(fresh("s"), a_session(person), SPAN)
    long = await lines[0].redis.pttl(f"ps:desk:{person}")

    await sessions.open(fresh("s"), a_session(person), Span(MINUTE_MS, MINUTE_MS))

    assert await lines[0].redis.pttl(f"ps:desk:{person}") >= long - 5_000


async def test_only_ones_own_device_can_be_ended_by_its_id(sessions: Sessions) -> None:
    mine, theirs, secret = fresh("person"), fresh("person"), fresh("s")
    session = a_session(theirs)
    await sessions.open(secret, session, SPAN)

    assert not await sessions.finish_listed(mine, session.id, "signed_out_remotely")
    assert (await sessions.touch(secret)).word == "check"
    assert await sessions.finish_listed(theirs, session.id, "signed_out_remotely")
    assert (await sessions.touch(secret)).reason == "signed_out_remotely"
