"""The cells of the authorisation matrix: the table as written, and each cell as a request."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode
from zlib import crc32

import aiohttp

from models.notice import VERSION
from models.vocabulary import Role
from server.demo.identifiers import credit_code
from server.demo.shapes import UnitKind
from tests.build import AREA, DESK_IP, Shown, an_identity, text_of
from tests.live_clients import Answer
from tests.rules.authz_grants import grant_request
from tests.rules.authz_officers import officer_request
from tests.rules.authz_sent import Cell, Sent
from tests.rules.authz_world import (
    DIGITS,
    FOREIGN,
    MISSING,
    OTHER_PASSWORD,
    OWN,
    PASSWORD,
    Caller,
    Side,
    World,
)
from tests.server.door import Door

TABLE = Path(__file__).parents[2] / "docs" / "authz.csv"
OTHER_ROLE = "own, other role"
PLAIN_LOGIN = "/login/plain"
_OF_ACCOUNTS = frozenset(
    {
        "/api/v1/login/password",
        "/api/v1/login/otp",
        "/api/v1/login/reset",
        "/api/v1/me/password",
        "/api/v1/me/consent",
        "/api/v1/me/contact",
    }
)
_PROBLEM, _STREAM = "application/problem+json", "text/event-stream"
_NOBODYS_ID = "01ja000000000000000000000a"
_CHALLENGE = {"exchange": "approved", "pair": "paired", "": "pending"}


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


def request_of(cell: Cell, world: World, door: Door) -> Sent:
    """The request of a cell: right in everything but, perhaps, who sends it."""
    side = world.sides.get(cell.thing.partition(",")[0])
    caller = world.callers[cell.caller]
    if cell.path.startswith("/api/v1/login/challenges"):
        return _of_challenge(cell, side)
    if cell.path.endswith("/request-grant"):
        return _of_failed_scan(cell, world, side)
    if cell.path.startswith("/api/v1/phone"):
        return _of_phone(cell, world, side, door)
    if cell.path in _OF_ACCOUNTS:
        return _of_accounts(cell, side)
    if cell.path.startswith(("/api/v1/grant", "/api/v1/session/grants")):
        return grant_request(cell, world, side)
    if cell.path.startswith("/api/v1/officer/"):
        unit = side.unit.id if side else _NOBODYS_ID
        return Sent(*officer_request(cell.method, cell.path, cell.thing, unit, world.colleague))
    if cell.path in ("/api/v1/session/unit", "/units/plain") and cell.method == "POST":
        said = {"unit_id": _unit(side), "role": _role(cell, caller).value}
        form = None if cell.path.startswith("/api") else {**said, "csrf_token": caller.csrf or "-"}
        return Sent(cell.path, None if form else said, form)
    return message_request(cell, side) or _of_others(cell, side, caller)


def _of_failed_scan(cell: Cell, world: World, side: Side | None) -> Sent:
    path = cell.path.replace("{id}", side.claimed.cid if side else "AAAAAAAAAAAAAAAA")
    uscc = world.sides[OWN].elsewhere.uscc
    return Sent(path, {"uscc": uscc, "nonce": side.nonce if side else "nonce"})


def message_request(cell: Cell, side: Side | None) -> Sent | None:
    """The requests about messages, consents and certificates, None for others."""
    if cell.path.startswith("/api/v1/messages/{id}"):
        return Sent(cell.path.replace("{id}", side.message.id if side else _NOBODYS_ID))
    if cell.path.startswith("/api/v1/certificates"):
        path = cell.path.replace("{id}", _certificate(cell, side))
        typed = {"not_after": "2030-01-01T00:00:00Z"} if path.endswith("certificates") else None
        return Sent(path, typed if cell.method == "POST" else None, headers={"If-Match": '"1"'})
    if cell.path == "/api/v1/units/current":
        return Sent(cell.path, _contact(cell), headers={"If-Match": '"1"'})
    if cell.path == "/api/v1/registrations":
        return Sent(cell.path, _registration(cell))
    if cell.path == "/api/v1/subscriptions" and cell.method == "POST":
        accepted = {"sandbox-filing-status": "accept"}
        return Sent(cell.path, {"results": accepted, "prompt_id": "prompt-0001"})
    if cell.path == "/api/v1/preferences" and cell.method == "PUT":
        return Sent(cell.path, {"channels": {"filing": {"wechat": False}}})
    return None


def _contact(cell: Cell) -> dict[str, object] | None:
    return {"contact_phone": "0451-87654321"} if cell.method == "PATCH" else None


def _registration(cell: Cell) -> dict[str, object]:
    rep = an_identity()
    number = crc32(cell.caller.encode()) % 10**6
    return {
        "uscc": credit_code(UnitKind.COMPANY, AREA, number),
        "name": "演示市新办有限公司",
        "legal_rep": {"name": rep.name, "id_no": rep.id_no},
        "phone": "13800000000",
    }


def _certificate(cell: Cell, side: Side | None) -> str:
    if side is None:
        return _NOBODYS_ID
    return (side.renewing if cell.path.endswith("cancel-renewal") else side.certificate).id


def _of_challenge(cell: Cell, side: Side | None) -> Sent:
    last = cell.path.rpartition("/")[2]
    path = cell.path.replace("{id}", _challenge(side, last))
    if cell.method == "PATCH":
        return Sent(path, {"role": "clerk"}, headers={"If-Match": '"1"'})
    if last == "pair":
        return Sent(path, {"code": DIGITS})
    return Sent(path, {"role": "clerk"} if last == "challenges" else None)


def _of_accounts(cell: Cell, side: Side | None) -> Sent:
    name = side.unit.uscc if side else f"nobody-{cell.caller}"
    bodies: dict[str, dict[str, object]] = {
        "/api/v1/login/password": {"account": name, "password": PASSWORD},
        "/api/v1/login/otp": {"account": name},
        "/api/v1/login/reset": {
            "token": side.link if side else "A" * 43,
            "password": OTHER_PASSWORD,
        },
        "/api/v1/me/password": {"password": OTHER_PASSWORD},
        "/api/v1/me/consent": {"version": VERSION},
        "/api/v1/me/contact": {
            "way": "phone",
            "address": f"139{crc32(cell.caller.encode()):08d}"[:11],
        },
    }
    if cell.method == "PUT":
        own = {"request": side.request, "code": side.code} if side else {}
        return Sent(cell.path, own or {"request": _NOBODYS_ID, "code": "000000"})
    return Sent(cell.path, bodies[cell.path] if cell.method == "POST" else None)


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
    **dict.fromkeys(("own_browser", "phone_card", "choosing", "rep_own"), OWN),
    **dict.fromkeys(("clerk_own", "clerk_narrow"), OWN),
    **dict.fromkeys(("cookie_as_bearer", "bearer_as_cookie", "no_csrf"), OWN),
    **dict.fromkeys(("other_browser", "clerk_other", "rep_other"), FOREIGN),
    **dict.fromkeys(("officer_window", "officer_system", "officer_security"), OWN),
    **dict.fromkeys(("officer_audit", "officer_gone"), OWN),
    "officer_elsewhere": FOREIGN,
}
"""To which side a caller belongs; everybody else belongs to none."""


def told_too_much(cell: Cell, world: World, answer: Answer) -> set[str]:
    """Words in an answer that its caller must not learn."""
    if cell.path.endswith(("/identity", "/login/password")):
        # Whoever hands over a card is told whose it is, whoever knows the password as well.
        return set()
    if cell.path.endswith("/officer/audit"):
        # The trail is everybody's, and the audit administrator reads all of it.
        return set()
    mine = SIDES.get(cell.caller, MISSING)
    text = answer.body.decode("utf-8", "replace") + str(dict(answer.headers))
    others = [side for name, side in world.sides.items() if name != mine]
    forbidden = {word for side in others for word in side.words}
    if cell.caller == "clerk_narrow":
        forbidden |= world.sides[OWN].withheld
    return {word for word in forbidden if word in text}
