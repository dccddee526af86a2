"""From events to rows: taking events that nobody planned yet, and writing messages and deliveries.

Everything runs in the planner's transaction. Unique keys make writing something twice a no-op.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from models.database import require_transaction
from models.outbox import Recipient, RecipientKind, Topic, person
from models.raw import as_ids, as_rows, dialect, fetch, ids_from, insert, inserting, moment


@dataclass(frozen=True, slots=True)
class Event:
    """An outbox event, read."""

    id: str
    topic: Topic
    subject: str
    recipients: tuple[Recipient, ...]
    facts: Mapping[str, Any]
    key: str
    created_at: datetime


async def take(limit: int) -> list[dict[str, Any]]:
    """Up to limit events to plan, oldest first, locked until the transaction ends; raw rows."""
    require_transaction()
    return await fetch(
        "SELECT id, topic, subject, recipients, facts, dedupe_key, created_at FROM outbox_events"
        " WHERE planned_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED",
        limit,
    )


def read_event(row: Mapping[str, Any]) -> Event:
    """The event in a row. Raises ValueError when it cannot be read."""
    created_at = moment(row["created_at"])
    if created_at is None:
        raise ValueError("an event without a time")
    return Event(
        id=row["id"],
        topic=Topic(row["topic"]),
        subject=row["subject"],
        recipients=tuple(map(Recipient.read, msgspec.json.decode(row["recipients"]))),
        facts=msgspec.json.decode(row["facts"]),
        key=row["dedupe_key"],
        created_at=created_at,
    )


async def mark_planned(ids: Sequence[str], now: datetime, fault: str | None = None) -> None:
    """These events need no more planning. fault: why one of them could not be planned."""
    await fetch(
        "UPDATE outbox_events SET planned_at = $1, fault = $2"
        f" FROM {ids_from(3)} WHERE outbox_events.id = r.row_id RETURNING outbox_events.id",
        now,
        fault,
        as_ids(ids),
    )


_HOLDERS = {
    RecipientKind.GRANT: "SELECT t.id, t.person_id FROM grants t, {rows} WHERE t.id = r.row_id",
    RecipientKind.REGISTRATION: (
        "SELECT t.id, p.id AS person_id FROM registrations t, persons p, {rows}"
        " WHERE t.id = r.row_id AND p.id_type = t.id_type AND p.id_no_index = t.id_no_index"
    ),
    RecipientKind.UNIT_LEGAL_REP: (
        "SELECT t.unit_id AS id, t.person_id FROM legal_reps t, {rows}"
        " WHERE t.unit_id = r.row_id AND t.live"
    ),
}


async def resolve(recipients: Collection[Recipient]) -> dict[Recipient, Recipient]:
    """Each recipient as a person wherever one is known, else as it was."""
    resolved = {each: each for each in recipients}
    for kind, statement in _HOLDERS.items():
        wanted = [each.id for each in recipients if each.kind is kind]
        if wanted:
            rows = await fetch(statement.format(rows=ids_from(1)), as_ids(wanted))
            for row in rows:
                if row["person_id"]:
                    resolved[Recipient(kind, row["id"])] = person(row["person_id"])
    return resolved


_MESSAGE = {
    "id": "text",
    "recipient": "text",
    "person_id": "text",
    "unit_id": "text",
    "topic": "text",
    "subject": "text",
    "event_key": "text",
    "series": "text",
    "facts": "text",
    "urgency": "int",
    "text_version": "int",
    "created_at": "timestamptz",
    "expires_at": "timestamptz",
}

_DELIVERY = {
    "message_id": "text",
    "channel": "text",
    "recipient_key": "text",
    "template": "text",
    "urgency": "int",
    "due_at": "timestamptz",
    "expires_at": "timestamptz",
    "once": "boolean",
    "guard": "text",
    "digest_key": "text",
    "fallback_of": "bigint",
    "created_at": "timestamptz",
}
_NEW = {
    "state": "0",
    "attempts": "0",
    "tries": "0",
    "most_tries": "12",
    "reason": "''",
    "code": "''",
}


async def add(
    messages: Sequence[Mapping[str, object]],
    deliveries: Sequence[Mapping[str, object]],
    events: Sequence[str],
    now: datetime,
) -> set[str]:
    """Write the messages that are not there already, with their deliveries, and that these events
    need no more planning; the ids of the messages that are new.
    """
    require_transaction()
    if dialect() == "sqlite":
        written = set(await insert("inbox_messages", _MESSAGE, messages))
        await add_deliveries([each for each in deliveries if each["message_id"] in written])
        await mark_planned(events, now)
        return written
    new = "r.message_id IN (SELECT id FROM written)"
    rows = await fetch(
        f"WITH written AS ({inserting('inbox_messages', 1, _MESSAGE)} RETURNING id),"
        f" pushed AS ({inserting('deliveries', 2, _DELIVERY, _NEW, new)}), planned AS ("
        f" UPDATE outbox_events SET planned_at = $3, fault = NULL"
        f" FROM {ids_from(4)} WHERE outbox_events.id = r.row_id"
        ") SELECT id FROM written",
        as_rows(messages),
        as_rows(deliveries),
        now,
        as_ids(events),
    )
    return {str(row["id"]) for row in rows}


async def add_deliveries(rows: Sequence[Mapping[str, object]]) -> int:
    """Write deliveries; how many were not there already."""
    require_transaction()
    return len(await insert("deliveries", _DELIVERY, rows, constants=_NEW))
