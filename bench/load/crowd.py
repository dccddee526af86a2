"""Many waiting browsers and the phones that scan them, at a steady rate."""

import asyncio
import contextlib
import gc
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bench.load.login import EVENT_WITHIN_S, FIRST_EVENT, SCANNED, Challenge, Desk, Hand
from bench.load.stream import Waiter

_FRAME = re.compile(rb'"frames": ?(\[.*?\])', re.DOTALL)
BATCH = 250
OPEN_WITHIN_S = 5.0


@dataclass(slots=True)
class Browser:
    """A challenge and the stream that waits for it."""

    challenge: Challenge
    waiter: Waiter


async def issue_many(
    desks: Sequence[Desk], role: str, count: int, over_s: float = 0.0
) -> list[Challenge]:
    """So many challenges, by all desks, spread over some seconds.

    Frames come at fixed times after the issue: a crowd issued at once would be drawn at once.
    """
    left = iter(range(count))
    begin = time.perf_counter()
    issued: list[Challenge] = []

    async def work(desk: Desk) -> None:
        for number in left:
            await asyncio.sleep(max(0.0, begin + number * over_s / count - time.perf_counter()))
            issued.append(await desk.issue(role))

    await asyncio.gather(*(work(desk) for desk in desks))
    return issued


def batches(challenges: Sequence[Challenge]) -> Iterator[Sequence[Challenge]]:
    """The challenges in batches no larger than may be in flight at once."""
    for start in range(0, len(challenges), BATCH):
        yield challenges[start : start + BATCH]


async def open_batch(
    desk: Desk, challenges: Sequence[Challenge], first: int, faults: list[str]
) -> list[Browser]:
    """Opens one stream each, until every one has had its first event; those that had none fail."""

    async def open_one(number: int, challenge: Challenge) -> Browser | None:
        waiter = await desk.watch(challenge, number)
        try:
            await asyncio.wait_for(waiter.expect(FIRST_EVENT), OPEN_WITHIN_S)
        except (OSError, TimeoutError) as wrong:
            faults.append(f"stream answered {waiter.status}: {type(wrong).__name__}")
            waiter.close()
            return None
        return Browser(challenge, waiter)

    opened = await asyncio.gather(
        *(open_one(first + number, challenge) for number, challenge in enumerate(challenges))
    )
    return [browser for browser in opened if browser is not None]


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: ms until the phone had its answer, ms until the browser had the event."""

    ack_ms: float
    event_ms: float


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Holds the generator's own collector off: a walk over its crowd is no lateness of a server.

    With 10 000 browsers one takes 0.13 s, and came about once in two runs.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def scan_at(
    browsers: Sequence[Browser], hands: Sequence[Hand], per_second: float
) -> tuple[list[Scan], list[str]]:
    """Scans each browser's code once, at a steady rate; what was measured, what went wrong."""
    with uncollected():
        return await _scan_all(browsers, hands, per_second)


async def _scan_all(
    browsers: Sequence[Browser], hands: Sequence[Hand], per_second: float
) -> tuple[list[Scan], list[str]]:
    free: asyncio.Queue[Hand] = asyncio.Queue()
    for hand in hands:
        free.put_nowait(hand)
    scans: list[Scan] = []
    faults: list[str] = []
    begin = time.perf_counter()
    running = []
    for number, browser in enumerate(browsers):
        await asyncio.sleep(max(0.0, begin + number / per_second - time.perf_counter()))
        hand = await free.get()
        running.append(asyncio.create_task(_scan(browser, hand, free, scans, faults)))
    await asyncio.gather(*running)
    return scans, faults


async def _scan(
    browser: Browser,
    hand: Hand,
    free: "asyncio.Queue[Hand]",
    scans: list[Scan],
    faults: list[str],
) -> None:
    text = newest_url(browser.waiter, browser.challenge.url)
    hand.turn()
    told = browser.waiter.expect(SCANNED)
    begin = time.perf_counter()
    try:
        await hand.scan(browser.challenge, text)
        acknowledged = time.perf_counter()
        seen = await asyncio.wait_for(told, EVENT_WITHIN_S)
        scans.append(Scan((acknowledged - begin) * 1000, (seen - begin) * 1000))
    except (OSError, TimeoutError, ValueError, KeyError) as wrong:
        told.cancel()
        faults.append(f"{type(wrong).__name__}: {wrong}"[:200])
    finally:
        free.put_nowait(hand)


def newest_url(waiter: Waiter, fallback: str, now: Callable[[], float] = time.time) -> str:
    """The text of the QR that the stream shows now (frames turn stale within seconds)."""
    found = _FRAME.findall(waiter.tail)
    if not found:
        return fallback
    frames = json.loads(found[-1])
    shown = [frame for frame in frames if _starts(frame.get("at")) <= now()]
    return str((shown or frames)[-1 if shown else 0]["url"])


def _starts(at: object) -> float:
    if isinstance(at, int | float):
        return float(at) / (1000 if at > 1e11 else 1)
    if isinstance(at, str):
        return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()
    return 0.0
