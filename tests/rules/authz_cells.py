"""The cells of the authorisation matrix: the table as written, and each cell as a request."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from models.vocabulary import Role
from tests.build import DESK_IP, Shown, text_of
from tests.live_clients import Answer
from tests.rules.authz_world import DIGITS, FOREIGN, MISSING, OWN, Caller, Side, World
from tests.server.door import Door

TABLE = Path(__file__).parents[2] / "docs" / "authz.csv"
OTHER_ROLE = "own, other role"
PLAIN_LOGIN = "/login/plain"
_PROBLEM, _STREAM = "application/problem+json", "text/event-stream"
_NOBODYS_ID = "01ja000000000000000000000a"
_CHALLENGE = {"exchange": "approved", "pair": "paired", "": "pending"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One caller's request. thing: own, foreign, missing, or `-`; expected: what the table says."""

    method: str
    path: str
    thing: str
    caller: str
    expected: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} [{self.thing}] by {self.caller}"


def cells() -> Iterator[Cell]:
    """Every cell of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            method, path, thing = (row.pop(name) for name in ("method", "path", "object"))
            for caller, expected in row.items():
                yield Cell(method, path, thing, caller, expected)


def shape_of(path: str) -> str:
    """A route's path as the table writes it: `/sessions/<device_id:str>` → `/sessions/{id}`."""
    return "/" + re.sub(r"<[^>]+>", "{id}", path).strip("/")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a cell sends. form: instead of JSON, for pages without script."""

    path: str
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None


def request_of(cell: Cell, world: World, door: Door) -> Sent:
    """The request of a cell: right in everything but, perhaps, who sends it."""
    side = world.sides.get(cell.thing.partition(",")[0])
    caller = world.callers[cell.caller]
    if cell.path.startswith("/api/v1/login/challenges"):
        return _of_challenge(cell, side)
    if cell.path.startswith("/api/v1/phone"):
        return _of_phone(cell, world, side, door)
    if cell.path.startswith("/api/v1/grants") and cell.method == "POST":
        grant = side.clerk.grant.id if side else _NOBODYS_ID
        path = cell.path.replace("{id}", grant)
        return Sent(path, {"reason": "人员离职"}, headers={"If-Match": '"1"'})
    if cell.path in ("/api/v1/session/unit", "/units/plain") and cell.method == "POST":
        said = {"unit_id": _unit(side), "role": _role(cell, caller).value}
        form = None if cell.path.startswith("/api") else {**said, "csrf_token": caller.csrf or "-"}
        return Sent(cell.path, None if form else said, form)
    return _of_others(cell, side, caller)


def _of_challenge(cell: Cell, side: Side | None) -> Sent:
    last = cell.path.rpartition("/")[2]
    path = cell.path.replace("{id}", _challenge(side, last))
    if cell.method == "PATCH":
        return Sent(path, {"role": "clerk"}, headers={"If-Match": '"1"'})
    if last == "pair":
        return Sent(path, {"code": DIGITS})
    return Sent(path, {"role": "clerk"} if last == "challenges" else None)


def _challenge(side: Side | None, last: str) -> str:
    if side is None:
        return "AAAAAAAAAAAAAAAA"
    shown: Shown = getattr(side, _CHALLENGE.get(last, "pending"))
    return shown.cid


def _of_phone(cell: Cell, world: World, side: Side | None, door: Door) -> Sent:
    last = cell.path.rpartition("/")[2]
    if last == "login":
        return Sent(cell.path, {"platform": "wechat", "code": f"by-{cell.caller}"})
    if last == "identity":
        return Sent(cell.path, {"ecard": {"security": cell.thing}})
    if last == "scans":
        text = text_of(door.tools, world.sides[OWN].pending)
        return Sent(cell.path, {"text": text, "scene": 1011, "source": "scanner"})
    if last == "session":
        role = _role(cell, world.callers[cell.caller])
        return Sent(cell.path, {"role": role.value, "unit_id": _unit(side)})
    path = cell.path.replace("{id}", side.claimed.cid if side else "AAAAAAAAAAAAAAAA")
    said = {"role": "legal_rep"} if last == "approve" else {"reason": "cancel"}
    return Sent(path, {**said, "nonce": side.nonce if side else "nonce"})


def _of_others(cell: Cell, side: Side | None, caller: Caller) -> Sent:
    if cell.path == "/pair/plain":
        return Sent(cell.path, form={"id": _challenge(side, "pair"), "code": DIGITS})
    if cell.path == "/sign-out/plain":
        return Sent(cell.path, form={"csrf_token": caller.csrf or "-"})
    if cell.path == PLAIN_LOGIN and cell.thing != "-":
        return Sent(f"{cell.path}?id={_challenge(side, '')}")
    known = {"/static/{id}": "desk.js", "/l/{id}": "1" + "A" * 31}
    name = known.get(cell.path, "SB-2102" if "errors" in cell.path else "")
    return Sent(cell.path.replace("{id}", name or (side.device.id if side else _NOBODYS_ID)))


def _unit(side: Side | None) -> str:
    return side.unit.id if side else _NOBODYS_ID


def _role(cell: Cell, caller: Caller) -> Role:
    if cell.thing != OTHER_ROLE:
        return caller.role
    return Role.CLERK if caller.role is Role.LEGAL_REP else Role.LEGAL_REP


async def send(door: Door, method: str, sent: Sent, caller: Caller) -> Answer:
    """Send it; of a stream only the beginning is read."""
    headers = {"X-Forwarded-For": DESK_IP, **caller.headers, **(sent.headers or {})}
    data = None
    if caller.cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in caller.cookies.items())
    if sent.body is not None:
        data, headers["Content-Type"] = json.dumps(sent.body).encode(), "application/json"
    if sent.form is not None:
        data = urlencode(sent.form).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    async with door.http.request(
        method, door.url + sent.path, data=data, headers=headers, allow_redirects=False
    ) as answer:
        return Answer(answer.status, answer.headers, await _read(answer))


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    if not answer.headers.get("Content-Type", "").startswith(_STREAM):
        return await answer.read()
    first = await answer.content.readany()
    answer.close()
    return first


def outcome(answer: Answer) -> str:
    """`ok`, `again` (back to the login page without script), or the status of the refusal."""
    if answer.status == 303:
        refused = answer.headers["Location"] == PLAIN_LOGIN and "Set-Cookie" not in answer.headers
        return "again" if refused else "ok"
    return "ok" if 200 <= answer.status < 300 else str(answer.status)


def is_problem(answer: Answer) -> bool:
    """Whether a refusal came as it should: a problem document, or a page for people."""
    kind = answer.headers.get("Content-Type", "")
    return kind.startswith((_PROBLEM, "text/html")) or answer.status == 303


SIDES: Mapping[str, str] = {
    **dict.fromkeys(("own_browser", "phone_card", "choosing", "clerk_own", "rep_own"), OWN),
    **dict.fromkeys(("cookie_as_bearer", "bearer_as_cookie", "no_csrf"), OWN),
    **dict.fromkeys(("other_browser", "clerk_other", "rep_other"), FOREIGN),
}
"""To which side a caller belongs; everybody else belongs to none."""


def told_too_much(cell: Cell, world: World, answer: Answer) -> set[str]:
    """Words in an answer that its caller must not learn."""
    if cell.path.endswith("/identity"):
        # Whoever hands over a card is told whose it is.
        return set()
    mine = SIDES.get(cell.caller, MISSING)
    text = answer.body.decode("utf-8", "replace") + str(dict(answer.headers))
    others = [side for name, side in world.sides.items() if name != mine]
    return {word for side in others for word in side.words if word in text}
