"""How long things take, and how long they would take on this machine if nothing were wrong."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.live import Answer, Client


@dataclass(frozen=True, slots=True)
class Timed:
    """An answer and how long it took."""

    answer: Answer
    took_s: float


async def timed(asked: Awaitable[Answer]) -> Timed:
    """Wait for an answer with a watch in hand."""
    began = time.monotonic()
    answer = await asked
    return Timed(answer, time.monotonic() - began)


async def slack(client: Client, copies: int) -> float:
    """The slowest of so many requests at once that need nothing: what the machine itself costs.

    Limits are stated for a machine that has a core to spare; here it may have none.
    """
    asked = await asyncio.gather(*(timed(client.get("//healthz")) for _ in range(copies)))
    return max(0.1, *(each.took_s for each in asked))


async def soon(asked: Callable[[], Awaitable[Answer]], *, within_s: float) -> float:
    """Ask until the answer is good; after how long it was. AssertionError when it never is."""
    began = time.monotonic()
    answer = None
    while time.monotonic() - began < within_s:
        answer = await asked()
        if answer.status < 300:
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {within_s} s: {answer and answer.body[:300]!r}")
