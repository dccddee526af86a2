"""One WeChat access token for all our processes: fetched once, shared in Redis, renewed once."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis.asyncio import Redis

logger = logging.getLogger(__name__)

# Somebody else's lock, taken after ours ran out, must not be released by us.
RELEASE = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
)

# force_refresh: 30 s apart and 20 a day at most (platforms §1.1). Ten in any 24 hours keeps a
# calendar day under 20 whatever the platform calls a day.
FORCE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local used = redis.call('INCR', KEYS[2])
if used == 1 then redis.call('EXPIRE', KEYS[2], 86400) end
if used > 10 then return 0 end
redis.call('SET', KEYS[1], '1', 'EX', 35)
return 1
"""


class TokenUnavailable(Exception):
    """There is no usable token now; try again after retry_after_s."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("no usable access token")
        self.retry_after_s = retry_after_s


GLANCE_S = 30.0
"""For how long a token that was read is used without looking again, unless the platform refuses it;
what is stored is good for 300 s more (see TokenProvider._store)."""


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token as fetched. expires_in_s: life left, as the platform states it."""

    token: str
    expires_in_s: int

    def __repr__(self) -> str:
        return "FreshToken(…)"


Fetch = Callable[[bool], Awaitable[FreshToken]]


class TokenProvider:
    """Hands out the access token; single flight in this process and over all of them.

    fetch(force): asks the platform's stable_token; its exceptions go to the callers that wait.
    A call of `get` fetches at most once. Renewals of a token called bad are gap_s apart over all
    processes, so a storm of 40001 cannot become a storm of fetches (reliability F10, W4).
    """

    def __init__(self, redis: "Redis", fetch: Fetch, appid: str, *, gap_s: int = 60) -> None:
        self._redis = redis
        self._fetch = fetch
        self._key = f"zb:wechat:token:{appid}"
        self._gap_s = gap_s
        self._lock = asyncio.Lock()
        self._lock_s = 20.0
        self._failures = 0
        self._spare: tuple[str, float] = ("", 0.0)
        self._seen: tuple[str, float] = ("", 0.0)
        self._renewed_at = float("-inf")

    async def get(self, bad: str | None = None) -> str:
        """The current token; `bad` is one that the platform has just refused.

        Raises TokenUnavailable, or what `fetch` raises. May return `bad` itself once, when the
        platform insists that it is current.
        """
        if bad is None and (token := self._glanced()):
            return token
        failures = self._failures
        # One looks for all: a burst of pushes after a pause opens no connection each.
        async with self._lock:
            if (token := self._glanced()) and token != bad:
                return token
            stored = await self._stored()
            if stored and stored != bad:
                self._seen = (stored, _loop_time() + GLANCE_S)
                return stored
            self._seen = ("", 0.0)
            if self._failures != failures:
                # It failed for somebody while we waited; asking again now would only add load.
                raise TokenUnavailable(1)
            try:
                return await self._alone(bad)
            except Exception:
                self._failures += 1
                raise

    def _glanced(self) -> str:
        token, until = self._seen
        return token if _loop_time() < until else ""

    async def _alone(self, bad: str | None) -> str:
        """Fetch under the lock that all processes share, or wait for the one that holds it."""
        owner = secrets.token_hex(16)
        give_up_at = _loop_time() + self._lock_s
        while not await self._locked(owner):
            if _loop_time() > give_up_at:
                raise TokenUnavailable(5)
            await asyncio.sleep(0.05)
            token = await self._stored()
            if token and token != bad:
                return token
        try:
            token = await self._stored()
            if token and token != bad:
                return token
            return await self._renew(bad)
        finally:
            await self._unlock(owner)

    async def _renew(self, bad: str | None) -> str:
        if bad is not None and not await self._may_renew():
            raise TokenUnavailable(self._gap_s)
        force = bad is not None and await self._may_force()
        try:
            # Less than the lock's life, so that a slow fetch cannot overlap the next holder's.
            async with asyncio.timeout(self._lock_s - 5):
                fresh = await self._fetch(force)
        except TimeoutError:
            await self._shorten_gap()
            raise TokenUnavailable(5) from None
        except Exception:
            await self._shorten_gap()
            raise
        if fresh.token == bad:
            await self._ask_force()
        await self._store(fresh)
        return fresh.token

    async def _stored(self) -> str | None:
        """The shared token, or our own of the last minute when Redis is down, full or emptied."""
        try:
            value = await self._redis.get(self._key)
        except (RedisError, OSError):
            value = None
        if value is None:
            spare, until = self._spare
            return spare if _loop_time() < until else None
        return value.decode() if isinstance(value, bytes) else value

    async def _store(self, fresh: FreshToken) -> None:
        # The platform renews inside the last 5 minutes; any answer has 300 s left.
        life_s = max(fresh.expires_in_s - 300, 10)
        self._spare = (fresh.token, _loop_time() + min(life_s, 60))
        try:
            await self._redis.set(self._key, fresh.token, ex=life_s)
        except (RedisError, OSError):
            logger.warning("access token not shared: Redis is down")

    async def _locked(self, owner: str) -> bool:
        key = f"{self._key}:lock"
        try:
            if await self._redis.set(key, owner, nx=True, px=int(self._lock_s * 1000)):
                return True
            # A lost reply may hide that the lock is ours (reliability F4).
            holder = await self._redis.get(key)
        except (RedisError, OSError):
            # Without Redis each process fetches for itself; stable_token gives all the same one.
            return True
        return holder in (owner, owner.encode())

    async def _unlock(self, owner: str) -> None:
        try:
            await self._redis.eval(RELEASE, 1, f"{self._key}:lock", owner)
        except (RedisError, OSError):
            logger.warning("token lock left to run out: Redis is down")

    async def _may_renew(self) -> bool:
        try:
            gap = await self._redis.set(f"{self._key}:renewed", "1", nx=True, ex=self._gap_s)
        except (RedisError, OSError):
            gap = _loop_time() - self._renewed_at >= self._gap_s
        if gap:
            self._renewed_at = _loop_time()
        return bool(gap)

    async def _shorten_gap(self) -> None:
        """A renewal that failed must not keep everybody waiting the whole gap."""
        self._renewed_at = _loop_time() - self._gap_s + 5
        try:
            await self._redis.expire(f"{self._key}:renewed", 5)
        except (RedisError, OSError):
            logger.warning("renewal gap not shortened: Redis is down")

    async def _ask_force(self) -> None:
        """Remember that the platform called a bad token current: the next renewal is forced."""
        try:
            await self._redis.set(f"{self._key}:stuck", "1", ex=600)
        except (RedisError, OSError):
            logger.warning("stuck token not noted: Redis is down")

    async def _may_force(self) -> bool:
        try:
            if not await self._redis.delete(f"{self._key}:stuck"):
                return False
            keys = (f"{self._key}:forced", f"{self._key}:forced-day")
            return bool(await self._redis.eval(FORCE, 2, *keys))
        except (RedisError, OSError):
            return False


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
