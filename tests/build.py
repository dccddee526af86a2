"""Builders: plain functions that put people, units, mandates, challenges and sessions in place.

Every number and name is invented; document numbers use the area 239900, which does not exist.
"""

import base64
import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import msgspec

from handlers import people, sessions
from handlers.mandates import standing_of
from handlers.ports import CardIdentity, PlatformAccountId
from handlers.scans import Approved
from handlers.tools import Tools
from models.actor import Actor
from models.frame import step_at
from models.grant import Grant
from models.identity import Identity
from models.ids import new_id
from models.person import Person, PlatformAccount
from models.sealed import Vault
from models.store.challenge import Challenge, Place
from models.store.client import Store
from models.store.session import Session
from models.unit import Agency, LegalRep, Relation, Unit
from models.vocabulary import (
    CardState,
    Channel,
    GrantStatus,
    IdType,
    PersonStatus,
    Platform,
    Role,
    UnitStatus,
)
from server.demo.identifiers import credit_code, resident_number, unit_number
from server.demo.shapes import UnitKind
from server.places import Places
from server.resources import tools_of, vault_of
from server.settings import Settings

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
DAY = timedelta(days=1)
AREA = "239900"
SITE = "https://sb.example.cn"
DESK_IP, OTHER_IP, FAR_IP = "192.0.2.10", "198.51.100.20", "203.0.113.30"
DESK = Place(ip=DESK_IP, browser="Chrome 120", os="Windows", name="黑龙江哈尔滨")
_numbers = itertools.count(1)


def settings(**changed: str) -> Settings:
    """Settings of a test. changed: variables without their ZB_ prefix, in lower case."""
    env = {
        "ZB_MASTER_KEY": base64.b64encode(b"tests only, never anywhere else!").decode(),
        "ZB_PUBLIC_URL": SITE,
        "ZB_DATABASE_URL": "sqlite://:memory:",
    }
    return Settings.read(env | {f"ZB_{name.upper()}": value for name, value in changed.items()})


@cache
def vault() -> Vault:
    """The vault of every test."""
    return vault_of(settings())


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


def an_identity(name: str = "张三", number: int | None = None) -> Identity:
    """An invented person; without a number somebody new each time."""
    wanted = next(_numbers) if number is None else number
    return Identity(IdType.RESIDENT_ID, resident_number(AREA, wanted), name)


def a_card(
    identity: Identity, *, name: str | None = None, state: CardState = CardState.OK
) -> CardIdentity:
    """The e-card of somebody, perhaps under another name."""
    return CardIdentity(
        identity.id_type, identity.id_no, name or identity.name, None, AREA, state
    )


async def a_person(
    identity: Identity | None = None, *, status: PersonStatus = PersonStatus.ACTIVE
) -> Person:
    """A person whom an e-card has vouched for before."""
    row = Person.sealed(vault(), new_id(), identity or an_identity())
    return await Person.create(**row, status=status, created_at=NOW - DAY)


async def a_unit(
    name: str = "测试公司", *, relations: int = 1, status: UnitStatus = UnitStatus.ACTIVE
) -> Unit:
    """A registered unit with so many insured relations."""
    number = next(_numbers)
    agency, _ = await Agency.get_or_create(
        code="239900000001",
        defaults={"name": "测试经办机构", "region": AREA, "address": "", "phone": "", "hours": ""},
    )
    uscc = credit_code(UnitKind.COMPANY, AREA, number)
    unit = await Unit.create(
        id=new_id(), uscc=uscc, name=name, address="测试路1号", region=AREA, status=status
    )
    for _ in range(relations):
        await Relation.create(
            id=new_id(),
            unit=unit,
            insurance="110",
            unit_no=unit_number(next(_numbers)),
            agency=agency,
            recorded_uscc=uscc,
        )
    return unit


async def a_legal_rep(
    unit: Unit, person: Person, *, name: str | None = None, live: bool = True
) -> LegalRep:
    """Register a person as a unit's legal representative, perhaps under another name."""
    row = LegalRep.sealed(vault(), new_id(), _known_as(person, name))
    return await LegalRep.create(**row, unit=unit, live=live, since=NOW - DAY)


async def a_grant(
    unit: Unit,
    person: Person,
    *,
    name: str | None = None,
    status: GrantStatus = GrantStatus.ACTIVE,
    valid_from: datetime = NOW - DAY,
    valid_to: datetime | None = None,
) -> Grant:
    """Grant all of a unit's relations to a person, perhaps under another name."""
    row = Grant.sealed(vault(), new_id(), _known_as(person, name))
    grant = await Grant.create(
        **row,
        unit=unit,
        status=status,
        valid_from=valid_from,
        valid_to=valid_to,
        created_at=NOW - DAY,
    )
    await grant.relations.add(*await Relation.filter(unit_id=unit.id))
    return grant


def _known_as(person: Person, name: str | None) -> Identity:
    known = person.open(vault())
    return Identity(known.id_type, known.id_no, name or known.name)


class Clerk(NamedTuple):
    """A person, the unit they act for, and the grant by which they do."""

    person: Person
    unit: Unit
    grant: Grant


async def a_granted_clerk(unit: Unit | None = None, person: Person | None = None) -> Clerk:
    """A clerk with an active grant; whoever is not given is made."""
    unit, person = unit or await a_unit(), person or await a_person()
    return Clerk(person, unit, await a_grant(unit, person))


class Rep(NamedTuple):
    """A person and the unit whose legal representative they are."""

    person: Person
    unit: Unit
    legal_rep: LegalRep


async def a_registered_rep(unit: Unit | None = None, person: Person | None = None) -> Rep:
    """A legal representative; whoever is not given is made."""
    unit, person = unit or await a_unit(), person or await a_person()
    return Rep(person, unit, await a_legal_rep(unit, person))


@dataclass(slots=True)
class PhoneAccounts:
    """WeChat or Alipay 平台 played: a login code is the account's own number, anything else is invalid."""

    accounts: Mapping[str, PlatformAccountId] = field(default_factory=dict)

    async def sign_in(self, code: str) -> PlatformAccountId:
        """The account of a code."""
        return self.accounts.get(code) or an_account_id(code)


def an_account_id(subject: str, platform: Platform = Platform.WECHAT) -> PlatformAccountId:
    """What the platform says of whoever holds a phone."""
    kind = "openid" if platform is Platform.WECHAT else "user_id"
    return PlatformAccountId(platform, "wx239900tests", kind, subject, None)


class Signed(NamedTuple):
    """A session with its secret (a cookie's value or a bearer token)."""

    secret: str
    session: Session


async def a_phone_session(
    tools: Tools, person: Person | None = None, *, platform: Platform = Platform.WECHAT
) -> Signed:
    """A phone that has signed in, carrying this person's e-card or none."""
    known = an_account_id(f"subject-{next(_numbers)}", platform)
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


async def an_approved_challenge(
    tools: Tools, person: Person, role: Role, unit: Unit | None = None, *, place: Place = DESK
) -> Shown:
    """A challenge that this person has approved; without a unit the desk is to choose."""
    shown = await a_challenge(tools, role, place=place)
    mandates = (await standing_of(tools.vault, person, NOW)).of(role)
    chosen = next((m for m in mandates if unit is not None and m.unit.id == unit.id), None)
    nonce, key = secrets.token_urlsafe(16), chosen.key if chosen else ""
    approved = Approved(person.id, role, key, chosen.revision if chosen else 0)
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
    text = msgspec.json.encode(approved).decode()
    agreed = await tools.challenges.approve(shown.cid, person.id, nonce, role, text)
    assert (claimed.word, agreed.word) == ("ok", "ok")
    return shown


async def a_desk_session(
    tools: Tools, person: Person, role: Role, unit: Unit | None = None, *, place: Place = DESK
) -> Signed:
    """A desk that this person has signed in to; without a unit it still has to choose one."""
    shown = await an_approved_challenge(tools, person, role, unit, place=place)
    entered = await sessions.exchange(
        tools, Actor(ip=place.ip), shown.cid, shown.bind, None, now=NOW
    )
    touched = (await tools.sessions.touch(entered.opened.secret)).session
    assert touched is not None
    return Signed(entered.opened.secret, touched)
