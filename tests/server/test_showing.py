"""The frames that follow: told in time, to nobody who has left, to a crowd in turns."""

import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from msgspec.structs import replace

from models.frame import FrameClaim, Frames
from models.sealed import Vault
from models.store.challenge import STEP_S, Challenge, new_cid
from models.vocabulary import ChallengeStatus, Channel, Role
from server.moments import time_text
from server.qr import qr_table
from server.showing import TICK_S, Shows

FRAMES = Frames(Vault(b"m" * 32), "https://sb.example.cn")
ISSUED_MS = 1_772_434_800_000
LIFE_MS = 120_000
CROWD = 120
LATE_S = 3.0
"""How late a machine with other things to do may be; a frame lasts five seconds."""


@pytest.fixture
def shows() -> Shows:
    return Shows(FRAMES, qr_table(FRAMES.link))


def read_at(after_ms: int, life_ms: int = LIFE_MS) -> Challenge:
    """A pending challenge as it was read this long after its issue."""
    return Challenge(
        cid=new_cid(),
        status=ChallengeStatus.PENDING,
        revision=1,
        role=Role.CLERK,
        channel=Channel.MINIAPP,
        expires_at_ms=ISSUED_MS + life_ms,
        scanned_by="",
        pair_required=False,
        reason="",
        refusal="",
        issued_at_ms=ISSUED_MS,
        generation=3,
        content="",
        read_at_ms=ISSUED_MS + after_ms,
    )


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(STEP_S + 10):
        while not done():
            await asyncio.sleep(0.05)


def facts_of(event: str) -> list[dict[str, str]]:
    name, data = event.strip().split("\n")
    assert name == "event: frame"
    found: list[dict[str, str]] = json.loads(data.removeprefix("data: "))["frames"]
    return found


def test_what_is_shown_first_is_this_step_and_the_next(shows: Shows) -> None:
    found = read_at(12_345)

    first, second = facts_of(shows.frames(found))

    assert [FRAMES.read(each["url"]) for each in (first, second)] == [
        FrameClaim(found.cid, 3, 2),
        FrameClaim(found.cid, 3, 3),
    ]
    assert first["at"] == time_text(ISSUED_MS + 10_000)


async def test_a_crowd_is_told_what_follows_just_before_its_time_and_who_left_is_not(
    shows: Shows,
) -> None:
    # Read in the last moment of a step, so that what was shown lasts for five more seconds.
    crowd = [read_at(STEP_S * 1000 - 1) for _ in range(CROWD)]
    told: dict[str, list[tuple[float, str]]] = {each.cid: [] for each in crowd}
    loop = asyncio.get_running_loop()
    began = loop.time()

    def writing(found: Challenge) -> Callable[[bytes], None]:
        return lambda data: told[found.cid].append((loop.time() - began, data.decode()))

    with ExitStack() as shown:
        with shows.keep(crowd[0], writing(crowd[0])):
            for found in crowd[1:]:
                shown.enter_context(shows.keep(found, writing(found)))
            await asyncio.sleep(1)
        await until(lambda: all(told[found.cid] for found in crowd[1:]))

    assert told[crowd[0].cid] == []
    for found in crowd[1:]:
        [(at_s, event)] = told[found.cid]
        assert STEP_S - 2 * TICK_S <= at_s <= STEP_S + LATE_S
        assert [FRAMES.read(each["url"]) for each in facts_of(event)] == [
            FrameClaim(found.cid, 3, 2),
            FrameClaim(found.cid, 3, 3),
        ]


async def test_in_a_crowd_others_get_their_turn(shows: Shows) -> None:
    turns: list[str] = []
    loop = asyncio.get_running_loop()

    def write(_: bytes) -> None:
        if "another" not in turns:
            loop.call_soon(turns.append, "another")
        turns.append("browser")

    with ExitStack() as shown:
        for _ in range(CROWD):
            shown.enter_context(shows.keep(read_at(STEP_S * 1000 - 1), write))
        await until(lambda: turns.count("browser") == CROWD)

    assert turns.index("another") < CROWD


async def test_nothing_follows_at_the_end_of_life(shows: Shows) -> None:
    told: list[bytes] = []

    with shows.keep(read_at(STEP_S * 1000 - 1, life_ms=2 * STEP_S * 1000), told.append):
        await asyncio.sleep(STEP_S + 1)

    assert told == []


def test_the_ecard_platforms_own_code_stays_as_it_is(shows: Shows) -> None:
    found = replace(read_at(50_000), channel=Channel.ECARD, content="https://card.example/x")

    [only] = facts_of(shows.frames(found))

    assert (only["frame"], only["url"]) == (found.content, found.content)
