"""A session whose grant gives more than before goes on with it (domain §7.2 row 8)."""

from datetime import datetime

import msgspec

from handlers.entries import entered
from handlers.grant_changes import WIDENED
from handlers.mandates import standing_of
from handlers.tools import Tools
from models.grant import GrantEvent
from models.person import Person
from models.store.session import Session
from models.vocabulary import PersonStatus


async def reload(tools: Tools, session: Session, secret: str, *, now: datetime) -> Session | None:
    """The session under the present revision of its grant; None when something was taken away.

    Also None for whoever acts as legal representative, and for an account that has changed.
    """
    kind, _, grant_id = session.mandate.partition(":")
    if kind != "g" or not grant_id:
        return None
    person = await Person.get_or_none(id=session.person_id)
    if person is None or (person.status, person.revision) != (
        PersonStatus.ACTIVE,
        session.person_revision,
    ):
        return None
    standing = await standing_of(tools.vault, person, now, unit_id=session.unit_id)
    mandate = next((each for each in standing.mandates if each.key == session.mandate), None)
    if mandate is None or not await _only_widened(
        grant_id, session.mandate_revision, mandate.revision
    ):
        return None
    successor = entered(tools, session, person, mandate)
    return successor if await tools.sessions.renew(secret, successor) else None


async def _only_widened(grant_id: str, since: int, until: int) -> bool:
    """Whether no change of a grant between two revisions took anything away.

    A change without its line in the history counts as one that did.
    """
    events = await GrantEvent.filter(grant_id=grant_id, revision__gt=since, revision__lte=until)
    widened = [
        event
        for event in events
        if WIDENED.items() <= msgspec.json.decode(event.detail, type=dict[str, str]).items()
    ]
    return len(widened) == until - since
