"""What an existing system sends us (contract §11)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from handlers import unit_rows, unit_sync
from handlers.filing_events import Result, rejected
from models.errors.system import INPUT_WRONG
from server.batches import read_rows
from server.bodies import UNSEEN
from server.wire.bodies import Body

_WORD = r"^[!-~]+$(?!\n)"
_SEEN = f"^[^{UNSEEN}]*$"
_HEX = r"^[0-9A-Fa-f]*$(?!\n)"
EventId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD)]
ExternalNo = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD)]
ItemCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$(?!\n)")]
UsccText = Annotated[str, Meta(pattern=r"^[0-9A-Z]{18}$(?!\n)")]
Moment = Annotated[datetime, Meta(tz=True)]
TakenFilingStatus = Literal[
    "submitted",
    "reviewing",
    "second_review",
    "correction",
    "offline_confirm",
    "approved",
    "syncing",
    "completed",
    "sync_failed",
    "rejected",
    "withdrawn",
    "expired",
    "voided",
]


class FilingStatusEvent(Body, frozen=True):
    """A filing came to a status. at: when, by the sender's clock; unit_no: 单位编号, if known.

    due_at: by when the agency promised to decide, if it did; people are told once it has passed.
    """

    event_id: EventId
    uscc: UsccText
    external_no: ExternalNo
    item: ItemCode
    status: TakenFilingStatus
    at: Moment
    reviewer_note: Annotated[str, Meta(max_length=500, pattern=_SEEN)] = ""
    unit_no: Annotated[str, Meta(max_length=20, pattern=r"^[0-9A-Za-z]*$(?!\n)")] = ""
    due_at: Moment | None = None


class FilingStatusBody(Body, frozen=True):
    """At most 500 events, taken in one after another."""

    events: Annotated[list[FilingStatusEvent], Meta(min_length=1, max_length=500)]


class CertificateEvent(Body, frozen=True):
    """A certificate, or what became of it. serial: hex; replaces: serial of its predecessor."""

    event_id: EventId
    uscc: UsccText
    issuer: Annotated[str, Meta(min_length=1, max_length=120, pattern=_SEEN)]
    serial: Annotated[str, Meta(min_length=1, max_length=64, pattern=_HEX)]
    not_before: Moment
    not_after: Moment
    status: Literal["held", "lost", "revoked"] = "held"
    title: Annotated[str, Meta(min_length=1, max_length=60, pattern=_SEEN)] = "单位数字证书"
    algorithm: Annotated[str, Meta(max_length=40, pattern=_SEEN)] = ""
    replaces: Annotated[str, Meta(max_length=64, pattern=_HEX)] = ""


class CertificatesBody(Body, frozen=True):
    """At most 500 certificates, taken in one after another."""

    certificates: Annotated[list[CertificateEvent], Meta(min_length=1, max_length=500)]


class SentRelation(Body, frozen=True):
    """An insured relation. insurance: AAE140 code; agency: its code; recorded_uscc: as kept."""

    insurance: Annotated[str, Meta(max_length=3)]
    unit_no: Annotated[str, Meta(max_length=20)]
    agency: Annotated[str, Meta(max_length=12)]
    pay_state: Annotated[str, Meta(max_length=1)] = "1"
    recorded_uscc: Annotated[str, Meta(max_length=18)] = ""


class SentLegalRep(Body, frozen=True):
    """The registered legal representative. id_type: AAC058 code."""

    id_type: Annotated[str, Meta(max_length=2)]
    id_no: Annotated[str, Meta(max_length=40)]
    name: Annotated[str, Meta(max_length=200)]


class UnitEvent(Body, frozen=True):
    """A unit as the core system knows it at a moment; what is wrong in one spoils only that one.

    status: whether it is closed 注销 or open; what is left out stays as it is.
    """

    event_id: EventId
    uscc: Annotated[str, Meta(max_length=40)]
    name: Annotated[str, Meta(max_length=120, pattern=_SEEN)]
    at: Moment
    address: Annotated[str, Meta(max_length=160, pattern=_SEEN)] = ""
    relations: Annotated[tuple[SentRelation, ...], Meta(max_length=50)] = ()
    legal_rep: SentLegalRep | None = None
    status: Literal["open", "closed"] | None = None


class UnitsBody(Body, frozen=True):
    """At most 500 units, taken in one after another."""

    units: Annotated[list[UnitEvent], Meta(min_length=1, max_length=500)]


def sent(event: UnitEvent) -> unit_sync.SentUnit:
    """A unit as the handler takes it."""
    rep = event.legal_rep
    return unit_sync.SentUnit(
        event_id=event.event_id,
        uscc=event.uscc,
        name=event.name,
        address=event.address,
        at=event.at,
        relations=tuple(
            unit_rows.SentRelation(
                row.insurance, row.unit_no, row.agency, row.pay_state, row.recorded_uscc
            )
            for row in event.relations
        ),
        legal_rep=unit_sync.SentLegalRep(rep.id_type, rep.id_no, rep.name) if rep else None,
        closed=None if event.status is None else event.status == "closed",
    )


def read_units(raws: Sequence[Any]) -> list[unit_sync.SentUnit | Result]:
    """Rows that were fetched instead of sent; one that cannot be read is rejected already."""
    rows = read_rows(raws, UnitEvent, "/units")
    return [
        rejected(row.event_id, INPUT_WRONG.refuse(errors=row.errors))
        if row.value is None
        else sent(row.value)
        for row in rows
    ]


class TakenFault(msgspec.Struct, frozen=True):
    """What is wrong with a row; pointer by RFC 6901, from the root of the body that was sent."""

    pointer: str
    detail: str


class TakenResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one event; code of the catalogue where it was rejected, and which fields.

    event_id: empty where the row has none that can be read.
    """

    event_id: str
    result: Literal["applied", "duplicate", "rejected"]
    code: str | None = None
    errors: list[TakenFault] = []


class TakenResults(msgspec.Struct, frozen=True):
    """One result for each row that was sent, in their order."""

    results: list[TakenResult]
