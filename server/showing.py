"""What waiting browsers show next: one tick writes the frames of all whose turn it is.

A stream that wakes by itself every ten seconds pays for a timer, a future, six coroutines and
caches gone cold; written from a tick, many at a time, the same event costs a third.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from models.frame import Frames, step_at
from models.store.challenge import STEP_S, Challenge
from models.vocabulary import Channel
from server.events import event_text
from server.moments import time_text
from server.qr import QrTable, Symbol, drawn_once

FRAMES_AHEAD = 2
TICK_S = 0.1
_AT_ONCE = 50

Write = Callable[[bytes], None]


class Show:
    """A browser that shows a pending challenge, while it is entered; then it has no `write`."""

    __slots__ = ("_shows", "found", "issued_s", "step", "write")

    def __init__(self, shows: "Shows", found: Challenge, write: Write) -> None:
        self._shows = shows
        self.found = found
        self.issued_s = 0.0
        self.step = step_at(found.issued_at_ms, found.read_at_ms) + FRAMES_AHEAD
        self.write: Write | None = write

    def __enter__(self) -> None:
        """Begin to write."""
        since_issue_s = (self.found.read_at_ms - self.found.issued_at_ms) / 1000
        self.issued_s = asyncio.get_running_loop().time() - since_issue_s
        self._shows.later(self)

    def __exit__(self, *_: object) -> None:
        """Write no more."""
        self.write = None


class Shows:
    """The challenges on show in this process. table: draws their symbols."""

    def __init__(self, frames: Frames, table: QrTable) -> None:
        self._frames = frames
        self.table = table
        self._due: dict[int, list[Show]] = {}

    def frames(self, found: Challenge, step: int | None = None) -> str:
        """The event with what to show from a step on, or from the moment it was read."""
        if found.channel is Channel.ECARD:
            return event_text("frame", {"frames": [_still(found)]})
        first = step_at(found.issued_at_ms, found.read_at_ms) if step is None else step
        shown = [self._frame(found, each) for each in range(first, first + FRAMES_AHEAD)]
        return event_text("frame", {"frames": shown})

    def keep(self, found: Challenge, write: Write) -> Show:
        """Writes, once entered, what follows on what was just read, each before its time comes."""
        return Show(self, found, write)

    def later(self, show: Show) -> None:
        """Have the next frames of a browser written when they are due, if it lives so long."""
        if show.step * STEP_S * 1000 >= show.found.expires_at_ms - show.found.issued_at_ms:
            return
        tick = int((show.issued_s + show.step * STEP_S) / TICK_S)
        if tick in self._due:
            self._due[tick].append(show)
        else:
            self._due[tick] = [show]
            asyncio.get_running_loop().call_at(tick * TICK_S, self._tick, tick)

    def _tick(self, tick: int) -> None:
        self._tell(self._due.pop(tick))

    def _tell(self, due: list[Show]) -> None:
        for show in due[:_AT_ONCE]:
            if show.write is not None:
                show.write(self.frames(show.found, show.step).encode())
                show.step += FRAMES_AHEAD
                self.later(show)
        if rest := due[_AT_ONCE:]:
            # Others get their turn in between, or a scan would wait for the whole crowd.
            asyncio.get_running_loop().call_soon(self._tell, rest)

    def _frame(self, found: Challenge, step: int) -> dict[str, Any]:
        token = self._frames.token(found.cid, found.generation, step)
        at_ms = found.issued_at_ms + step * STEP_S * 1000
        return _facts(token, self._frames.url(token), self.table.symbol(token), at_ms)


def _still(found: Challenge) -> dict[str, Any]:
    """The e-card platform's own code, which does not change."""
    return _facts(found.content, found.content, drawn_once(found.content), found.read_at_ms)


def _facts(frame: str, url: str, symbol: Symbol, at_ms: int) -> dict[str, Any]:
    return {
        "frame": frame,
        "url": url,
        "bits": symbol.base64(),
        "size": symbol.size,
        "at": time_text(at_ms),
    }
