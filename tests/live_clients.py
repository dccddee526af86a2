"""A browser and a phone as the live product meets them, over plain HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy

from tests.support.personal import RUN

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The catalogue code of a problem, '' of any other answer."""
        problem = self.headers.get("Content-Type", "").startswith("application/problem+json")
        return str(self.json["code"]) if problem else ""

    def good(self) -> Any:
        """The JSON of a 2xx answer (None of an empty one); AssertionError for any other."""
        assert 200 <= self.status < 300, f"{self.status} {self.body[:600]!r}"
        return self.json if self.body else None


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    name: str
    facts: Any
    number: str = ""


@dataclass(slots=True)
class Client:
    """Somebody who sends requests. headers go with every one; cookies are kept like a browser's.

    Paths are below /api/v1 unless they are full URLs or begin with `//`, which means the root.
    """

    url: str
    http: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """The URL of a path."""
        if path.startswith("http"):
            return path
        return self.url + (path[1:] if path.startswith("//") else API + path)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """One request. body: sent as JSON; raw: sent as it is."""
        sent = self._headers() | dict(headers or {})
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent = {"Content-Type": "application/json"} | sent
        async with self.http.request(
            method, self.at(path), data=raw, headers=sent, allow_redirects=False
        ) as answer:
            self._keep(answer.headers.getall("Set-Cookie", []))
            body = await answer.read()
            RUN.answered(answer.status, body)
            return Answer(answer.status, answer.headers, body)

    async def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return await self.send("GET", path, headers=headers)

    async def post(self, path: str, body: object = None, **headers: str) -> Answer:
        """POST JSON; without a body none is sent."""
        return await self.send("POST", path, body, headers=headers)

    async def patch(self, path: str, body: object, revision: int) -> Answer:
        """PATCH with If-Match."""
        return await self.send("PATCH", path, body, headers={"If-Match": f'"{revision}"'})

    async def delete(self, path: str) -> Answer:
        """DELETE."""
        return await self.send("DELETE", path)

    @asynccontextmanager
    async def events(self, path: str, **headers: str) -> AsyncIterator[AsyncIterator[Event]]:
        """The events of a stream as they come; AssertionError when the answer is not a stream."""
        sent = self._headers() | {"Accept": "text/event-stream"} | headers
        async with self.http.get(self.at(path), headers=sent) as answer:
            kind = answer.headers.get("Content-Type", "")
            assert answer.status == 200, f"{answer.status} {(await answer.read())[:600]!r}"
            assert kind.startswith("text/event-stream"), kind
            yield _events(answer.content)

    def _headers(self) -> dict[str, str]:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.headers | ({"Cookie": jar} if jar else {})

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, cookie in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if cookie.value and cookie["max-age"] != "0":
                    self.cookies[name] = cookie.value


async def _events(stream: aiohttp.StreamReader) -> AsyncIterator[Event]:
    name, number, facts = "message", "", ""
    async for line in stream:
        field_name, _, value = line.decode().rstrip("\n").partition(":")
        value = value.removeprefix(" ")
        if field_name == "event":
            name = value
        elif field_name == "id":
            number = value
        elif field_name == "data":
            facts += value
        elif not field_name and not value and facts:
            yield Event(name, json.loads(facts), number)
            name, number, facts = "message", "", ""


@dataclass(slots=True)
class Desk(Client):
    """A browser in front of the login page, later one that is signed in.

    challenge: as the last answer told it; session: as exchange or switch told it.
    """

    challenge: dict[str, Any] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of the challenge."""
        return f"/login/challenges/{self.challenge['id']}"

    async def issue(self, role: str = "legal_rep", channel: str = "miniapp") -> dict[str, Any]:
        """Ask for a login QR."""
        answer = await self.post("/login/challenges", {"role": role, "channel": channel})
        self.challenge = answer.good()
        return self.challenge

    async def look(self) -> dict[str, Any]:
        """Read the challenge again."""
        self.challenge = (await self.get(self.path)).good()
        return self.challenge

    async def switch_role(self, role: str) -> dict[str, Any]:
        """Turn the challenge to the other role."""
        answer = await self.patch(self.path, {"role": role}, self.challenge["revision"])
        self.challenge = answer.good()
        return self.challenge

    async def pair(self, digits: str) -> Answer:
        """Type what the phone shows."""
        return await self.post(f"{self.path}/pair", {"code": digits})

    async def exchange(self) -> dict[str, Any]:
        """Redeem the approved challenge: `{session, next, units}`; from now on signed in."""
        return self.entered((await self.post(f"{self.path}/exchange")).good())

    def entered(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Remember a session that was opened, and send its CSRF token from now on."""
        self.session = entry.get("session", entry)
        self.headers["X-CSRF-Token"] = self.session["csrf_token"]
        return entry

    async def switch_unit(self, unit_id: str, role: str) -> dict[str, Any]:
        """Enter a unit, or another one."""
        answer = await self.post("/session/unit", {"unit_id": unit_id, "role": role})
        return self.entered(answer.good())

    async def wait_for(self, status: str, *, within_s: float = 10.0) -> dict[str, Any]:
        """Long-poll until the challenge has this status; AssertionError when it gets none such."""
        async with asyncio.timeout(within_s):
            while self.challenge["status"] != status:
                revision = self.challenge["revision"]
                answer = await self.get(f"{self.path}?wait=5&revision={revision}")
                self.challenge = answer.good() or self.challenge
        return self.challenge


@dataclass(slots=True)
class Phone(Client):
    """A phone with a bearer token. role: as whom its persona scans.

    identity: whether an e-card was bound when it signed in, `bound` or `unbound`.
    """

    role: str = "legal_rep"
    token: str = ""
    identity: str = ""

    def signed_in(self, told: Mapping[str, Any]) -> None:
        """Send the token of `POST /phone/login` from now on."""
        self.token, self.identity = told["token"], told["identity"]
        self.headers["Authorization"] = f"Bearer {self.token}"

    async def scan(self, desk: Desk, *, scene: int = 1011, source: str = "scanner") -> Answer:
        """Scan what a desk shows."""
        body = {"text": desk.challenge["url"], "scene": scene, "source": source}
        return await self.post("/phone/scans", body)

    async def approve(self, scanned: Mapping[str, Any], unit_id: str | None = None) -> Answer:
        """Approve what `scan` answered; without unit_id the desk chooses."""
        body = {"nonce": scanned["nonce"], "role": scanned["role"]}
        chosen = {"unit_id": unit_id} if unit_id else {}
        return await self.post(
            f"/phone/challenges/{scanned['challenge_id']}/approve", body | chosen
        )

    async def deny(self, scanned: Mapping[str, Any], reason: str = "cancel") -> Answer:
        """Say no to what `scan` answered."""
        body = {"nonce": scanned["nonce"], "reason": reason}
        return await self.post(f"/phone/challenges/{scanned['challenge_id']}/deny", body)
