"""How fast a channel may go: a bucket of tokens that fills with time, of one process or of all."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Protocol

from models.errors.entry import Refusal


class Shared(Protocol):
    """A bucket that all workers share."""

    async def take(self, wanted: int) -> int:
        """Up to `wanted` tokens; how many there were. A negative number gives so many back.

        Refuses when it cannot be reached.
        """
        ...


@dataclass(slots=True)
class Bucket:
    """per_s tokens come in a second, at most `burst` are kept. Times: seconds of the loop."""

    per_s: float
    burst: float
    left: float = 0.0
    at: float = 0.0

    def whole(self, now_s: float) -> int:
        """How many tokens there are."""
        self.left = min(self.burst, self.left + (now_s - self.at) * self.per_s)
        self.at = now_s
        return int(self.left)

    def take(self, count: int) -> None:
        """Take tokens that `whole` said were there."""
        self.left -= count


class Throttle:
    """What one lane may send now: from the bucket of all workers, else from its own.

    While the shared one cannot be reached each process goes at the full pace: a limit that is
    passed for a moment is answered by the platform, a stop is not.
    """

    def __init__(self, per_s: float, shared: Shared | None) -> None:
        self._own = Bucket(per_s, max(1.0, per_s), left=per_s)
        self._shared = shared

    async def take(self, wanted: int) -> int:
        """How many of `wanted` may be sent now; what is not used is to be given back."""
        if wanted <= 0:
            return 0
        if self._shared is not None:
            with contextlib.suppress(Refusal):
                return await self._shared.take(wanted)
        found = min(wanted, self._own.whole(asyncio.get_running_loop().time()))
        self._own.take(found)
        return found

    async def give_back(self, unused: int) -> None:
        """So many were not sent after all."""
        if unused <= 0:
            return
        if self._shared is None:
            self._own.take(-unused)
            return
        with contextlib.suppress(Refusal):
            await self._shared.take(-unused)
