"""Debts: what happened, written in the transaction in which it happened, for others to act upon."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.database import require_transaction
from models.ids import new_id


class Topic(StrEnum):
    """What people may have to be told of."""

    LOGIN_NEW_BROWSER = "login.new_browser"
    LOGIN_DENIED_NOT_ME = "login.denied_not_me"
    GRANT_REVOKED = "grant.revoked"


class OutboxEvent(Model):
    """One thing that happened 待办通知. planned_at is set once it was turned into messages.

    recipients: JSON list of ids of persons, facts: JSON object without personal values.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    topic = fields.CharEnumField(Topic, max_length=40)
    subject = fields.CharField(max_length=64)
    recipients = fields.TextField()
    facts = fields.TextField()
    dedupe_key = fields.CharField(max_length=120, unique=True)
    created_at = fields.DatetimeField()
    planned_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox_events"
        indexes = (Index(fields=("planned_at", "id")),)


async def put(
    topic: Topic,
    subject: str,
    recipients: Sequence[str],
    facts: Mapping[str, object],
    *,
    dedupe_key: str,
    now: datetime,
) -> None:
    """Owe the recipients (ids of persons) news of a subject, once per dedupe_key.

    facts hold ids and texts without personal values. Must be called inside a transaction, so that
    the debt exists exactly when the change does.
    """
    require_transaction()
    event = OutboxEvent(
        id=new_id(),
        topic=topic,
        subject=subject,
        recipients=msgspec.json.encode(list(recipients)).decode(),
        facts=msgspec.json.encode(dict(facts)).decode(),
        dedupe_key=dedupe_key,
        created_at=now,
    )
    await OutboxEvent.bulk_create([event], ignore_conflicts=True)
