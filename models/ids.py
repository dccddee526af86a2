"""Row ids: 26 characters, sortable by the time they were made, impossible to guess (ULID)."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """A fresh id: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32.

    The time only keeps neighbours together in an index; nothing is decided by it.
    """
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
