"""The session script: how sessions are opened, looked at, switched and ended."""

import asyncio

import pytest
from msgspec.structs import replace

from models.store.client import Store
from models.store.session import Sessions, Stage, advanced, key_of
from tests.state.sessions import HOUR_MS, MINUTE_MS, SPAN, START_MS, a_session, fresh, vouched


@pytest.fixture
def sessions(lines: list[Store]) -> Sessions:
    return Sessions(lines[0], now_ms=START_MS)


async def test_a_session_is_found_again_exactly_as_it_was_opened(sessions: Sessions) -> None:
    secret, person, mandate = fresh("secret"), fresh("person"), fresh("g:")
    session = await vouched(sessions, a_session(person, mandate))
    await sessions.open(secret, session, SPAN)

    found = await sessions.touch(secret)

    assert found.word == "ok"
    assert found.session == replace(
        session,
        opened_at_ms=START_MS,
        seen_at_ms=START_MS,
        ends_at_ms=START_MS + SPAN.absolute_ms,
        idle_ms=SPAN.idle_ms,
    )


async def test_a_secret_that_was_never_given_out_is_nobodys_session(sessions: Sessions) -> None:
    found = await sessions.touch(fresh("secret"))

    assert (found.word, found.session, found.reason) == ("gone", None, "")


async def test_the_secret_itself_is_not_in_the_store(
    sessions: Sessions, lines: list[Store]
) -> None:
    secret, person = fresh("secret"), fresh("person")
    await sessions.open(secret, a_session(person), SPAN)

    row = await lines[0].redis.hgetall(key_of(secret))
    listed = await lines[0].redis.zrange(f"ps:desk:{person}", 0, -1)

    assert secret not in key_of(secret)
    assert secret not in repr(row)
    assert listed == [key_of(secret)]


@pytest.mark.parametrize(("idle_ms", "word"), [(-1, "check"), (0, "gone"), (1, "gone")])
async def test_a_session_ends_after_half_an_hour_of_nothing(
    sessions: Sessions, idle_ms: int, word: str
) -> None:
    secret = fresh("secret")
    await sessions.open(secret, a_session(fresh("person")), SPAN)
    sessions.now_ms = START_MS + SPAN.idle_ms + idle_ms

    assert (await sessions.touch(secret)).word == word


async def test_a_session_in_use_lives_on_but_never_beyond_its_absolute_end(
    sessions: Sessions,
) -> None:
    secret = fresh("secret")
    await sessions.open(secret, a_session(fresh("person")), SPAN)
    words = []

    for quarter in range(1, 50):
        sessions.now_ms = START_MS + quarter * 15 * MINUTE_MS
        words.append((await sessions.touch(secret)).word)

    assert words[:47] == ["check"] * 47
    assert words[47:] == ["gone", "gone"]


async def test_what_has_ended_does_not_come_back_when_the_clock_steps_back(
    sessions: Sessions,
) -> None:
    secret = fresh("secret")
    await sessions.open(secret, a_session(fresh("person")), SPAN)
    sessions.now_ms = START_MS + 13 * HOUR_MS
    await sessions.touch(secret)
    sessions.now_ms = START_MS

    assert (await sessions.touch(secret)).word == "gone"


async def test_a_switch_kills_the_old_session_in_the_same_step(sessions: Sessions) -> None:
    old, new, person = fresh("secret"), fresh("secret"), fresh("person")
    await sessions.open(old, a_session(person), SPAN)
    before = (await sessions.touch(old)).session
    assert before is not None
    successor = advanced(before, id=fresh("id"), mandate="g:1", mandate_revision=1, unit_id="u")

    done = await sessions.switch(old, new, successor, SPAN)

    after = (await sessions.touch(new)).session
    assert done
    assert (await sessions.touch(old)).reason == "switched"
    assert after is not None
    assert (after.epoch, after.ends_at_ms) == (2, before.ends_at_ms)
    assert [session.id for session in await sessions.of_person(person)] == [successor.id]


async def test_switching_does_not_put_off_the_absolute_end(sessions: Sessions) -> None:
    secret, person = fresh("secret"), fresh("person")
    await sessions.open(secret, a_session(person), SPAN)

    for n in range(1, 5):
        sessions.now_ms = START_MS + n * 20 * MINUTE_MS
        found = (await sessions.touch(secret)).session
        assert found is not None
        assert found.ends_at_ms == START_MS + SPAN.absolute_ms
        new = fresh("secret")
        assert await sessions.switch(secret, new, advanced(found, id=fresh("id")), SPAN)
        secret = new


async def test_of_two_switches_at_once_one_wins(lines: list[Store]) -> None:
    lanes = [Sessions(line, now_ms=START_MS) for line in lines]
    for _ in range(25):
        old, person = fresh("secret"), fresh("person")
        await lanes[0].open(old, a_session(person), SPAN)
        before = (await lanes[0].touch(old)).session
        assert before is not None
        tries = [(fresh("secret"), advanced(before, id=fresh("id"))) for _ in lanes]

        won = await asyncio.gather(
            *(
                lane.switch(old, new, successor, SPAN)
                for lane, (new, successor) in zip(lanes, tries, strict=True)
            )
        )

        live = [session.id for session in await lanes[0].of_person(person)]
        assert sorted(won) == [False, False, False, True]
        assert live == [tries[won.index(True)][1].id]


async def test_a_switch_from_an_older_epoch_is_refused(sessions: Sessions) -> None:
    secret, person = fresh("secret"), fresh("person")
    await sessions.open(secret, a_session(person, epoch=3), SPAN)
    stale = a_session(person, epoch=3)

    assert not await sessions.switch(secret, fresh("secret"), stale, SPAN)
    assert (await sessions.touch(secret)).word == "check"


async def test_every_key_of_a_session_dies_by_itself(
    sessions: Sessions, lines: list[Store]
) -> None:
    secret, person, mandate = fresh("s"), fresh("person"), fresh("g:")
    await sessions.open(secret, a_session(person, mandate), SPAN)
    await sessions.vouch(mandate, 1)
    await sessions.doubt(f"p:{person}")
    names = [key_of(secret), f"ps:desk:{person}", f"rv:{mandate}", f"rv:p:{person}"]

    lives = [await lines[0].redis.pttl(name) for name in names]
    await sessions.finish(secret, "signed_out")

    assert all(0 < life <= 13 * HOUR_MS for life in lives)
    assert lives[2] <= MINUTE_MS
    assert 0 < await lines[0].redis.pttl(key_of(secret)) <= 10 * MINUTE_MS


async def test_a_session_before_its_unit_is_not_asked_for_a_mandate(sessions: Sessions) -> None:
    secret = fresh("s")
    session = await vouched(sessions, a_session(fresh("person")))
    await sessions.open(secret, session, SPAN)

    found = await sessions.touch(secret)

    assert found.word == "ok"
    assert found.session is not None
    assert found.session.stage is Stage.IDENTITY
