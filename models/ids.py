"""Row ids: 26 characters, sortable by the time they were made, impossible to guess (ULID)."""

import secrets
import time
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_newest = 0


def new_id() -> str:
    """A fresh id: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32.

    Later ids of one process are greater, also within a millisecond: what happened first comes first
    where rows are taken in the order of their ids. Nothing else is decided by the time in them.
    """
    global _newest  # noqa: PLW0603 - one process, one thread
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    if value <= _newest:
        value = _newest + 1 + secrets.randbits(64)
    _newest = value
    return _written(value)


def oldest_id(moment: datetime) -> str:
    """An id that is smaller than any made from a moment on, and greater than any made before."""
    return _written(int(moment.timestamp() * 1000) << 80)


def _written(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
