"""Builders: plain functions that put people, units, challenges and sessions in place.

Those of rows come from tests.registered, so that a test has one place to ask.
"""

import secrets
from dataclasses import replace
from typing import NamedTuple

import msgspec

from handlers import exchanges, people
from handlers.approvals import Approved
from handlers.mandates import standing_of
from handlers.ports import CardIdentity
from handlers.tools import Tools
from models.actor import Actor
from models.frame import step_at
from models.identity import Identity
from models.ids import new_id
from models.person import Person, PlatformAccount
from models.store.challenge import Challenge, Place
from models.store.client import Store
from models.store.session import Session
from models.unit import Unit
from models.vocabulary import (
    CardState,
    Channel,
    Platform,
    Role,
)
from server.places import Places
from server.resources import tools_of
from tests.handlers.fakes import PhoneAccounts, an_account_id
from tests.registered import (
    AGENCY,
    AREA,
    DAY,
    NOW,
    SITE,
    Clerk,
    Rep,
    a_grant,
    a_granted_clerk,
    a_legal_rep,
    a_person,
    a_registered_rep,
    a_request,
    a_unit,
    an_identity,
    numbers,
    settings,
    vault,
)

__all__ = [
    "AGENCY",
    "AREA",
    "DAY",
    "DESK",
    "DESK_IP",
    "FAR_IP",
    "NOW",
    "NOW_MS",
    "OTHER_IP",
    "PLACE_NAMES",
    "SITE",
    "Clerk",
    "PhoneAccounts",
    "Rep",
    "Shown",
    "Signed",
    "a_card",
    "a_challenge",
    "a_desk_session",
    "a_grant",
    "a_granted_clerk",
    "a_legal_rep",
    "a_person",
    "a_phone_session",
    "a_registered_rep",
    "a_request",
    "a_scanned_challenge",
    "a_unit",
    "an_account_id",
    "an_actor",
    "an_approved_challenge",
    "an_identity",
    "at",
    "settings",
    "text_of",
    "tools_for",
    "vault",
]

NOW_MS = int(NOW.timestamp() * 1000)
DESK_IP, OTHER_IP, FAR_IP = "192.0.2.10", "198.51.100.20", "203.0.113.30"
DESK = Place(ip=DESK_IP, browser="Chrome 120", os="Windows", name="黑龙江哈尔滨")


PLACE_NAMES = {DESK_IP: "黑龙江哈尔滨", OTHER_IP: "黑龙江大庆", FAR_IP: "上海市上海"}
"""Addresses that are reserved for documentation, and where a test says they are."""


def tools_for(store: Store, *, at_ms: int | None = NOW_MS, **changed: str) -> Tools:
    """Tools on a store whose clock stands at `at_ms` (None: it runs)."""
    tools = tools_of(settings(**changed), store, Places())
    tools = replace(tools, locate=lambda address: PLACE_NAMES.get(address, ""))
    tools.challenges.now_ms = tools.sessions.now_ms = at_ms
    return tools


def at(tools: Tools, ms: int) -> None:
    """Turn the store's clock: `ms` after NOW."""
    tools.challenges.now_ms = tools.sessions.now_ms = NOW_MS + ms


def a_card(
    identity: Identity, *, name: str | None = None, state: CardState = CardState.OK
) -> CardIdentity:
    """The e-card of somebody, perhaps under another name."""
    return CardIdentity(identity.id_type, identity.id_no, name or identity.name, None, AREA, state)


class Signed(NamedTuple):
    """A session with its secret (a cookie's value or a bearer token)."""

    secret: str
    session: Session


async def a_phone_session(
    tools: Tools, person: Person | None = None, *, platform: Platform = Platform.WECHAT
) -> Signed:
    """A phone that has signed in, carrying this person's e-card or none."""
    known = an_account_id(f"subject-{next(numbers)}", platform)
    await PlatformAccount.create(
        id=new_id(),
        platform=known.platform,
        appid=known.appid,
        kind=known.kind,
        subject=known.subject,
        person=person,
        created_at=NOW - DAY,
    )
    door = PhoneAccounts({known.subject: known})
    entered = await people.sign_in_phone(tools, door, known.subject, DESK, now=NOW)
    touched = (await tools.sessions.touch(entered.token)).session
    assert touched is not None
    return Signed(entered.token, touched)


class Shown(NamedTuple):
    """A challenge as its own browser holds it."""

    challenge: Challenge
    bind: str

    @property
    def cid(self) -> str:
        """Its id."""
        return self.challenge.cid


async def a_challenge(
    tools: Tools, role: Role = Role.LEGAL_REP, *, place: Place = DESK, bind: str = ""
) -> Shown:
    """A login QR on a browser of its own."""
    bind = bind or secrets.token_urlsafe(24)
    issued = await tools.challenges.issue(bind, role, Channel.MINIAPP, place, tools.issue_rate)
    assert issued.value is not None, issued.word
    return Shown(issued.value, bind)


def text_of(tools: Tools, shown: Shown, *, after_ms: int = 0) -> str:
    """What a phone reads from the QR, so long after it was issued."""
    issued = shown.challenge
    step = step_at(issued.issued_at_ms, issued.issued_at_ms + after_ms)
    return tools.frames.url(tools.frames.token(issued.cid, issued.generation, step))


def an_actor(session: Session, ip: str = DESK_IP) -> Actor:
    """The caller behind a session, as the door would make them."""
    return Actor(
        person_id=session.person_id,
        role=session.role,
        unit_id=session.unit_id,
        session_id=session.id,
        ip=ip,
        browser="tests",
        trace_id="t0",
    )


async def a_scanned_challenge(
    tools: Tools, person: Person, role: Role, *, place: Place = DESK, bind: str = ""
) -> tuple[Shown, str]:
    """A challenge that this person's phone has claimed, and the nonce to decide with."""
    shown = await a_challenge(tools, role, place=place, bind=bind)
    nonce = secrets.token_urlsafe(16)
    claimed = await tools.challenges.scan(
        shown.cid,
        person.id,
        generation=0,
        step=0,
        scanned_at_ms=None,
        grace_ms=0,
        nonce=nonce,
        scanner="张*",
    )
    assert claimed.word == "ok"
    return shown, nonce


async def an_approved_challenge(
    tools: Tools,
    person: Person,
    role: Role,
    unit: Unit | None = None,
    *,
    place: Place = DESK,
    bind: str = "",
) -> Shown:
    """A challenge that this person has approved; without a unit the desk is to choose."""
    shown, nonce = await a_scanned_challenge(tools, person, role, place=place, bind=bind)
    mandates = (await standing_of(tools.vault, person, NOW)).of(role)
    chosen = next((m for m in mandates if unit is not None and m.unit.id == unit.id), None)
    key = chosen.key if chosen else ""
    approved = Approved(person.id, role, key, chosen.revision if chosen else 0)
    text = msgspec.json.encode(approved).decode()
    agreed = await tools.challenges.approve(shown.cid, person.id, nonce, role, text)
    assert agreed.word == "ok"
    return shown


async def a_desk_session(
    tools: Tools, person: Person, role: Role, unit: Unit | None = None, *, place: Place = DESK
) -> Signed:
    """A desk that this person has signed in to; without a unit it still has to choose one."""
    shown = await an_approved_challenge(tools, person, role, unit, place=place)
    entered = await exchanges.exchange(
        tools, Actor(ip=place.ip), shown.cid, shown.bind, None, now=NOW
    )
    touched = (await tools.sessions.touch(entered.opened.secret)).session
    assert touched is not None
    return Signed(entered.opened.secret, touched)
