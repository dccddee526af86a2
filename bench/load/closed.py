"""A closed loop: so many callers, each asking again as soon as it was answered, for so long."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Slice:
    """What one stretch of load did; latencies in ms, of good and bad operations alike."""

    done: int = 0
    bad: int = 0
    wall_s: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


class Repeating(Protocol):
    """Something that asks over and over by itself, and may be told to again when it has failed."""

    async def repeat(self, until: float, found: Slice) -> None:
        """Ask until that moment (time.perf_counter); what came of it is added to `found`."""


Operation = Callable[[], Awaitable[bool]] | Repeating


async def closed_loop(operations: Sequence[Operation], seconds: float) -> Slice:
    """Runs every operation over and over; each finishes what it began before `seconds` were up."""
    found = Slice()
    begin = time.perf_counter()
    until = begin + seconds
    await asyncio.gather(*(_run(operation, until, found) for operation in operations))
    found.wall_s = time.perf_counter() - begin
    return found


async def _run(operation: Operation, until: float, found: Slice) -> None:
    if callable(operation):
        await _repeat(operation, until, found)
        return
    while time.perf_counter() < until:
        try:
            await operation.repeat(until, found)
        except (OSError, TimeoutError) as wrong:
            found.faults[f"{type(wrong).__name__}: {wrong}"[:200]] += 1
            found.bad += 1
            await asyncio.sleep(0.005)


async def _repeat(operation: Callable[[], Awaitable[bool]], until: float, found: Slice) -> None:
    clock = time.perf_counter
    begin = clock()
    while begin < until:
        try:
            good = await operation()
        except (OSError, TimeoutError, ValueError, KeyError) as wrong:
            found.faults[f"{type(wrong).__name__}: {wrong}"[:200]] += 1
            good = False
        end = clock()
        found.latencies_ms.append((end - begin) * 1000)
        if good:
            found.done += 1
        else:
            found.bad += 1
            await asyncio.sleep(0.005)
        begin = clock()
