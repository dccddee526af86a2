"""Opening a desk's session, whatever proved who sits there: a scan or a password."""

import secrets
from datetime import datetime

from msgspec.structs import replace

from handlers.entries import CHOOSING_SPAN, DESK_SPAN, Opened, entered
from handlers.mandates import Mandate, used
from handlers.tools import Tools
from models import outbox, raw
from models.ids import new_id
from models.person import KnownBrowser, Person
from models.store.challenge import Place, digest
from models.store.session import Kind, Proof, Session, Stage
from models.vocabulary import Role


async def open_desk(  # noqa: PLR0913
    tools: Tools,
    person: Person,
    role: Role,
    mandate: Mandate | None,
    place: Place,
    proof: Proof,
    *,
    now: datetime,
) -> Opened:
    """Open a session for a person at a desk, with a fresh secret.

    Notes when the person came in and knows the browser from now on; a new one owes them a word.
    Without a mandate the unit is still to be chosen. Must be called inside a transaction.
    """
    browser = await _note_login(person, mandate, place, now)
    secret = secrets.token_urlsafe(32)
    session = entered(
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
            proof=proof,
        ),
        person,
        mandate,
    )
    if browser and person.last_login_at is not None:
        await outbox.put(
            outbox.Topic.LOGIN_NEW_BROWSER,
            person.id,
            [outbox.person(person.id)],
            {},
            dedupe_key=f"new_browser:{session.id}",
            now=now,
        )
    await tools.sessions.open(secret, session, DESK_SPAN if mandate else CHOOSING_SPAN)
    return Opened(secret, session.id, session.stage, role, browser)


async def _note_login(person: Person, mandate: Mandate | None, place: Place, now: datetime) -> str:
    """The secret by which to know the browser again; '' when it is known already."""
    changes: list[raw.Change] = [
        ("UPDATE persons SET last_login_at = $1 WHERE id = $2", [now, person.id])
    ]
    if mandate is not None:
        changes.append(used(mandate, person, now))
    if place.known_browser:
        changes.append(
            (
                "UPDATE known_browsers SET seen_at = $1"
                " WHERE person_id = $2 AND secret_digest = $3",
                [now, person.id, place.known_browser],
            )
        )
    counts = await raw.change(*changes)
    if place.known_browser and counts[-1]:
        return ""
    secret = secrets.token_urlsafe(24)
    await KnownBrowser.create(
        id=new_id(), person_id=person.id, secret_digest=digest(secret), seen_at=now
    )
    return secret
