"""Moments as clients get them: RFC 3339 in UTC with milliseconds."""

from datetime import UTC, datetime
from functools import lru_cache

import msgspec


def time_text(ms: int) -> str:
    """A moment in milliseconds since 1970."""
    seconds, rest = divmod(ms, 1000)
    return f"{_second_text(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=4096)
def _second_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def moment(at: datetime | None) -> str | None:
    """A moment, or null."""
    if at is None:
        return None
    # msgspec writes it in a tenth of isoformat's time, a whole second without a fraction.
    text: str = msgspec.to_builtins(at.astimezone(UTC))
    return f"{text[:23]}Z" if "." in text else f"{text[:19]}.000Z"
