"""The sandbox's one HTTP client: pushes events to the product, passes the phone's calls on."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass

import aiohttp


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. headers: lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes


class Unreachable(Exception):
    """Nobody answered (in time)."""


class Courier:
    """Sends requests; background work is kept until done and cancelled at the end."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[object]] = set()

    async def carry(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout_s: float = 5.0,
    ) -> Reply:
        """Do one request. Raises Unreachable."""
        if self._session is None:
            self._session = aiohttp.ClientSession(auto_decompress=True)
        try:
            async with self._session.request(
                method,
                url,
                params=params,
                headers=headers,
                data=body or None,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
                allow_redirects=False,
            ) as answer:
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(answer.status, names, await answer.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
            raise Unreachable(str(failure) or type(failure).__name__) from failure

    def later(self, work: Coroutine[object, object, object]) -> None:
        """Do something in the background."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until all background work is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Drop background work and connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None
