"""The contract's QR login as a client makes it: a browser that shows the code, a phone that scans.

The same client drives the product and the naive app, which speaks the same paths. Every browser
has an address of its own in X-Forwarded-For (the harness stands where the proxy would), so limits
per address see many people.
"""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

from bench.load.http import Caller, build
from bench.load.pump import Pump, answered
from bench.load.stream import Waiter, open_stream

BASE = "/api/v1"
EVENT_WITHIN_S = 10.0
CAMERA_SCENE = 1011


class LoginRefused(ValueError):
    """A step of the login was answered otherwise than the contract says."""


def status_event(status: str) -> re.Pattern[bytes]:
    """Finds the stream's event that tells this status."""
    return re.compile(rb'"status": ?"' + status.encode() + rb'"')


FIRST_EVENT = re.compile(rb"\ndata:")
SCANNED, APPROVED = status_event("scanned"), status_event("approved")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the browser holds of its challenge."""

    id: str
    url: str
    cookie: str
    address: str
    owner: str = ""

    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "X-Forwarded-For": self.address}

    def path(self, rest: str = "") -> str:
        return f"{BASE}/login/challenges/{self.id}{rest}"


@dataclass(frozen=True, slots=True)
class Phone:
    """A signed-in phone: its bearer token and the role it logs in with."""

    bearer: str
    role: str

    def headers(self, address: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}", "X-Forwarded-For": address}


class Desk:
    """The browser's side on one keep-alive connection."""

    def __init__(self, port: int, rng: random.Random, *, origin: str) -> None:
        self.port = port
        self._caller = Caller(port)
        self._rng = rng
        self._host = origin.partition("//")[2]
        self._origin = {"Origin": origin}
        self._kept: dict[str, str] = {}

    def _address(self) -> str:
        number = self._rng.getrandbits(24)
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"

    async def issue(self, role: str, owner: str = "") -> Challenge:
        """POST /login/challenges; owner: whose browser it is; raises LoginRefused."""
        address = self._address()
        headers = {**self._origin, "X-Forwarded-For": address}
        kept = self._kept.get(owner, "")
        if kept:
            headers["Cookie"] = kept
        body = {"role": role}
        answer = await self._caller.send(
            build("POST", f"{BASE}/login/challenges", host=self._host, headers=headers, body=body)
        )
        if answer.status != 201:
            raise LoginRefused(f"issue: {answer.status} {answer.body[:300]!r}")
        told = answer.json()
        cookie = "; ".join(filter(None, (answer.cookies(), kept)))
        return Challenge(told["id"], told["url"], cookie, address, owner)

    def issuing(self, role: str, addresses: int) -> Pump:
        """Issues under load, from so many addresses in turn: answered 201, not decoded."""
        path, body = f"{BASE}/login/challenges", {"role": role}
        requests = [
            build("POST", path, host=self._host, body=body,
                  headers={**self._origin, "X-Forwarded-For": self._address()})
            for _ in range(addresses)
        ]  # fmt: skip
        return Pump(self.port, answered(201), requests)

    def asking(self, challenge: Challenge) -> bytes:
        """The bytes of one status poll."""
        return build("GET", challenge.path(), host=self._host, headers=challenge.headers())

    async def polled(self, request: bytes) -> bool:
        return (await self._caller.send(request)).status == 200

    async def watch(self, challenge: Challenge, number: int = 0) -> Waiter:
        """Opens the challenge's event stream."""
        headers = {**challenge.headers(), "Accept": "text/event-stream"}
        request = build("GET", challenge.path("/events"), host=self._host, headers=headers)
        return await open_stream(self.port, request, number)

    async def exchange(self, challenge: Challenge) -> str:
        """POST …/exchange; the session's Cookie header; raises LoginRefused."""
        headers = {**self._origin, **challenge.headers()}
        answer = await self._caller.send(
            build("POST", challenge.path("/exchange"), host=self._host, headers=headers)
        )
        if answer.status != 200:
            raise LoginRefused(f"exchange: {answer.status} {answer.body[:300]!r}")
        if challenge.owner:
            self._kept[challenge.owner] = answer.cookies(lasting=True)
        return answer.cookies()

    async def pair(self, challenge: Challenge, code: str) -> None:
        headers = {**self._origin, **challenge.headers()}
        await self._caller.send(
            build("POST", challenge.path("/pair"), host=self._host, headers=headers,
                  body={"code": code})
        )  # fmt: skip

    def close(self) -> None:
        self._caller.close()


class Hand:
    """Phones on one keep-alive connection; limits are per person, so they take turns."""

    def __init__(self, port: int, phones: Sequence[Phone], *, origin: str) -> None:
        self.phone = phones[0]
        self._phones = cycle(phones)
        self._caller = Caller(port)
        self._host = origin.partition("//")[2]

    def turn(self) -> Phone:
        """The next person's phone, for what follows."""
        self.phone = next(self._phones)
        return self.phone

    async def scan(self, challenge: Challenge, text: str) -> dict[str, object]:
        """POST /phone/scans; raises LoginRefused."""
        body = {
            "text": text, "scene": CAMERA_SCENE, "scancode_time": int(time.time()),
            "source": "scanner",
        }  # fmt: skip
        return await self._ask(f"{BASE}/phone/scans", challenge.address, body)

    async def approve(self, challenge: Challenge, scan: dict[str, object]) -> None:
        """POST …/approve for the first unit offered; raises LoginRefused."""
        body = {"nonce": scan["nonce"], "role": scan["role"]}
        units = scan["units"]
        if isinstance(units, list) and units:
            body["unit_id"] = units[0]["id"]
        await self._ask(f"{BASE}/phone/challenges/{challenge.id}/approve", challenge.address, body)

    async def _ask(self, path: str, address: str, body: dict[str, object]) -> dict[str, object]:
        answer = await self._caller.send(
            build("POST", path, host=self._host, headers=self.phone.headers(address), body=body)
        )
        if answer.status != 200:
            raise LoginRefused(f"{path}: {answer.status} {answer.body[:300]!r}")
        told: dict[str, object] = answer.json() if answer.body else {}
        return told

    def close(self) -> None:
        self._caller.close()


async def unmarked(_: str) -> None:
    """For logins whose steps nobody times."""


async def login_by_stream(
    desk: Desk, hand: Hand, mark: Callable[[str], Awaitable[None]] = unmarked
) -> str:
    """Issue, watch, scan, approve, exchange, each marked; the session's Cookie header."""
    phone = hand.turn()
    challenge = await desk.issue(phone.role, phone.bearer)
    await mark("issue")
    waiter = await desk.watch(challenge)
    try:
        await asyncio.wait_for(waiter.expect(FIRST_EVENT), EVENT_WITHIN_S)
        await mark("watch")
        scan = await hand.scan(challenge, challenge.url)
        await asyncio.wait_for(waiter.expect(SCANNED), EVENT_WITHIN_S)
        await mark("scan")
        await _settle_pairing(desk, challenge, scan)
        await hand.approve(challenge, scan)
        await asyncio.wait_for(waiter.expect(APPROVED), EVENT_WITHIN_S)
        await mark("approve")
        session = await desk.exchange(challenge)
        await mark("exchange")
        return session
    finally:
        waiter.close()


async def login_by_polls(desk: Desk, hand: Hand, polls: int) -> str:
    """The same with `polls` status polls in the place of the stream, their pauses left out."""
    phone = hand.turn()
    challenge = await desk.issue(phone.role, phone.bearer)
    request = desk.asking(challenge)
    answered = [await desk.polled(request) for _ in range(polls - 2)]
    scan = await hand.scan(challenge, challenge.url)
    answered.append(await desk.polled(request))
    await _settle_pairing(desk, challenge, scan)
    await hand.approve(challenge, scan)
    answered.append(await desk.polled(request))
    if not all(answered):
        raise LoginRefused(f"{answered.count(False)} of {polls} polls were refused")
    return await desk.exchange(challenge)


async def _settle_pairing(desk: Desk, challenge: Challenge, scan: dict[str, object]) -> None:
    code = scan.get("pair_code")
    if isinstance(code, str) and code:
        await desk.pair(challenge, code)
