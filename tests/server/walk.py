"""A walk through every step of logging in and being signed in, each request with its cost."""

from collections.abc import Awaitable, Mapping

from models.person import Person
from models.vocabulary import Role
from server.call import csrf_token
from tests.build import (
    DESK_IP,
    Signed,
    a_desk_session,
    a_granted_clerk,
    a_phone_session,
    a_registered_rep,
)
from tests.live_clients import Answer, Desk, Phone
from tests.server.door import Door
from tests.server.meter import Cost, metered


class Bill:
    """What each step of a walk has cost."""

    def __init__(self, front: Door) -> None:
        self.front = front
        self.costs: dict[str, Cost] = {}

    async def note(self, step: str, asked: Awaitable[Answer]) -> Answer:
        """Count one request."""
        async with metered(self.front) as cost:
            answer = await asked
        self.costs[step] = cost
        return answer

    def over(self, ceilings: Mapping[str, tuple[int, int]]) -> list[str]:
        """Steps that cost more than they may."""
        return [
            f"{step}: {self.costs[step]} ({trips}, {sql} allowed) {self.costs[step].statements}"
            for step, (trips, sql) in ceilings.items()
            if self.costs[step].trips > trips or self.costs[step].sql > sql
        ]


def a_browser(front: Door, signed: Signed | None = None) -> Desk:
    """A browser at the desk's address, signed in when a session is given."""
    desk = front.desk()
    desk.headers["X-Forwarded-For"] = DESK_IP
    if signed is not None:
        desk.cookies["__Host-zb_sid"] = signed.secret
        desk.headers["X-CSRF-Token"] = csrf_token(front.tools, signed.secret)
    return desk


async def a_phone(front: Door, person: Person, ip: str = DESK_IP) -> Phone:
    """A person's phone."""
    phone = front.phone((await a_phone_session(front.tools, person)).secret)
    phone.headers["X-Forwarded-For"] = ip
    return phone


async def everything(front: Door) -> Bill:
    """Walk through every step once."""
    bill = Bill(front)
    await _login(bill)
    await _session(bill)
    await _others(bill)
    return bill


async def _login(bill: Bill) -> None:
    front, desk = bill.front, a_browser(bill.front)
    clerk = await a_granted_clerk()
    await a_granted_clerk(person=clerk.person)
    phone = await a_phone(front, clerk.person)
    issued = await bill.note("issue", desk.post("/login/challenges", {"role": "clerk"}))
    desk.challenge = issued.good()
    await bill.note("poll", desk.get(desk.path))
    await bill.note("poll unchanged", desk.get(f"{desk.path}?revision=1"))
    await bill.note("picture", desk.get(f"{desk.path}/qr.svg"))
    scanned = (await bill.note("scan", phone.scan(desk))).good()
    (await bill.note("approve", phone.approve(scanned))).good()
    entered = await bill.note("exchange", desk.post(f"{desk.path}/exchange"))
    desk.entered(entered.good())
    await desk.get("/session")
    (await bill.note("units", desk.get("/session/units"))).good()
    body = {"unit_id": clerk.unit.id, "role": "clerk"}
    desk.entered((await bill.note("switch", desk.post("/session/unit", body))).good())
    await bill.note("first look after a switch", desk.get("/session"))


async def _session(bill: Bill) -> None:
    front, rep = bill.front, await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    signed = await a_desk_session(front.tools, rep.person, Role.LEGAL_REP, rep.unit)
    losing = await a_desk_session(front.tools, clerk.person, Role.CLERK, clerk.unit)
    desk, other = a_browser(front, signed), a_browser(front, losing)
    await desk.get("/session")
    (await bill.note("session", desk.get("/session"))).good()
    (await bill.note("devices", desk.get("/sessions"))).good()
    (await bill.note("grants", desk.get("/grants"))).good()
    (await bill.note("unit information", desk.get("/units/current"))).good()
    seen, contact = {"If-Match": '"1"'}, {"contact_name": "李四"}
    changed = desk.send("PATCH", "/units/current", contact, headers=seen)
    (await bill.note("unit edited", changed)).good()
    path, stand = f"/grants/{clerk.grant.id}/revoke", {"If-Match": '"1"'}
    said = {"reason": "人员离职"}
    (await bill.note("revoke", desk.send("POST", path, said, headers=stand))).good()
    lost = await bill.note("revoked session", other.get("/session"))
    assert lost.code == "SB-3005"
    (await bill.note("sign out", desk.delete("/session"))).good()


async def _others(bill: Bill) -> None:
    front, rep = bill.front, await a_registered_rep()
    phone, far = await a_phone(front, rep.person), front.desk()
    desk = a_browser(front)
    await desk.issue("clerk")
    (await bill.note("switch role", desk.patch(desk.path, {"role": "legal_rep"}, 1))).good()
    (await bill.note("cancel", desk.delete(desk.path))).good()
    await desk.issue("legal_rep")
    (await bill.note("deny", phone.deny((await phone.scan(desk)).good(), "not_me"))).good()
    # Shared addresses of a carrier: public, and in no table of places.
    far.headers["X-Forwarded-For"] = "100.64.0.1"
    await far.issue("legal_rep")
    owed = (await bill.note("scan that owes digits", phone.scan(far))).good()
    (await bill.note("pair", far.pair(owed["pair_code"]))).good()
    said = {"platform": "wechat", "code": f"phone-{rep.person.id}"}
    for step in ("first phone sign-in", "phone sign-in"):
        (await bill.note(step, front.client().post("/phone/login", said))).good()
    paths = {"healthz": "//healthz", "login page": "//", "error catalogue": "/help/errors"}
    for step, path in paths.items():
        await bill.note(step, desk.get(path))
    await bill.note("without cookie", desk.get("/session"))
