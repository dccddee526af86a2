"""Passwords by Argon2id in a few threads of their own, so that no login stalls the loop.

Argon2 gives the interpreter's lock back while it works. The threads yield to everybody else on the
machine, and the queue before them has an end: beyond it a login is told to come back.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors.system import BUSY

T = TypeVar("T")
NICENESS = 10
RETRY_S = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: passes over so much memory, in one lane (OWASP's second profile)."""

    passes: int = 2
    memory_kib: int = 19 * 1024


class Hashing:
    """Hashes and checks passwords. threads: at work at once; queue: waiting beyond them."""

    def __init__(self, cost: Cost = Cost(), *, threads: int = 1, queue: int = 16) -> None:
        self._argon = argon2.PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1
        )
        self._pool = ThreadPoolExecutor(threads, "hashing", initializer=_yield_to_others)
        self._room = threads + queue
        self._busy = 0
        # What a password is checked against when there is no account: the same work for nothing.
        self._nobodys = self._argon.hash(os.urandom(16))

    async def hash(self, password: str) -> str:
        """The hash to keep. Refuses: BUSY."""
        return await self._run(lambda: self._argon.hash(password))

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; None costs the same and never is. Refuses: BUSY."""
        right = await self._run(lambda: self._matches(kept or self._nobodys, password))
        return right and kept is not None

    async def any_matches(self, kept: Sequence[str], password: str) -> bool:
        """Whether one of these is the hash of the password. Refuses: BUSY."""
        return await self._run(lambda: any(self._matches(each, password) for each in kept))

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than new ones are."""
        return self._argon.check_needs_rehash(kept)

    def close(self) -> None:
        """Let the threads go; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._argon.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._busy >= self._room:
            raise BUSY.refuse(retry_after_s=RETRY_S)
        self._busy += 1
        job = asyncio.get_running_loop().run_in_executor(self._pool, work)
        # A caller who gives up leaves the work in the pool, where it still takes its place.
        job.add_done_callback(self._done)
        return await asyncio.shield(job)

    def _done(self, job: "asyncio.Future[T]") -> None:
        self._busy -= 1
        if not job.cancelled():
            job.exception()


def _yield_to_others() -> None:
    # On Linux a thread has a niceness of its own.
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
