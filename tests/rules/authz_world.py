"""The world of the authorisation matrix: callers of every kind, and what is theirs or not."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import argon2

from handlers.entries import view_of
from handlers.one_time_codes import Issued, issue_binding
from handlers.tools import Tools
from models.account import Account, PasswordToken, TokenPurpose
from models.actor import Actor
from models.certificate import Certificate
from models.grant import Grant
from models.ids import new_id
from models.inbox import InboxMessage
from models.notice import VERSION
from models.person import Person
from models.privacy import Closure, Consent, DataExport, ExportStatus
from models.store.challenge import digest
from models.store.session import Kind, Session
from models.unit import Unit
from models.vocabulary import (
    CertificateState,
    Duty,
    GrantStatus,
    Role,
)
from server.call import BIND_COOKIE, SESSION_COOKIE, cookie_name, csrf_token
from tests.build import (
    AGENCY,
    NOW,
    Clerk,
    Shown,
    Signed,
    a_card,
    a_challenge,
    a_desk_session,
    a_grant,
    a_granted_clerk,
    a_person,
    a_phone_session,
    a_registered_rep,
    a_request,
    a_scanned_challenge,
    a_unit,
    an_approved_challenge,
    an_identity,
)
from tests.certificates import a_certificate
from tests.messages import a_message
from tests.officers import an_officer
from tests.rules.authz_clerks import clerks, second_relation
from tests.rules.authz_officers import consoles
from tests.server.door import Door

DIGITS = "47"
PASSWORD, OTHER_PASSWORD = "Correct-Horse-1", "Correct-Horse-2"
_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
OWN, FOREIGN, MISSING = "own", "foreign", "missing"
AGENCIES = {OWN: AGENCY, FOREIGN: "239900000002"}


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody sends along. role: as whom they act; csrf: for the forms without script;
    relation: one of the unit they have entered."""

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    role: Role = Role.LEGAL_REP
    csrf: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """Everything that belongs to one unit: `own` and `foreign` are the two sides.

    pending, paired, approved: challenges of one browser; claimed: scanned by the side's phone, with
    its nonce; device: a session of the legal representative; link: sets their password; message: in
    their inbox; request, code: bind their phone; asked: somebody's request to the unit; paused: a
    suspended grant of it; asks: the rep's own request, elsewhere: where they could ask too; words:
    not for the other side; withheld: of its second relation, which one clerk was not granted.
    """

    unit: Unit
    clerk: Clerk
    rep: Person
    phone: Signed
    pending: Shown
    paired: Shown
    approved: Shown
    claimed: Shown
    nonce: str
    device: Session
    link: str
    message: InboxMessage
    certificate: Certificate
    renewing: Certificate
    request: str
    code: str
    asked: Grant
    paused: Grant
    asks: Grant
    elsewhere: Unit
    words: frozenset[str]
    withheld: frozenset[str]


@dataclass(frozen=True, slots=True)
class World:
    """Both sides, every caller by name, and the id of an officer who does not call."""

    sides: Mapping[str, Side]
    callers: Mapping[str, Caller]
    colleague: str = ""


async def a_world(door: Door) -> World:
    """New people, units, challenges and sessions; nobody of another world is touched."""
    tools = door.tools
    own, foreign = await _side(tools, "甲", OWN), await _side(tools, "乙", FOREIGN)
    for name, side in ((OWN, own), (FOREIGN, foreign)):
        door.cards.by[name] = a_card(side.rep.open(tools.vault))
    # With a second unit the legal representative has a choice.
    await a_registered_rep(await a_unit("甲二公司"), own.rep)
    return World({OWN: own, FOREIGN: foreign}, await _callers(door, own, foreign))


async def with_officers(door: Door, world: World) -> World:
    """The same world with officers among the callers, and a colleague of theirs."""
    colleague = await an_officer(Duty.REVIEWER, agency=AGENCIES[OWN])
    callers = {**world.callers, **await _officers(door)}
    return World(world.sides, callers, colleague.id)


async def _side(tools: Tools, mark: str, name: str) -> Side:
    unit = await a_unit(f"{mark}字号公司", relations=2, agency_code=AGENCIES[name])
    rep = (await a_registered_rep(unit, await a_person(an_identity(f"赵{mark}一")))).person
    clerk = await a_granted_clerk(unit, await a_person(an_identity(f"赵{mark}二")))
    # Near its end it can be asked for again.
    await Grant.filter(id=clerk.grant.id).update(valid_to=NOW + timedelta(days=10))
    bind = secrets.token_urlsafe(24)
    paired, _ = await a_scanned_challenge(tools, rep, Role.LEGAL_REP, bind=bind)
    await tools.challenges.owe_pairing(paired.cid, rep.id, DIGITS)
    binding = await _rights(tools, rep, clerk.person)
    claimed, nonce = await a_scanned_challenge(tools, rep, Role.LEGAL_REP, bind=bind)
    return Side(
        unit=unit,
        clerk=clerk,
        rep=rep,
        phone=await a_phone_session(tools, rep),
        pending=await a_challenge(tools, bind=bind),
        paired=paired,
        approved=await an_approved_challenge(tools, rep, Role.LEGAL_REP, unit, bind=bind),
        claimed=claimed,
        nonce=nonce,
        device=(await a_desk_session(tools, rep, Role.LEGAL_REP, unit)).session,
        link=await _a_link(rep),
        message=await a_message(rep, facts={"unit_name": unit.name}),
        certificate=await a_certificate(unit, 30),
        renewing=await a_certificate(unit, 20, state=CertificateState.RENEWING),
        request=binding.request_id,
        asked=await a_request(unit, await a_person(an_identity(f"赵{mark}三"))),
        paused=await a_grant(unit, await a_person(), status=GrantStatus.SUSPENDED),
        asks=await a_request(await a_unit("丙字号公司"), rep),
        elsewhere=await a_unit("丁字号公司"),
        code=binding.letter.text[6:12] if binding.letter else "",
        words=frozenset(
            {
                unit.id,
                unit.name,
                f"赵{mark}一",
                f"赵{mark}二",
                rep.id,
                clerk.person.id,
                clerk.grant.id,
            }
        ),
        withheld=frozenset({(second := await second_relation(unit)).id, second.unit_no}),
    )


async def _rights(tools: Tools, rep: Person, clerk: Person) -> Issued:
    """Both have agreed to the notice; the rep has a code, an export to fetch, a closing to stop."""
    for person in (rep, clerk):
        await Consent.create(
            id=new_id(), person_id=person.id, version=VERSION, kind="desk", given_at=NOW
        )
    archive = DataExport(id=new_id(), person_id=rep.id, asked_at=NOW, status=ExportStatus.READY)
    aad = f"data_exports.archive.{archive.id}"
    archive.archive_sealed = tools.vault.seal(base64.b64encode(b"zip").decode(), aad=aad)
    archive.expires_at = NOW + timedelta(days=1)
    await archive.save(force_create=True)
    await Closure.create(
        id=new_id(), person_id=rep.id, asked_at=NOW, due_at=NOW + timedelta(days=15)
    )
    address = f"138{secrets.randbelow(10**8):08d}"
    return await issue_binding(tools, Actor(), rep, "phone", address, now=NOW)


async def _a_link(rep: Person) -> str:
    """A password account, and a one-time link to set another password."""
    await Account.create(
        id=new_id(),
        person_id=rep.id,
        password_hash=_HASH,
        history="[]",
        changed_at=NOW,
        created_at=NOW,
    )
    token = secrets.token_urlsafe(32)
    await PasswordToken.create(
        id=new_id(),
        person_id=rep.id,
        purpose=TokenPurpose.RENEW,
        digest=digest(token),
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    return token


async def _callers(door: Door, own: Side, foreign: Side) -> dict[str, Caller]:
    tools, bind = door.tools, cookie_name(door.app.ctx, BIND_COOKIE)
    as_rep = await a_desk_session(tools, own.rep, Role.LEGAL_REP, own.unit)
    choosing = await a_desk_session(tools, own.rep, Role.LEGAL_REP)
    clerk = await a_desk_session(tools, own.clerk.person, Role.CLERK, own.unit)
    other_clerk = await a_desk_session(tools, foreign.clerk.person, Role.CLERK, foreign.unit)
    other_rep = await a_desk_session(tools, foreign.rep, Role.LEGAL_REP, foreign.unit)
    of_own = await clerks(tools, own.unit, as_rep)
    return {
        "nobody": Caller(),
        "own_browser": Caller(cookies={bind: own.pending.bind}),
        "other_browser": Caller(cookies={bind: foreign.pending.bind}),
        "phone_bare": _phone(await a_phone_session(tools)),
        "phone_card": _phone(own.phone),
        "choosing": _desk(door, choosing, Role.LEGAL_REP),
        "clerk_own": _desk(door, clerk, Role.CLERK),
        "clerk_other": _desk(door, other_clerk, Role.CLERK),
        "rep_own": _desk(door, as_rep, Role.LEGAL_REP),
        "rep_other": _desk(door, other_rep, Role.LEGAL_REP),
        **{name: _desk(door, each, Role.CLERK) for name, each in of_own.items()},
        "cookie_as_bearer": _phone(as_rep),
        "bearer_as_cookie": _desk(door, own.phone, Role.LEGAL_REP),
        "no_csrf": Caller(cookies=_desk(door, as_rep, Role.LEGAL_REP).cookies),
    }


async def _officers(door: Door) -> dict[str, Caller]:
    signed = await consoles(door.tools, AGENCIES[OWN], AGENCIES[FOREIGN])
    # As a legal representative they try to act wherever they are not to.
    return {name: _desk(door, each, Role.LEGAL_REP) for name, each in signed.items()}


def _phone(signed: Signed) -> Caller:
    return Caller({"Authorization": f"Bearer {signed.secret}"})


def _desk(door: Door, signed: Signed, role: Role) -> Caller:
    csrf, cookie = csrf_token(door.tools, signed.secret), cookie_name(door.app.ctx, SESSION_COOKIE)
    of_unit = signed.session.view and signed.session.kind is not Kind.OFFICER
    relations = view_of(door.tools, signed.session).relations if of_unit else ()
    relation = relations[0].id if relations else ""
    return Caller({"X-CSRF-Token": csrf}, {cookie: signed.secret}, role, csrf, relation)
