"""Walking through the await points of a coroutine: cancelled or killed at each in turn."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Literal

Act = Literal["early", "late", "insist", "kill"]


class At:
    """A coroutine to which something happens at its n-th await point (from 1).

    early: cancelled while it waits · late: cancelled when what it waited for has come, before it
    learns so · insist: cancelled there and at each later point too · kill: the process dies there.
    points counts the await points that were reached.
    """

    def __init__(self, steps: Awaitable[Any], n: int, act: Act) -> None:
        self._steps = steps
        self._n = n
        self._act = act
        self.points = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._steps.__await__()
        value: Any = None
        fault: BaseException | None = None
        while True:
            try:
                waits_for = inner.throw(fault) if fault else inner.send(value)
            except StopIteration as done:
                return done.value
            self.points += 1
            value = fault = None
            due = self.points == self._n or (self._act == "insist" and self.points > self._n)
            if due:
                self._before()
            try:
                value = yield waits_for
            except BaseException as raised:  # noqa: BLE001 - it is passed on, whatever it is
                fault = raised
            if due and self._act == "late" and fault is None:
                fault = asyncio.CancelledError()

    def _before(self) -> None:
        if self._act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._act != "late":
            task = asyncio.current_task()
            assert task is not None
            task.cancel()


@dataclass(slots=True)
class Walked:
    """How a walk went. points: await points in all; ends: how the n-th run ended."""

    points: int = 0
    ends: list[str] = field(default_factory=list)


async def walk(
    steps: Callable[[], Awaitable[Any]],
    act: Act,
    after_each: Callable[[int], Awaitable[None]],
    *,
    at_most: int = 400,
) -> Walked:
    """Run `steps` again and again, one await point further each time, until it gets through."""
    walked = Walked()
    for n in range(1, at_most):
        run = At(steps(), n, act)
        try:
            await asyncio.ensure_future(_finish(run))
            walked.ends.append("done")
        except asyncio.CancelledError:
            walked.ends.append("cancelled")
        await after_each(n)
        if run.points < n:
            walked.points = n - 1
            return walked
    raise AssertionError(f"no end after {at_most} await points")


async def _finish(run: At) -> None:
    await run
