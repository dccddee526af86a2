"""Things that work once, for one holder and for a while: codes, issue numbers, nonces."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Value]):
    value: Value
    holder: str
    expires_at: float


class OneTime(Generic[Value]):
    """Values behind codes; taking one out uses it up.

    holder: whom the code was issued for (an appid); anybody else's attempt finds nothing and leaves
    the code alone.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept[Value]] = {}

    def put(self, code: str, value: Value, *, holder: str = "", expires_at: float) -> str:
        """Keep value under code until expires_at (seconds since the epoch); gives the code back."""
        self._kept[code] = _Kept(value, holder, expires_at)
        return code

    def take(self, code: str, *, holder: str = "", now: float) -> Value | None:
        """The value, once; None when unknown, used, expired or somebody else's."""
        kept = self._kept.get(code)
        if kept is None or kept.holder != holder:
            return None
        del self._kept[code]
        return kept.value if now < kept.expires_at else None


class Seen:
    """Remembers texts for a while, to notice a replay."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def again(self, text: str, *, now: float, keep_s: float) -> bool:
        """Has this text been here within keep_s seconds? Notes it either way."""
        self._until = {known: until for known, until in self._until.items() if until > now}
        if text in self._until:
            return True
        self._until[text] = now + keep_s
        return False
