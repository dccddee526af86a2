"""Debts: what happened, written in the transaction in which it happened, for others to act upon."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.database import after_commit, require_transaction
from models.ids import new_id
from models.raw import insert


class Topic(StrEnum):
    """What people may have to be told of."""

    LOGIN_NEW_BROWSER = "login.new_browser"
    LOGIN_DENIED_NOT_ME = "login.denied_not_me"
    GRANT_REVOKED = "grant.revoked"
    REGISTRATION_SYNCED = "registration.synced"
    REGISTRATION_FAILED = "registration.failed"
    REGISTRATION_EXPIRED = "registration.expired"
    CERTIFICATE_EXPIRING = "certificate.expiring"
    CERTIFICATE_EXPIRED = "certificate.expired"
    CERTIFICATE_RENEWED = "certificate.renewed"
    CERTIFICATE_LOST = "certificate.lost"
    CERTIFICATE_REVOKED = "certificate.revoked"
    CERTIFICATE_RENEWAL_FAILED = "certificate.renewal_failed"
    FILING_SUBMITTED = "filing.submitted"
    FILING_CORRECTION = "filing.correction"
    FILING_OFFLINE_CONFIRM = "filing.offline_confirm"
    FILING_APPROVED = "filing.approved"
    FILING_COMPLETED = "filing.completed"
    FILING_SYNC_FAILED = "filing.sync_failed"
    FILING_REJECTED = "filing.rejected"
    FILING_WITHDRAWN = "filing.withdrawn"
    FILING_EXPIRED = "filing.expired"
    FILING_VOIDED = "filing.voided"
    FILING_OVERDUE = "filing.overdue"
    FILING_WINDOW_CLOSING = "filing.window_closing"
    GRANT_OFFERED = "grant.offered"
    GRANT_ACCEPTED = "grant.accepted"
    GRANT_MISMATCH = "grant.mismatch"
    GRANT_REQUESTED = "grant.requested"
    GRANT_LAPSING = "grant.lapsing"
    GRANT_LAPSED = "grant.lapsed"
    GRANT_APPROVED = "grant.approved"
    GRANT_DENIED = "grant.denied"
    GRANT_CHANGED = "grant.changed"
    GRANT_SUSPENDED = "grant.suspended"
    GRANT_RESUMED = "grant.resumed"
    GRANT_CANCELLED = "grant.cancelled"
    GRANT_EXPIRING = "grant.expiring"
    GRANT_EXPIRED = "grant.expired"
    GRANT_WINDOW = "grant.window"
    UNIT_LEGAL_REP_CHANGED = "unit.legal_rep_changed"
    UNIT_INFO_CHANGED = "unit.info_changed"
    UNIT_CLOSED = "unit.closed"
    ACCOUNT_LOCKED = "account.locked"
    ACCOUNT_UNLOCKED = "account.unlocked"
    ACCOUNT_STOPPED = "account.stopped"
    ACCOUNT_LIFTED = "account.lifted"
    ACCOUNT_PASSWORD_RESET = "account.password_reset"  # noqa: S105
    ACCOUNT_CLOSING = "account.closing"
    ACCOUNT_EXPORT_READY = "account.export_ready"
    ACCOUNT_PASSWORD_EXPIRING = "account.password_expiring"  # noqa: S105


class RecipientKind(StrEnum):
    """By what a recipient is known; the planner finds person, phone or e-mail behind it."""

    PERSON = "person"
    GRANT = "grant"
    REGISTRATION = "registration"
    UNIT_LEGAL_REP = "unit_legal_rep"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell: a person, the clerk named in a grant, who registered, or a unit's legal rep.

    The last three need not have an account yet: their phone stands, sealed, in the row named by id.
    """

    kind: RecipientKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}"

    @classmethod
    def read(cls, text: str) -> "Recipient":
        """The recipient as an event keeps it, `kind:id`."""
        kind, _, row_id = text.partition(":")
        return cls(RecipientKind(kind), row_id)


def person(person_id: str) -> Recipient:
    """A natural person who has logged in before."""
    return Recipient(RecipientKind.PERSON, person_id)


def clerk_of(grant_id: str) -> Recipient:
    """The clerk a grant is for, who may never have logged in."""
    return Recipient(RecipientKind.GRANT, grant_id)


def registrant_of(registration_id: str) -> Recipient:
    """Who asked for a unit to be registered."""
    return Recipient(RecipientKind.REGISTRATION, registration_id)


def legal_rep_of(unit_id: str) -> Recipient:
    """Whoever is the unit's live legal representative when the event is planned."""
    return Recipient(RecipientKind.UNIT_LEGAL_REP, unit_id)


class OutboxEvent(Model):
    """One thing that happened 待办通知. planned_at is set once it was turned into messages.

    recipients: JSON list of `kind:id`, facts: JSON object without personal values. fault: why it
    could not be turned into messages; such an event waits for `zhangban deliveries replay`.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    topic = fields.CharEnumField(Topic, max_length=40)
    subject = fields.CharField(max_length=64)
    recipients = fields.TextField()
    facts = fields.TextField()
    dedupe_key = fields.CharField(max_length=120, unique=True)
    created_at = fields.DatetimeField()
    planned_at = fields.DatetimeField(null=True)
    fault = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "outbox_events"
        indexes = (Index(fields=("planned_at", "id")),)


Row = Mapping[str, object]
_COLUMNS = {
    "id": "text",
    "topic": "text",
    "subject": "text",
    "recipients": "text",
    "facts": "text",
    "dedupe_key": "text",
    "created_at": "timestamptz",
}


def owed(
    topic: Topic,
    subject: str,
    recipients: Sequence[Recipient],
    facts: Mapping[str, object],
    *,
    dedupe_key: str,
    now: datetime,
) -> Row:
    """The debt as a row, for put_all. facts hold ids and texts without personal values."""
    return {
        "id": new_id(),
        "topic": topic.value,
        "subject": subject,
        "recipients": msgspec.json.encode([str(each) for each in recipients]).decode(),
        "facts": msgspec.json.encode(dict(facts)).decode(),
        "dedupe_key": dedupe_key,
        "created_at": now,
    }


async def put_all(events: Sequence[Row]) -> None:
    """Owe many at once, each once per dedupe_key, in one statement.

    Must be called inside a transaction.
    """
    require_transaction()
    written = await insert("outbox_events", _COLUMNS, events)
    after_commit(lambda: _heard(written))


async def put(
    topic: Topic,
    subject: str,
    recipients: Sequence[Recipient],
    facts: Mapping[str, object],
    *,
    dedupe_key: str,
    now: datetime,
) -> None:
    """Owe the recipients news of a subject, once per dedupe_key.

    facts hold ids and texts without personal values. Must be called inside a transaction, so that
    the debt exists exactly when the change does.
    """
    await put_all([owed(topic, subject, recipients, facts, dedupe_key=dedupe_key, now=now)])


_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None]) -> Callable[[], None]:
    """Be told the id of each event that this process commits; call the answer to stop.

    Only a hint that saves waiting: whoever must not miss an event looks into the table.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def _heard(event_ids: Sequence[str]) -> None:
    for listener in _listeners:
        for event_id in event_ids:
            listener(event_id)
