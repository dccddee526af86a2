"""Alipay users, the codes that stand for them, and their access tokens."""

import hashlib
from dataclasses import dataclass

from sandbox.alipay.errors import AlipayError
from sandbox.chance import Chance
from sandbox.clock import Clock
from sandbox.once import OneTime

CODE_LIFE_S = 300
TOKEN_LIFE_S = 15 * 86400
REFRESH_LIFE_S = 30 * 86400


@dataclass(frozen=True, slots=True)
class AlipayUser:
    """A user. Newer apps see open_id, older ones user_id (2088 and twelve digits)."""

    open_id: str
    user_id: str
    union_id: str
    phone: str


@dataclass(frozen=True, slots=True)
class _Granted:
    user: AlipayUser
    expires_at: float


class Accounts:
    """Who is who at Alipay."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self.users: dict[str, AlipayUser] = {}
        self._clock = clock
        self._chance = chance
        self._codes: OneTime[AlipayUser] = OneTime()
        self._refreshes: OneTime[AlipayUser] = OneTime()
        self._tokens: dict[str, _Granted] = {}

    def know(self, open_id: str, union_id: str = "", phone: str = "") -> AlipayUser:
        """Add a user, keeping what was known and is not said again."""
        number = int(hashlib.sha256(open_id.encode()).hexdigest(), 16) % 10**12
        before = self.users.get(open_id, AlipayUser(open_id, f"2088{number:012d}", "", ""))
        user = AlipayUser(
            open_id, before.user_id, union_id or before.union_id, phone or before.phone
        )
        self.users[open_id] = user
        return user

    def find(self, *, open_id: str = "", user_id: str = "") -> AlipayUser | None:
        """A user by either number."""
        for user in self.users.values():
            if (open_id and user.open_id == open_id) or (user_id and user.user_id == user_id):
                return user
        return None

    def auth_code(self, user: AlipayUser, appid: str) -> str:
        """What `my.getAuthCode` gives the mini-program appid: good once, for five minutes."""
        expires_at = self._clock.now() + CODE_LIFE_S
        return self._codes.put(self._chance.hexes(32), user, holder=appid, expires_at=expires_at)

    def by_code(self, code: str, appid: str) -> AlipayUser:
        """Who is behind an authorization code. Raises AlipayError."""
        user = self._codes.take(code, holder=appid, now=self._clock.now())
        if user is None:
            raise AlipayError("isv.code-invalid")
        return user

    def by_refresh_token(self, token: str) -> AlipayUser:
        """Who is behind a refresh token; it is used up. Raises AlipayError."""
        user = self._refreshes.take(token, now=self._clock.now())
        if user is None:
            raise AlipayError("isv.refresh-token-invalid")
        return user

    def grant(self, user: AlipayUser) -> dict[str, object]:
        """A new access token and refresh token, with their lives in seconds."""
        now = self._clock.now()
        token, refresh = (f"authusrB{self._chance.hexes(32)}" for _ in range(2))
        self._tokens[token] = _Granted(user, now + TOKEN_LIFE_S)
        self._refreshes.put(refresh, user, expires_at=now + REFRESH_LIFE_S)
        return {
            "access_token": token,
            "expires_in": TOKEN_LIFE_S,
            "refresh_token": refresh,
            "re_expires_in": REFRESH_LIFE_S,
        }

    def by_access_token(self, token: str) -> AlipayUser:
        """Who is behind an access token. Raises AlipayError."""
        granted = self._tokens.get(token)
        if granted is None:
            raise AlipayError("aop.invalid-auth-token")
        if self._clock.now() >= granted.expires_at:
            raise AlipayError("aop.auth-token-time-out")
        return granted.user
