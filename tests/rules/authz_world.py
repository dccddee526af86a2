"""The world of the authorisation matrix: callers of every kind, and what is theirs or not."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from handlers import grants
from handlers.tools import Tools
from models.grant import Grant
from models.person import Person
from models.store.session import Session
from models.unit import Unit
from models.vocabulary import GrantStatus, PersonStatus, Role
from server.call import BIND_COOKIE, SESSION_COOKIE, cookie_name, csrf_token
from tests.build import (
    DESK_IP,
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
    a_scanned_challenge,
    a_unit,
    an_actor,
    an_approved_challenge,
    an_identity,
)
from tests.server.door import Door

DIGITS = "47"
OWN, FOREIGN, MISSING = "own", "foreign", "missing"


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody sends along. role: as whom they act; csrf: for the forms without script."""

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    role: Role = Role.LEGAL_REP
    csrf: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """Everything that belongs to one unit: `own` and `foreign` are the two sides.

    pending, paired, approved: challenges of one browser; claimed: scanned by the side's phone, with
    its nonce; device: a session of the legal representative; words: not for the other side.
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
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class World:
    """Both sides, and every caller by name."""

    sides: Mapping[str, Side]
    callers: Mapping[str, Caller]


async def a_world(door: Door) -> World:
    """New people, units, challenges and sessions; nobody of another world is touched."""
    tools = door.tools
    own, foreign = await _side(tools, "甲"), await _side(tools, "乙")
    for name, side in ((OWN, own), (FOREIGN, foreign)):
        door.cards.by[name] = a_card(side.rep.open(tools.vault))
    # With a second unit the legal representative has a choice.
    await a_registered_rep(await a_unit("甲二公司"), own.rep)
    return World({OWN: own, FOREIGN: foreign}, await _callers(door, own, foreign))


async def _side(tools: Tools, mark: str) -> Side:
    unit = await a_unit(f"{mark}字号公司")
    rep = (await a_registered_rep(unit, await a_person(an_identity(f"赵{mark}一")))).person
    clerk = await a_granted_clerk(unit, await a_person(an_identity(f"赵{mark}二")))
    bind = secrets.token_urlsafe(24)
    paired, _ = await a_scanned_challenge(tools, rep, Role.LEGAL_REP, bind=bind)
    await tools.challenges.owe_pairing(paired.cid, rep.id, DIGITS)
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
    )


async def _callers(door: Door, own: Side, foreign: Side) -> dict[str, Caller]:
    tools, bind = door.tools, cookie_name(door.app.ctx, BIND_COOKIE)
    as_rep = await a_desk_session(tools, own.rep, Role.LEGAL_REP, own.unit)
    choosing = await a_desk_session(tools, own.rep, Role.LEGAL_REP)
    clerk = await a_desk_session(tools, own.clerk.person, Role.CLERK, own.unit)
    other_clerk = await a_desk_session(tools, foreign.clerk.person, Role.CLERK, foreign.unit)
    other_rep = await a_desk_session(tools, foreign.rep, Role.LEGAL_REP, foreign.unit)
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
        "revoked": _desk(door, await _revoked(tools, own, as_rep), Role.CLERK),
        "expired": _desk(door, await _expired(tools, own), Role.CLERK),
        "suspended": _desk(door, await _suspended(tools, own), Role.CLERK),
        "disabled": _desk(door, await _disabled(tools, own), Role.CLERK),
        "cookie_as_bearer": _phone(as_rep),
        "bearer_as_cookie": _desk(door, own.phone, Role.LEGAL_REP),
        "no_csrf": Caller(cookies=_desk(door, as_rep, Role.LEGAL_REP).cookies),
    }


def _phone(signed: Signed) -> Caller:
    return Caller({"Authorization": f"Bearer {signed.secret}"})


def _desk(door: Door, signed: Signed, role: Role) -> Caller:
    csrf, cookie = csrf_token(door.tools, signed.secret), cookie_name(door.app.ctx, SESSION_COOKIE)
    return Caller({"X-CSRF-Token": csrf}, {cookie: signed.secret}, role, csrf)


async def _a_clerks_desk(tools: Tools, unit: Unit) -> tuple[Clerk, Signed]:
    person = await a_person(an_identity("孙某"))
    clerk = Clerk(person, unit, await a_grant(unit, person, valid_to=NOW + timedelta(hours=1)))
    return clerk, await a_desk_session(tools, person, Role.CLERK, unit)


async def _revoked(tools: Tools, side: Side, rep: Signed) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, side.unit)
    actor = an_actor(rep.session, DESK_IP)
    await grants.revoke(tools, actor, clerk.grant.id, reason="离职", revision=1, now=NOW)
    return desk


async def _expired(tools: Tools, side: Side) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, side.unit)
    await Grant.filter(id=clerk.grant.id).update(valid_to=NOW)
    return desk


async def _suspended(tools: Tools, side: Side) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, side.unit)
    await Grant.filter(id=clerk.grant.id).update(status=GrantStatus.SUSPENDED, revision=2)
    await tools.sessions.announce(f"g:{clerk.grant.id}", 2)
    return desk


async def _disabled(tools: Tools, side: Side) -> Signed:
    clerk, desk = await _a_clerks_desk(tools, side.unit)
    await Person.filter(id=clerk.person.id).update(status=PersonStatus.DISABLED, revision=2)
    await tools.sessions.announce(f"p:{clerk.person.id}", 2)
    return desk
