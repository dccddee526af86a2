"""Builders of sessions for the script tests."""

import secrets
from typing import Any

from msgspec.structs import replace

from models.store.challenge import Place
from models.store.session import Kind, Session, Sessions, Span, Stage
from models.vocabulary import Role

START_MS = 1_800_000_000_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
SPAN = Span(idle_ms=30 * MINUTE_MS, absolute_ms=12 * HOUR_MS)


def fresh(kind: str) -> str:
    """A name that nobody else uses, so that tests can share one Redis."""
    return f"{kind}-{secrets.token_hex(8)}"


def a_session(person: str, mandate: str = "", **other: Any) -> Session:
    """A desk's session of a person; with a mandate it has entered a unit under revision 1."""
    session = Session(
        id=fresh("id"),
        kind=Kind.DESK,
        stage=Stage.UNIT if mandate else Stage.IDENTITY,
        person_id=person,
        person_revision=1,
        role=Role.CLERK,
        unit_id="unit" if mandate else "",
        mandate=mandate,
        mandate_revision=1 if mandate else 0,
        epoch=1,
        place=Place("127.0.0.1", "Chrome 126", "Windows", "", "digest"),
        account_id="",
        view="sealed",
    )
    return replace(session, **other)


async def vouched(sessions: Sessions, session: Session) -> Session:
    """The session, after the database was asked for its revisions."""
    if session.person_id:
        await sessions.vouch(f"p:{session.person_id}", session.person_revision)
    if session.mandate:
        await sessions.vouch(session.mandate, session.mandate_revision)
    return session
