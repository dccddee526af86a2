"""The inbox 消息: a person's messages, newest first, and which of them were read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.connection import get_connections

from models.database import tx
from models.errors.system import NOT_FOUND
from models.grant import Grant
from models.inbox import InboxMessage, ListedMessage, listed
from models.outbox import Recipient, RecipientKind
from models.unit import LegalRep

MOST_COUNTED = 99
"""A badge says 99+ beyond it: counting more would cost the more, the fuller the inbox is."""
_AT_ONCE, _ROUNDS = 2000, 50
_LAST = "~"

_COUNT = (
    "SELECT COUNT(*) AS n FROM (SELECT 1 FROM inbox_messages"
    " WHERE person_id = {one} AND read_at IS NULL LIMIT {most}) AS capped"
)


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages were not read. more: there are others beyond the count."""

    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """How many messages were marked. more: there are others, mark again."""

    count: int
    more: bool


async def list_messages(
    person_id: str, *, unread: bool | None, before: str, limit: int
) -> Sequence[ListedMessage]:
    """A person's messages older than a given id, newest first; at most limit + 1 rows.

    unread: only those that were not read, only those that were, or None for all.
    """
    return await listed(person_id, unread=unread, before=before or _LAST, limit=limit + 1)


async def count_unread(person_id: str) -> Unread:
    """How many were not read, up to 99: it costs the same whatever the inbox holds."""
    query, values = unread_query(person_id)
    database = get_connections().get("default")
    counted = int((await database.execute_query_dict(query, values))[0]["n"])
    return Unread(min(counted, MOST_COUNTED), counted > MOST_COUNTED)


def unread_query(person_id: str) -> tuple[str, list[object]]:
    """The statement that counts, and its values; it reads an index, a hundred entries at most."""
    database = get_connections().get("default")
    one = "$1" if database.capabilities.dialect == "postgres" else "?"
    return _COUNT.format(one=one, most=MOST_COUNTED + 1), [person_id]


async def read_message(person_id: str, message_id: str, *, now: datetime) -> InboxMessage:
    """Mark a message read; safe to repeat, the first time counts. Refuses: NOT_FOUND."""
    async with tx():
        mine = InboxMessage.filter(id=message_id, person_id=person_id)
        await mine.filter(read_at__isnull=True).update(read_at=now)
        row = await mine.first()
        if row is None:
            raise NOT_FOUND.refuse()
    return row


async def read_all(person_id: str, *, up_to: str = "", now: datetime) -> Marked:
    """Mark all messages read, or those up to one; so many at a time, each its own statement.

    up_to: the newest message that the person has seen; what came after it stays unread.
    """
    marked = 0
    for _ in range(_ROUNDS):
        found = InboxMessage.filter(person_id=person_id, read_at__isnull=True)
        if up_to:
            found = found.filter(id__lte=up_to)
        ids = await found.order_by("-id").limit(_AT_ONCE).values_list("id", flat=True)
        if ids:
            async with tx():
                marked += await InboxMessage.filter(
                    id__in=list(ids), person_id=person_id, read_at__isnull=True
                ).update(read_at=now)
        if len(ids) < _AT_ONCE:
            return Marked(marked, more=False)
    return Marked(marked, more=True)


async def newest(person_id: str) -> str:
    """The id of a person's newest message, '' when there is none."""
    row = await InboxMessage.filter(person_id=person_id).order_by("-id").first().values("id")
    return str(row["id"]) if row else ""


async def hand_over(limit: int = 1000) -> int:
    """Messages to a grant's clerk or a unit's legal rep become the person's once one is known.

    Who has never logged in is known by such a row only. Any number may do this at once.
    """
    waiting = InboxMessage.filter(person_id__isnull=True).order_by("id").limit(limit)
    rows = await waiting.values_list("id", "recipient")
    by_recipient: dict[Recipient, list[str]] = {}
    for message_id, recipient in rows:
        by_recipient.setdefault(Recipient.read(recipient), []).append(message_id)
    found = 0
    for recipient, person_id in (await _people_behind(by_recipient)).items():
        found += await InboxMessage.filter(
            id__in=by_recipient[recipient], person_id__isnull=True
        ).update(person_id=person_id)
    return found


async def _people_behind(recipients: Collection[Recipient]) -> dict[Recipient, str]:
    clerks = [each.id for each in recipients if each.kind is RecipientKind.GRANT]
    reps = [each.id for each in recipients if each.kind is RecipientKind.UNIT_LEGAL_REP]
    held = await Grant.filter(id__in=clerks, person_id__isnull=False).values_list("id", "person_id")
    led = await LegalRep.filter(unit_id__in=reps, person_id__isnull=False, live=True).values_list(
        "unit_id", "person_id"
    )
    return {
        Recipient(kind, str(row_id)): str(person_id)
        for kind, pairs in ((RecipientKind.GRANT, held), (RecipientKind.UNIT_LEGAL_REP, led))
        for row_id, person_id in pairs
    }
