"""What a table of states does not show: freshness, how many live at once, turns, messages."""

import asyncio
import secrets

import pytest

from models.store.challenge import Answer, Challenge, Challenges, ECardCode, Place, Rate
from models.store.client import Store
from models.vocabulary import ChallengeStatus as S
from models.vocabulary import Channel, Role
from tests.state.challenge_world import PLENTY, START_MS

AGED_MS = 100_000
FRESHNESS = [
    # shown how long before the scan, scanned how long ago (None: not said), grace, fresh?
    (0, None, 0, True),
    (5_000, None, 0, True),
    (10_000, None, 0, True),
    (15_000, None, 0, False),
    (-5_000, None, 0, False),
    (30_000, None, 20_000, True),
    (35_000, None, 20_000, False),
    (10_000, 15_000, 0, True),
    (15_000, 15_000, 0, False),
    (0, 60_000, 0, True),
    (0, 65_000, 0, False),
    (-5_000, 15_000, 0, False),
    (0, -5_000, 0, True),
    (15_000, -5_000, 0, False),
]


def _place() -> Place:
    return Place(f"address-{secrets.token_hex(6)}", "Chrome", "Windows", "")


async def _issued(line: Challenges, bind: str, place: Place, rate: Rate = PLENTY) -> Challenge:
    answer = await line.issue(bind, Role.CLERK, Channel.MINIAPP, place, rate)
    assert answer.value is not None
    return answer.value


async def _scan(line: Challenges, cid: str, step: int, at: int | None, grace: int = 0) -> str:
    answer = await line.scan(
        cid,
        "ann",
        generation=0,
        step=step,
        scanned_at_ms=at,
        grace_ms=grace,
        nonce="n",
        scanner="a*",
    )
    return answer.word


@pytest.mark.parametrize(("before", "ago", "grace", "fresh"), FRESHNESS)
async def test_a_frame_is_taken_from_ten_seconds_before_to_two_after_the_scan(
    lines: list[Store], before: int, ago: int | None, grace: int, fresh: bool
) -> None:
    line = Challenges(lines[0], now_ms=START_MS)
    cid = (await _issued(line, "b" + secrets.token_hex(8), _place())).cid
    line.now_ms = now = START_MS + AGED_MS
    # A scan in the future is a phone whose clock is ahead; it counts as now.
    scanned = now - max(ago or 0, 0)

    word = await _scan(
        line, cid, (scanned - before - START_MS) // 5_000, None if ago is None else now - ago, grace
    )

    assert word == ("ok" if fresh else "old")


async def test_a_browser_has_at_most_five_live_challenges_however_long_they_were_kept_alive(
    lines: list[Store],
) -> None:
    line, bind, place = Challenges(lines[0], now_ms=START_MS), secrets.token_hex(8), _place()
    first = await _issued(line, bind, place)
    line.now_ms = START_MS + 119_000
    await line.switch_role(first.cid, bind, first.revision, Role.LEGAL_REP)
    line.now_ms = START_MS + 125_000

    others = []
    for n in range(5):
        line.now_ms += n
        others.append(await _issued(line, bind, place))

    shown = [await _status(line, each.cid, bind) for each in (first, *others)]
    assert shown == [S.CANCELLED, *[S.PENDING] * 5]


async def test_challenges_that_are_over_make_no_live_one_give_way(lines: list[Store]) -> None:
    line, bind, place = Challenges(lines[0], now_ms=START_MS), secrets.token_hex(8), _place()
    first = await _issued(line, bind, place)
    for n in range(6):
        line.now_ms = START_MS + 1 + n
        over = await _issued(line, bind, place)
        await line.cancel(over.cid, bind)

    assert await _status(line, first.cid, bind) is S.PENDING


async def _status(line: Challenges, cid: str, bind: str) -> S:
    found = (await line.read(cid, bind)).value
    assert found is not None
    return found.status


async def test_an_address_that_asks_for_too_many_codes_waits_exactly_as_long_as_it_is_told(
    lines: list[Store],
) -> None:
    line, place, rate = Challenges(lines[0], now_ms=START_MS), _place(), Rate(3, 1_000)
    for _ in range(3):
        await _issued(line, secrets.token_hex(8), place, rate)

    refused = await _try_issue(line, place, rate)
    line.now_ms = START_MS + refused.retry_ms - 1
    too_early = await _try_issue(line, place, rate)
    line.now_ms = START_MS + refused.retry_ms
    in_time = await _try_issue(line, place, rate)

    assert (refused.word, refused.retry_ms) == ("limited", 1_000)
    assert (too_early.word, in_time.word) == ("limited", "ok")


async def _try_issue(line: Challenges, place: Place, rate: Rate) -> Answer[Challenge]:
    return await line.issue(secrets.token_hex(8), Role.CLERK, Channel.MINIAPP, place, rate)


async def test_polls_are_counted_from_the_last_accepted_one_so_waiting_always_helps(
    lines: list[Store],
) -> None:
    line, bind, rate = Challenges(lines[0], now_ms=START_MS), secrets.token_hex(8), Rate(5, 1_000)
    cid = (await _issued(line, bind, _place())).cid

    burst = [(await line.read(cid, bind, rate)).word for _ in range(30)]
    line.now_ms = START_MS + 999
    hammered = [(await line.read(cid, bind, rate)).word for _ in range(30)]
    line.now_ms = START_MS + 1_000
    waited = (await line.read(cid, bind, rate)).word

    assert burst == ["ok"] * 5 + ["limited"] * 25
    assert hammered == ["limited"] * 30
    assert waited == "ok"


async def test_a_poll_limit_tells_a_foreign_browser_nothing(lines: list[Store]) -> None:
    line, bind, rate = Challenges(lines[0], now_ms=START_MS), secrets.token_hex(8), Rate(1, 1_000)
    cid = (await _issued(line, bind, _place())).cid

    foreign = [(await line.read(cid, "somebody else", rate)).word for _ in range(5)]

    assert foreign == ["gone"] * 5
    assert (await line.read(cid, bind, rate)).word == "ok"


async def test_one_of_many_processes_gets_the_turn_to_ask_the_ecard_platform(
    lines: list[Store],
) -> None:
    line = Challenges(lines[0], now_ms=START_MS)
    code = ECardCode("e1", "text")
    bind = secrets.token_hex(8)
    issued = await line.issue(bind, Role.CLERK, Channel.ECARD, _place(), PLENTY, code)
    assert issued.value is not None
    cid = issued.value.cid

    turns = await asyncio.gather(
        *(Challenges(lines[n % 4], now_ms=START_MS).ecard_turn(cid, 1_900) for n in range(20))
    )
    await line.cancel(cid, bind)

    assert [turn for turn in turns if turn] == [("e1", Role.CLERK)]
    assert await line.ecard_turn(cid, 1) is None


async def test_versions_tell_what_has_changed_what_has_come_due_and_what_is_gone(
    lines: list[Store],
) -> None:
    line, bind = Challenges(lines[0], now_ms=START_MS), secrets.token_hex(8)
    cid = (await _issued(line, bind, _place())).cid

    fresh = await line.versions([cid, "no-such"])
    line.now_ms = START_MS + 120_000
    due = await line.versions([cid])

    assert fresh == {cid: (1, False), "no-such": (0, False)}
    assert due == {cid: (1, True)}


async def test_every_change_is_published_and_nothing_else_is(lines: list[Store]) -> None:
    line, bind = Challenges(lines[0], now_ms=START_MS), secrets.token_hex(8)
    cid = (await _issued(line, bind, _place())).cid
    listening = lines[1].redis.pubsub()
    await listening.subscribe(f"q:{cid}")
    await listening.get_message(timeout=2)

    await line.read(cid, bind)
    await _scan(line, cid, 0, None)
    await line.approve(cid, "bob", "n", Role.CLERK, "m")
    await line.approve(cid, "ann", "n", Role.CLERK, "m")
    await line.exchange(cid, bind)
    heard = [await listening.get_message(timeout=2) for _ in range(3)]
    silence = await listening.get_message(timeout=0.1)

    await listening.aclose()  # type: ignore[no-untyped-call]
    assert [message and message["data"] for message in heard] == ["2", "3", "4"]
    assert silence is None


async def test_twenty_exchanges_at_once_have_one_winner(lines: list[Store]) -> None:
    line, bind = Challenges(lines[0], now_ms=START_MS), secrets.token_hex(8)
    cid = (await _issued(line, bind, _place())).cid
    await _scan(line, cid, 0, None)
    await line.approve(cid, "ann", "n", Role.CLERK, "what ann approved")

    answers = await asyncio.gather(
        *(Challenges(lines[n % 4], now_ms=START_MS).exchange(cid, bind) for n in range(20))
    )

    assert sorted(answer.word for answer in answers) == ["ok", *["taken"] * 19]
    assert [a.value.person_id for a in answers if a.value] == ["ann"]
