"""A message of the inbox as the engine and the texts handle it."""

import msgspec

from models.inbox import InboxMessage
from models.outbox import Recipient
from notify.ports import Letter


def letter_of(row: InboxMessage) -> Letter:
    """The letter behind an inbox row."""
    return Letter(
        id=row.id,
        topic=row.topic,
        subject=row.subject,
        recipient=Recipient.read(row.recipient),
        person_id=row.person_id,
        facts=msgspec.json.decode(row.facts),
        created_at=row.created_at,
    )
