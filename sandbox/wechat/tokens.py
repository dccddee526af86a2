"""Access tokens: plain ones (every call makes one) and stable ones (repeat calls give the same)."""

from dataclasses import dataclass

from sandbox.chance import Chance
from sandbox.clock import Clock
from sandbox.wechat.errors import WeChatError

LIFE_S = 7200
OVERLAP_S = 300
PLAIN_PER_DAY = 2000
FORCED_PER_DAY = 20
FORCED_APART_S = 30


@dataclass(slots=True)
class AccessToken:
    """One token. dead: killed before its time, so that it is "not latest" rather than expired."""

    text: str
    expires_at: float
    replaced: bool = False
    dead: bool = False


class Tokens:
    """All tokens of the one app. Plain and stable tokens do not touch each other."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._chance = chance
        self._known: dict[str, AccessToken] = {}
        self._plain: AccessToken | None = None
        self._stable: AccessToken | None = None
        self._forced_at: list[float] = []
        self._plain_today: dict[str, int] = {}
        self._forced_today: dict[str, int] = {}

    def plain(self) -> tuple[str, int]:
        """A new plain token and its life in seconds; the one before lives five minutes more."""
        self._count(self._plain_today, PLAIN_PER_DAY)
        self._plain = self._renewed(self._plain)
        return self._plain.text, LIFE_S

    def stable(self, *, force: bool) -> tuple[str, int]:
        """The stable token and the seconds it has left: never fewer than 300."""
        now = self._clock.now()
        if force:
            if self._forced_at and now - self._forced_at[-1] < FORCED_APART_S:
                raise WeChatError(45011)
            self._count(self._forced_today, FORCED_PER_DAY)
            self._forced_at.append(now)
        current = self._stable
        usable = current is not None and not current.dead and current.expires_at - now > OVERLAP_S
        if force or current is None or not usable:
            current = self._stable = self._renewed(current)
        return current.text, int(current.expires_at - now)

    def check(self, text: str | None) -> None:
        """Raises WeChatError unless the token is good now."""
        if not text:
            raise WeChatError(41001)
        token = self._known.get(text)
        if token is None or token.dead:
            raise WeChatError(40001)
        if self._clock.now() >= token.expires_at:
            raise WeChatError(40001 if token.replaced else 42001)

    def kill(self, text: str) -> None:
        """Make a token bad at once; the next request for one gets a new one."""
        if text in self._known:
            self._known[text].dead = True

    def kill_all(self) -> None:
        """Make every token bad at once."""
        for token in self._known.values():
            token.dead = True

    def _renewed(self, before: AccessToken | None) -> AccessToken:
        now = self._clock.now()
        if before is not None:
            before.replaced = True
            before.expires_at = min(before.expires_at, now + OVERLAP_S)
        token = AccessToken(f"{self._chance.digits(2)}_{self._chance.letters(130)}", now + LIFE_S)
        self._known[token.text] = token
        return token

    def _count(self, per_day: dict[str, int], limit: int) -> None:
        today = self._clock.today()
        if per_day.get(today, 0) >= limit:
            raise WeChatError(45009)
        per_day[today] = per_day.get(today, 0) + 1
