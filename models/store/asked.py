"""A command on its way to the store, and how its answer reaches whoever asked."""

import asyncio
from typing import Any, NamedTuple

from redis.exceptions import (
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from models.errors.entry import Refusal
from models.errors.system import STORE_DOWN

Command = tuple[str | bytes | int | float, ...]

# A Redis that answers so is there, and of no use: full, a replica, without its master, busy.
_USELESS = (OutOfMemoryError, ReadOnlyError, ClusterDownError, TryAgainError)
_USELESS_WORDS = ("MISCONF", "NOREPLICAS", "BUSY")


class Asked(NamedTuple):
    """One command, who waits for its answer, and until when (the loop's clock)."""

    command: Command
    answer: "asyncio.Future[Any]"
    until: float

    def settle(self, result: Any) -> None:
        """Hand over the answer, an exception as what is raised; nobody may be waiting any more."""
        if self.answer.done():
            return
        if not isinstance(result, BaseException):
            self.answer.set_result(result)
        elif _useless(result):
            self.answer.set_exception(down())
        else:
            self.answer.set_exception(result)


def _useless(fault: BaseException) -> bool:
    if isinstance(fault, _USELESS):
        return True
    return isinstance(fault, ResponseError) and str(fault).startswith(_USELESS_WORDS)


def down() -> Refusal:
    """The store does not answer."""
    return STORE_DOWN.refuse(retry_after_s=2)
