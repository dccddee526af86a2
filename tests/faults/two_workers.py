"""Two worker processes on one PostgreSQL and one Redis, and people who are signed in to both."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from redis.asyncio import Redis
from tortoise.backends.base.executor import EXECUTOR_CACHE

from handlers.tools import Tools
from models.errors.entry import Refusal
from models.errors.system import STORE_DOWN
from models.person import Person
from models.store.client import Store
from models.unit import Unit
from models.vocabulary import Role
from server.call import SESSION_COOKIE, csrf_token
from server.resources import close_database, open_database
from tests.build import a_desk_session, settings, tools_for
from tests.live_clients import Answer, Client
from tests.live_processes import bare
from tests.support import services


@dataclass(frozen=True, slots=True)
class Pair:
    """Where the two workers listen, and the stores that they share."""

    urls: tuple[str, str]
    database: str
    redis: str


@contextmanager
def two_workers(folder: Path) -> Iterator[Pair]:
    """Start them on an empty database and an empty Redis of their own."""
    name = f"{folder.parent.name.replace('-', '_')}_workers"
    database = services.create_database(name)
    try:
        with services.spare_redis(folder) as redis, ExitStack() as stack:
            stores = {"ZB_DATABASE_URL": database, "ZB_REDIS_URL": redis.url}
            urls = []
            for number in ("one", "two"):
                own = folder / number
                own.mkdir()
                urls.append(stack.enter_context(bare(own, stores)))
            yield Pair((urls[0], urls[1]), database, redis.url)
    finally:
        services.drop_database(name)


@dataclass(frozen=True, slots=True)
class Tried:
    """One request: when it was sent, when it was answered (the loop's clock), and how."""

    sent: float
    answered: float
    answer: Answer


@dataclass(slots=True)
class Hands:
    """The tests' own way to the same stores, to put people and sessions in place."""

    tools: Tools
    pair: Pair
    http: aiohttp.ClientSession

    async def desk(self, person: Person, role: Role, unit: Unit) -> tuple[Client, Client]:
        """One signed-in browser, as the first worker and as the second one meets it."""
        while True:
            try:
                signed = await a_desk_session(self.tools, person, role, unit)
            except Refusal as refusal:
                # A busy machine: the store was not heard of within half a second.
                if refusal.entry is not STORE_DOWN:
                    raise
                continue
            return self.with_secret(signed.secret)

    def with_secret(self, secret: str) -> tuple[Client, Client]:
        """The browser that holds a session's secret."""
        headers = {"X-CSRF-Token": csrf_token(self.tools, secret)}
        one, two = (
            Client(url, self.http, dict(headers), {SESSION_COOKIE: secret})
            for url in self.pair.urls
        )
        return one, two

    async def timed(
        self, client: Client, method: str, path: str, body: object = None, *, revision: int = 1
    ) -> Tried:
        """Send a request and note when."""
        loop = asyncio.get_running_loop()
        sent = loop.time()
        answer = await client.send(method, path, body, headers={"If-Match": f'"{revision}"'})
        return Tried(sent, loop.time(), answer)

    def hammering(
        self, clients: Sequence[Client], over: asyncio.Event
    ) -> list[asyncio.Task[list[Tried]]]:
        """Several who ask at the same time, some with a breath between."""
        gaps_s = (0.0, 0.003, 0.001, 0.005)
        return [
            asyncio.create_task(self.hammer(client, over, gap_s))
            for client, gap_s in zip(clients, gaps_s, strict=False)
        ]

    async def hammer(self, client: Client, over: asyncio.Event, gap_s: float) -> list[Tried]:
        """Ask for the session again and again until told to stop, and once more then."""
        found = []
        while not over.is_set():
            found.append(await self.timed(client, "GET", "/session"))
            await asyncio.sleep(gap_s)
        found.append(await self.timed(client, "GET", "/session"))
        return found


@asynccontextmanager
async def hands_on(pair: Pair) -> AsyncIterator[Hands]:
    """Open the stores and a browser's connections."""
    EXECUTOR_CACHE.clear()
    await open_database(settings(database_url=pair.database))
    store = Store(Redis.from_url(pair.redis, decode_responses=True))
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            plenty = {"challenges_per_minute": "100000"}
            yield Hands(tools_for(store, at_ms=None, **plenty), pair, http)
    finally:
        await store.close()
        await close_database()
        EXECUTOR_CACHE.clear()
