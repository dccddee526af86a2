"""The platform as the token provider sees it: one call, counted."""

import asyncio

from redis.asyncio import Redis

from server.gateways.transport import TransportFault
from server.gateways.wechat_token import FreshToken, TokenProvider

APPID = "wx239900sandbox01"
KEY = f"zb:wechat:token:{APPID}"


class TokenPlatform:
    """Stands in for stable_token: the same token until it is killed, or forced."""

    def __init__(self) -> None:
        self.fetches: list[bool] = []
        self.current = 1
        self.stuck = False
        self.fails = False
        self.life_s = 7200

    def kill(self) -> None:
        self.current += 1

    async def fetch(self, force: bool) -> FreshToken:
        self.fetches.append(force)
        await asyncio.sleep(0.05)
        if self.fails:
            raise TransportFault("timeout", "host/path", sent=True)
        if force:
            self.current += 1
        return FreshToken(f"token-{self.current}", self.life_s)


def providers_of(redis: Redis, platform: TokenPlatform, count: int = 4) -> list[TokenProvider]:
    return [TokenProvider(redis, platform.fetch, APPID) for _ in range(count)]
