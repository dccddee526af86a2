"""The inbox: every message a person gets, whether or not it is pushed as well."""

from datetime import datetime
from typing import Any, NamedTuple

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models import raw
from models.outbox import Topic
from models.person import Person
from models.vocabulary import Urgency


class InboxMessage(Model):
    """A message 消息 to one recipient about one event, once for ever.

    recipient: `kind:id` as in models.outbox, a person wherever one is known; person is null until
    the recipient first logs in. event_key: the event's dedupe_key. series: what a later message
    supersedes (`filing:id`), empty when nothing does. facts: JSON without personal values.
    text_version: of the wording that applied. Ids sort by the time they were planned.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=48)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="messages", null=True, on_delete=fields.CASCADE
    )
    person_id: str | None
    unit_id = fields.CharField(max_length=26, null=True)
    topic = fields.CharEnumField(Topic, max_length=40)
    subject = fields.CharField(max_length=64)
    event_key = fields.CharField(max_length=120)
    series = fields.CharField(max_length=80, default="")
    facts = fields.TextField()
    urgency = fields.IntEnumField(Urgency)
    text_version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField(null=True)
    read_at = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "inbox_messages"
        unique_together = (("recipient", "event_key"),)
        indexes = (Index(fields=("person_id", "id")), Index(fields=("recipient", "series", "id")))


class ListedMessage(NamedTuple):
    """A message as lists show it: these columns of its row, in this order."""

    id: str
    unit_id: str | None
    topic: str
    subject: str
    facts: str
    created_at: datetime
    read_at: datetime | None


_LISTED = (
    "SELECT id, unit_id, topic, subject, facts, created_at, read_at"
    " FROM inbox_messages WHERE person_id = $1 AND id < $2{read} ORDER BY id DESC LIMIT $3"
)
_READ = {None: "", True: " AND read_at IS NULL", False: " AND read_at IS NOT NULL"}


async def listed(
    person_id: str, *, unread: bool | None, before: str, limit: int
) -> list[ListedMessage]:
    """A person's messages with smaller ids, newest first; unread: None for all.

    Written by hand: rows of the ORM cost three times as much (performance §3, G10).
    """
    rows = await raw.rows(_LISTED.format(read=_READ[unread]), person_id, before, limit)
    return [_listed(*row) for row in rows]


def _listed(*row: Any) -> ListedMessage:
    *told, created_at, read_at = row
    return ListedMessage(*told, *map(raw.moment, (created_at, read_at)))
