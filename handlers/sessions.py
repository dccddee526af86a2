"""Sessions: opened by an exchange or on the phone, switched to another unit, listed, ended."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from handlers.answers import for_desk
from handlers.mandates import (
    Mandate,
    RelationView,
    Standing,
    current_revision,
    mark_used,
    standing_of,
)
from handlers.people import require_active
from handlers.scans import Approved
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.grant import GRANT_REVOKED, RELATION_NOT_GRANTED
from models.errors.login import SESSION_ENDED
from models.errors.phone import CHALLENGE_UNKNOWN
from models.errors.system import NOT_FOUND
from models.idempotency import Once, first_answer, keep_answer
from models.ids import new_id
from models.masking import mask_id_no, mask_uscc
from models.person import KnownBrowser, Person
from models.store.challenge import Place, digest
from models.store.session import Kind, Session, Span, Stage, advanced
from models.vocabulary import PersonStatus, Role

DESK_SPAN = Span(idle_ms=30 * 60 * 1000, absolute_ms=12 * 3600 * 1000)
CHOOSING_SPAN = Span(idle_ms=5 * 60 * 1000, absolute_ms=12 * 3600 * 1000)
PHONE_UNIT_SPAN = Span(idle_ms=2 * 3600 * 1000, absolute_ms=12 * 3600 * 1000)


class View(msgspec.Struct, frozen=True):
    """What a signed-in page shows of person and unit; kept sealed in the session."""

    name: str
    id_no_masked: str
    unit_name: str = ""
    uscc_masked: str = ""
    relations: tuple[RelationView, ...] = ()


NO_VIEW = View(name="", id_no_masked="")


class Opened(msgspec.Struct, frozen=True):
    """A session just opened: its secret, and the units to choose from while none was entered.

    browser: a fresh secret by which this browser will be known, or '' when it already is.
    """

    secret: str
    session_id: str
    stage: Stage
    role: Role
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """The answer of a handler that opened a session."""

    opened: Opened
    mandates: tuple[Mandate, ...]


async def exchange(
    tools: Tools, actor: Actor, cid: str, bind: str, once: Once | None, *, now: datetime
) -> Entered:
    """Redeem an approved challenge for the desk's session. Works once per approval.

    Account and mandate are read again in the same transaction (qr-login T-REVOKE-GAP, T-LOCK).
    Refuses: CHALLENGE_UNKNOWN, QR_TAKEN the second time, QR_EXPIRED, LOGIN_DENIED, STATE_CHANGED
    before approval, ACCOUNT_DISABLED, GRANT_REVOKED, LEGAL_REP_UNKNOWN, CLERK_UNKNOWN.
    """
    async with tx():
        kept = await first_answer(tools.vault, once, now)
        if kept is not None:
            opened = msgspec.json.decode(kept, type=Opened)
            return Entered(opened, await _choices(tools, opened, now))
        redeemed = for_desk(await tools.challenges.exchange(cid, bind))
        if redeemed is None:
            raise CHALLENGE_UNKNOWN.refuse()
        approved = msgspec.json.decode(redeemed.approved, type=Approved)
        person = await Person.get(id=approved.person)
        require_active(person)
        standing = await standing_of(tools.vault, person, now)
        mandate = _still_standing(standing, approved)
        browser = await _know_browser(person, redeemed.place, now)
        opened = await _open(tools, person, approved.role, mandate, redeemed.place, browser)
        await _after_login(person, mandate, browser, cid, now)
        await audit.record(
            tools.vault,
            _as(actor, person, approved.role, mandate, opened.session_id),
            Action.LOGIN,
            cid,
            now=now,
        )
        await keep_answer(tools.vault, once, msgspec.json.encode(opened).decode())
    return Entered(opened, () if mandate else standing.of(approved.role))


def _still_standing(standing: Standing, approved: Approved) -> Mandate | None:
    mandates = standing.require(approved.role)
    if not approved.mandate:
        return None
    for mandate in mandates:
        if mandate.key == approved.mandate and mandate.revision == approved.revision:
            return mandate
    raise GRANT_REVOKED.refuse()


async def _choices(tools: Tools, opened: Opened, now: datetime) -> tuple[Mandate, ...]:
    found = (await tools.sessions.touch(opened.secret)).session
    if found is None or found.stage is Stage.UNIT:
        return ()
    person = await Person.get(id=found.person_id)
    return (await standing_of(tools.vault, person, now)).of(opened.role)


async def _open(
    tools: Tools,
    person: Person,
    role: Role,
    mandate: Mandate | None,
    place: Place,
    browser: str,
) -> Opened:
    secret = secrets.token_urlsafe(32)
    session = _entered(
        tools,
        Session(
            id=new_id(),
            kind=Kind.DESK,
            stage=Stage.IDENTITY,
            person_id=person.id,
            person_revision=person.revision,
            role=role,
            unit_id="",
            mandate="",
            mandate_revision=0,
            epoch=1,
            place=replace(place, known_browser=digest(browser) if browser else place.known_browser),
            account_id="",
            view="",
        ),
        person,
        mandate,
    )
    await tools.sessions.open(secret, session, DESK_SPAN if mandate else CHOOSING_SPAN)
    return Opened(secret, session.id, session.stage, role, browser)


def _entered(tools: Tools, session: Session, person: Person, mandate: Mandate | None) -> Session:
    identity = person.open(tools.vault)
    view = View(name=identity.name, id_no_masked=mask_id_no(identity.id_no))
    if mandate is None:
        return replace(session, view=_seal(tools, session.id, view))
    view = msgspec.structs.replace(
        view,
        unit_name=mandate.unit.name,
        uscc_masked=mask_uscc(mandate.unit.uscc),
        relations=mandate.relations,
    )
    return replace(
        session,
        stage=Stage.UNIT,
        role=mandate.role,
        unit_id=mandate.unit.id,
        mandate=mandate.key,
        mandate_revision=mandate.revision,
        view=_seal(tools, session.id, view),
    )


def _seal(tools: Tools, session_id: str, view: View) -> str:
    text = msgspec.json.encode(view).decode()
    return tools.vault.seal(text, aad=f"sessions.view.{session_id}").hex()


def view_of(tools: Tools, session: Session) -> View:
    """What the session's page shows; no database is asked."""
    text = tools.vault.open(bytes.fromhex(session.view), aad=f"sessions.view.{session.id}")
    return msgspec.json.decode(text, type=View)


async def view_for(tools: Tools, session: Session) -> View:
    """The view of a phone's session that has entered no unit yet."""
    identity = (await Person.get(id=session.person_id)).open(tools.vault)
    return View(name=identity.name, id_no_masked=mask_id_no(identity.id_no))


async def _know_browser(person: Person, place: Place, now: datetime) -> str:
    if place.known_browser:
        seen = await KnownBrowser.filter(
            person_id=person.id, secret_digest=place.known_browser
        ).update(seen_at=now)
        if seen:
            return ""
    secret = secrets.token_urlsafe(24)
    await KnownBrowser.create(
        id=new_id(), person_id=person.id, secret_digest=digest(secret), seen_at=now
    )
    return secret


async def _after_login(
    person: Person, mandate: Mandate | None, browser: str, cid: str, now: datetime
) -> None:
    await Person.filter(id=person.id).update(last_login_at=now)
    if mandate is not None:
        await mark_used(mandate, person, now)
    if browser and person.last_login_at is not None:
        await outbox.put(
            outbox.Topic.LOGIN_NEW_BROWSER,
            person.id,
            [person.id],
            {},
            dedupe_key=f"new_browser:{cid}",
            now=now,
        )


def _as(
    actor: Actor, person: Person, role: Role, mandate: Mandate | None, session_id: str
) -> Actor:
    return replace(
        actor,
        person_id=person.id,
        role=role,
        unit_id=mandate.unit.id if mandate else "",
        session_id=session_id,
    )


async def units(tools: Tools, session: Session, *, now: datetime) -> tuple[Mandate, ...]:
    """Every unit and role that the session's person may enter now, last used first."""
    person = await Person.get(id=session.person_id)
    return (await standing_of(tools.vault, person, now)).mandates


async def switch_unit(  # noqa: PLR0913
    tools: Tools,
    session: Session,
    secret: str,
    actor: Actor,
    *,
    unit_id: str,
    role: Role,
    once: Once | None,
    now: datetime,
) -> Opened:
    """Enter a unit, or another one: checked again, under a new secret, one epoch on.

    The old session is dead when this returns. Refuses: RELATION_NOT_GRANTED, GRANT_REVOKED and its
    kind for a unit that was lost, SESSION_ENDED when the session was switched by somebody else.
    """
    async with tx():
        kept = await first_answer(tools.vault, once, now)
        if kept is not None:
            return msgspec.json.decode(kept, type=Opened)
        person = await Person.get(id=session.person_id)
        require_active(person)
        mandate = _wanted(await standing_of(tools.vault, person, now), unit_id, role)
        await mark_used(mandate, person, now)
        successor = _entered(tools, advanced(session, id=new_id()), person, mandate)
        new_secret = secrets.token_urlsafe(32)
        await audit.record(
            tools.vault,
            _as(actor, person, role, mandate, successor.id),
            Action.SWITCH_UNIT,
            unit_id,
            now=now,
        )
        span = DESK_SPAN if session.kind is Kind.DESK else PHONE_UNIT_SPAN
        if not await tools.sessions.switch(secret, new_secret, successor, span):
            raise SESSION_ENDED.refuse()
        opened = Opened(new_secret, successor.id, successor.stage, role)
        await keep_answer(tools.vault, once, msgspec.json.encode(opened).decode())
    return opened


async def switched_before(tools: Tools, once: Once | None, *, now: datetime) -> Opened:
    """The first answer to a switch that is sent again. Refuses: SESSION_ENDED, REPEATED."""
    async with tx():
        kept = await first_answer(tools.vault, once, now)
        if kept is None:
            raise SESSION_ENDED.refuse()
    return msgspec.json.decode(kept, type=Opened)


def _wanted(standing: Standing, unit_id: str, role: Role) -> Mandate:
    for mandate in standing.of(role):
        if mandate.unit.id == unit_id:
            return mandate
    raise RELATION_NOT_GRANTED.refuse(unit="不在您的经办范围内", no="无")


async def enter_on_phone(  # noqa: PLR0913
    tools: Tools,
    session: Session,
    secret: str,
    actor: Actor,
    *,
    role: Role,
    unit_id: str | None,
    once: Once | None,
    now: datetime,
) -> Entered:
    """Open a unit on the phone itself; with several and none named, the choice is returned.

    Refuses: what `switch_unit` refuses, LEGAL_REP_UNKNOWN, CLERK_UNKNOWN.
    """
    person = await Person.get(id=session.person_id)
    mandates = (await standing_of(tools.vault, person, now)).require(role)
    if unit_id is None and len(mandates) > 1:
        return Entered(Opened(secret, session.id, Stage.IDENTITY, role), mandates)
    opened = await switch_unit(
        tools,
        session,
        secret,
        actor,
        unit_id=unit_id or mandates[0].unit.id,
        role=role,
        once=once,
        now=now,
    )
    return Entered(opened, ())


async def confirm_revisions(tools: Tools, session: Session, *, now: datetime) -> bool:
    """Ask the database whether account and mandate stand as they did when the session was opened.

    Called when the store does not know; what is found is vouched for. False: something changed.
    """
    person = await Person.get_or_none(id=session.person_id)
    if person is None or person.status is not PersonStatus.ACTIVE:
        return False
    await tools.sessions.vouch(f"p:{person.id}", person.revision)
    if person.revision != session.person_revision:
        return False
    if not session.mandate:
        return True
    revision = await current_revision(session.mandate, now)
    if revision is not None:
        await tools.sessions.vouch(session.mandate, revision)
    return revision == session.mandate_revision


async def devices(tools: Tools, session: Session) -> list[Session]:
    """Where the person is signed in, the most recently seen first."""
    return await tools.sessions.of_person(session.person_id)


async def sign_out(
    tools: Tools, session: Session, secret: str, actor: Actor, *, now: datetime
) -> None:
    """End the caller's own session."""
    async with tx():
        await audit.record(tools.vault, actor, Action.SIGN_OUT, session.id, now=now)
        await tools.sessions.finish(secret, "signed_out")


async def sign_out_device(
    tools: Tools, session: Session, device_id: str, actor: Actor, *, now: datetime
) -> None:
    """End another of the person's sessions. Refuses: NOT_FOUND for a session that is not theirs."""
    async with tx():
        await audit.record(tools.vault, actor, Action.REMOTE_SIGN_OUT, device_id, now=now)
        if not await tools.sessions.finish_listed(
            session.person_id, device_id, "signed_out_remotely"
        ):
            raise NOT_FOUND.refuse()
