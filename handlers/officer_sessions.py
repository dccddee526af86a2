"""Sessions of officers: opened by a sign-in, checked on every request, ended (domain §4.1)."""

import secrets
from datetime import datetime

import msgspec

from handlers.officer_passwords import days_left
from handlers.tools import Tools
from models import audit
from models.actor import Actor, Post
from models.audit import Action
from models.database import tx
from models.ids import new_id
from models.officer import Officer
from models.store.challenge import Place
from models.store.session import Kind, Session, Span, Stage
from models.vocabulary import OfficerStatus, Role

OFFICER_SPAN = Span(idle_ms=15 * 60 * 1000, absolute_ms=8 * 3600 * 1000)


class OfficerView(msgspec.Struct, frozen=True):
    """What the console shows of the officer, and where the officer serves; kept sealed.

    password_days_left: only in the week before the password is over.
    """

    name: str
    agency_name: str
    post: Post
    password_days_left: int | None = None


class OfficerOpened(msgspec.Struct, frozen=True):
    """A session just opened: its secret and its id."""

    secret: str
    session_id: str


async def open_session(
    tools: Tools, officer: Officer, place: Place, *, now: datetime
) -> OfficerOpened:
    """Open a session for an officer whose agency was fetched: idle 15 minutes, 8 hours in all."""
    secret, session_id = secrets.token_urlsafe(32), new_id()
    view = OfficerView(
        name=officer.unseal(tools.vault, "name"),
        agency_name=officer.agency.name if officer.agency else "",
        post=officer.post,
        password_days_left=days_left(officer, now),
    )
    text = msgspec.json.encode(view).decode()
    session = Session(
        id=session_id,
        kind=Kind.OFFICER,
        stage=Stage.IDENTITY,
        person_id=officer.id,
        person_revision=officer.revision,
        role=Role.OFFICER,
        unit_id="",
        mandate="",
        mandate_revision=0,
        epoch=1,
        place=place,
        account_id="",
        view=tools.vault.seal(text, aad=_address(session_id)).hex(),
    )
    await tools.sessions.open(secret, session, OFFICER_SPAN)
    return OfficerOpened(secret, session_id)


def view_of(tools: Tools, session: Session) -> OfficerView:
    """Who the officer is, as of the sign-in; any change since has ended the session."""
    text = tools.vault.open(bytes.fromhex(session.view), aad=_address(session.id))
    return msgspec.json.decode(text, type=OfficerView)


def _address(session_id: str) -> str:
    return f"sessions.officer.{session_id}"


async def confirm_revision(tools: Tools, session: Session) -> bool:
    """Ask the database whether the officer stands as at the sign-in; what is found is vouched for.

    Called when the store does not know. False: suspended, reset, or other duties.
    """
    officer = await Officer.get_or_none(id=session.person_id)
    if officer is None or officer.status is not OfficerStatus.ACTIVE:
        return False
    await tools.sessions.vouch(f"p:{officer.id}", officer.revision)
    return officer.revision == session.person_revision


async def sign_out(tools: Tools, secret: str, actor: Actor, *, now: datetime) -> None:
    """End the officer's own session."""
    async with tx():
        subject = actor.session_id
        await audit.record(tools.vault, actor, Action.OFFICER_SIGN_OUT, subject, now=now)
        await tools.sessions.finish(secret, "signed_out")
