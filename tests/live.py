"""The live product for tests: real processes, real ports, demo personas to play.

    async def test_a_clerk_signs_in(live: Live) -> None:
        desk, phone = live.desk(), await live.phone("P3")
        await desk.issue("clerk")
        scanned = (await phone.scan(desk)).good()
        (await phone.approve(scanned)).good()
        entry = await desk.exchange()

`await live.sign_in("P3")` does all of that. One product serves the tests of a file, in any order:
a test must not take the server down or empty its tables; one that does starts its own with
`running(tmp_path)`.
"""

import asyncio
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import aiohttp
import pytest

from models.vocabulary import CardState
from server.demo.dataset import dataset
from server.demo.shapes import DemoPersona
from tests.live_clients import API, Answer, Client, Desk, Event, Phone
from tests.live_processes import Running, private_redis, running

__all__ = [
    "API",
    "Answer",
    "Client",
    "Desk",
    "Event",
    "Live",
    "Phone",
    "Running",
    "private_redis",
    "running",
]

_numbers = itertools.count(1)


@cache
def personas() -> Mapping[str, DemoPersona]:
    """The demo personas by key (P1 to P20)."""
    return {persona.key: persona for persona in dataset().personas}


@dataclass(slots=True)
class Live:
    """A running product and its users. sandbox: a client of the platforms' stand-ins."""

    running: Running
    http: aiohttp.ClientSession
    sandbox: Client = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = Client(self.running.sandbox, self.http)

    @property
    def url(self) -> str:
        """The product's base URL."""
        return self.running.url

    def client(self) -> Client:
        """Somebody with neither cookie nor token."""
        return Client(self.url, self.http)

    def desk(self, address: str = "") -> Desk:
        """A browser. address: where it comes from; the loopback address if nothing is said."""
        return Desk(self.url, self.http, _from(address))

    async def phone(
        self, persona_key: str, *, platform: str = "wechat", address: str = ""
    ) -> Phone:
        """A persona's phone, signed in, with his e-card bound. Each call opens a new session."""
        phone = await self.unbound_phone(persona_key, platform=platform, address=address)
        if phone.identity == "unbound":
            (await self.bind(phone, persona_key)).good()
        return phone

    async def unbound_phone(
        self, persona_key: str, *, platform: str = "wechat", address: str = ""
    ) -> Phone:
        """A persona's phone, signed in only: the first time no e-card is bound to it."""
        openid = f"persona-{persona_key}" + ("" if platform == "wechat" else "-alipay")
        code = (await self.control(f"/{platform}/users", {"openid": openid}))["code"]
        phone = Phone(self.url, self.http, _from(address), role=persona_role(persona_key))
        answer = await phone.post("/phone/login", {"platform": platform, "code": code})
        phone.signed_in(answer.good())
        return phone

    async def stranger(self) -> Phone:
        """A signed-in phone that nobody has used before, and that carries no e-card."""
        code = await self.control("/wechat/users", {"openid": f"stranger-{next(_numbers)}"})
        phone = Phone(self.url, self.http)
        answer = await phone.post("/phone/login", {"platform": "wechat", "code": code["code"]})
        phone.signed_in(answer.good())
        return phone

    async def bind(self, phone: Phone, persona_key: str) -> Answer:
        """Hand the phone over to the e-card mini-program and back; P14's lost card is refused."""
        person = personas()[persona_key]
        card = await self.control("/ecard/people", card_of(person))
        return await phone.post("/phone/identity", {"ecard": {"security": card["security"]}})

    async def scan_by_ecard(self, desk: Desk, persona_key: str, *, confirm: bool = True) -> Any:
        """A persona scans a desk's e-card QR with the e-card app."""
        card = await self.control("/ecard/people", card_of(personas()[persona_key]))
        said = {"qr_code": desk.challenge["url"], "essc_no": card["essc_no"], "confirm": confirm}
        return await self.control("/ecard/scan", said)

    async def sign_in(
        self, persona_key: str, *, unit_id: str | None = None, address: str = ""
    ) -> Desk:
        """A desk that a persona has signed in to by QR: issue, scan, (pair,) approve, exchange.

        With several units and no unit_id the session is one that has still to choose.
        """
        desk, phone = self.desk(address), await self.phone(persona_key, address=address)
        await desk.issue(phone.role)
        scanned = (await phone.scan(desk)).good()
        if "pair_code" in scanned:
            (await desk.pair(scanned["pair_code"])).good()
        (await phone.approve(scanned, unit_id)).good()
        await desk.exchange()
        return desk

    async def control(self, path: str, body: object) -> Any:
        """POST to the sandbox's control (contract §12); the JSON it answers."""
        return (await self.sandbox.send("POST", f"//_ctl{path}", body)).good()

    def rows(self) -> dict[str, int]:
        """How many rows each table holds now."""
        with closing(sqlite3.connect(f"file:{self.running.database}?mode=ro", uri=True)) as file:
            names = [name for (name,) in file.execute(_TABLES)]
            return {
                name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names
            }


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def persona_role(persona_key: str) -> str:
    """As whom a persona scans."""
    return personas()[persona_key].role.value


def card_of(person: DemoPersona) -> dict[str, str]:
    """What the sandbox must know of a persona's e-card."""
    return {
        "name": person.name,
        "id_no": person.id_no,
        "id_type": person.id_type.value,
        "card_state": CardState(person.card_state).value,
    }


def _from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address} if address else {}


@asynccontextmanager
async def visiting(product: Running) -> AsyncIterator[Live]:
    """Clients for a running product; for a test that started its own."""
    # No proxy from the environment, no shared cookies: every client keeps its own.
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=60),
        json_serialize=json.dumps,
    ) as http:
        yield Live(product, http)
        # The connector closes its sockets one turn of the loop later.
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product, started once for the tests of a file."""
    with running(tmp_path_factory.mktemp("live")) as started:
        yield started


@pytest.fixture
async def live(product: Running) -> AsyncIterator[Live]:
    """The file's product with clients of this test's own."""
    async with visiting(product) as found:
        yield found
