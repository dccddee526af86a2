"""Sessions: switched to another unit, opened on the phone, listed, checked, ended."""

import secrets
from datetime import datetime

import msgspec

from handlers.entries import DESK_SPAN, PHONE_UNIT_SPAN, Entered, Opened, acting, entered
from handlers.grant_acceptance import welcomed
from handlers.mandates import Mandate, Standing, current_revision, standing_of, used
from handlers.people import require_active
from handlers.refused import on_record
from handlers.tools import Tools
from models import audit, raw
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.grant import RELATION_NOT_GRANTED
from models.errors.login import SESSION_ENDED
from models.errors.system import NOT_FOUND
from models.idempotency import Once, first_answer, keep_answer
from models.ids import new_id
from models.person import Person
from models.store.session import Kind, Session, Stage, advanced
from models.vocabulary import PersonStatus, Role


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

    The old session is dead when this returns. Refuses: RELATION_NOT_GRANTED for a unit that was
    lost or never the person's, ACCOUNT_DISABLED, SESSION_ENDED when the session was switched by
    somebody else; each is put on record.
    """
    async with on_record(tools, actor, Action.SWITCH_UNIT, unit_id, now), tx():
        kept = await first_answer(tools.vault, once, now)
        if kept is not None:
            return msgspec.json.decode(kept, type=Opened)
        person = await Person.get(id=session.person_id)
        require_active(person)
        standing = await standing_of(tools.vault, person, now, unit_id=unit_id)
        mandate = _wanted(standing, unit_id, role)
        await raw.change(used(mandate, person, now))
        successor = entered(tools, advanced(session, id=new_id()), person, mandate)
        new_secret = secrets.token_urlsafe(32)
        await audit.record(
            tools.vault,
            acting(actor, person, role, mandate, successor.id),
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

    The e-card has vouched for who holds the phone, so what units have offered is accepted here too.
    Refuses: what `switch_unit` refuses, LEGAL_REP_UNKNOWN, CLERK_UNKNOWN.
    """
    person = await Person.get(id=session.person_id)
    mandates = (await welcomed(tools, person, actor, now)).require(role)
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
    found = await current_revision(session.mandate, now)
    if found is None:
        return False
    revision, until = found
    await tools.sessions.vouch(session.mandate, revision, until - now if until else None)
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
