"""What opening a session makes: its secret, its stage, and what its pages may show (sealed)."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from handlers.mandates import Mandate, RelationView
from handlers.tools import Tools
from models.actor import Actor
from models.masking import mask_id_no, mask_uscc
from models.person import Person
from models.store.session import Session, Span, Stage
from models.vocabulary import Role

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
    """The answer of a handler that opened a session.

    password_days_left: when a password opened it that must soon be changed.
    """

    opened: Opened
    mandates: tuple[Mandate, ...]
    password_days_left: int | None = None


def entered(tools: Tools, session: Session, person: Person, mandate: Mandate | None) -> Session:
    """The session with what a mandate gives it; without one, only who the person is."""
    identity = person.open(tools.vault)
    view = View(name=identity.name, id_no_masked=mask_id_no(identity.id_no))
    if mandate is None:
        return replace(session, view=_seal(tools, session.id, view))
    view = replace(
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


def acting(
    actor: Actor, person: Person, role: Role, mandate: Mandate | None, session_id: str
) -> Actor:
    """The actor of an entry in the audit trail, once it is known who came in and as what."""
    return replace(
        actor,
        person_id=person.id,
        role=role,
        unit_id=mandate.unit.id if mandate else "",
        session_id=session_id,
    )
