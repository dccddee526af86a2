"""Ending every session of a person: the announced revision, as for grants (qr-login D9)."""

from handlers.tools import Tools
from models.errors.filing import STATE_CHANGED
from models.errors.login import SESSION_ENDED
from models.person import Person


async def begin_ending(tools: Tools, person: Person) -> None:
    """From here until `end_sessions` every request of the person asks the database.

    Must be called inside the transaction of the change. Refuses: STATE_CHANGED when somebody else
    was faster.
    """
    await tools.sessions.doubt(f"p:{person.id}")
    changed = await Person.filter(id=person.id, revision=person.revision).update(
        revision=person.revision + 1
    )
    if not changed:
        raise STATE_CHANGED.refuse(current="已变化")


async def end_sessions(tools: Tools, person: Person) -> None:
    """After the commit: sessions opened before are over. person: as read before the change."""
    await tools.sessions.announce(f"p:{person.id}", person.revision + 1)
    await tools.sessions.sweep(person.id, "", SESSION_ENDED.code)
