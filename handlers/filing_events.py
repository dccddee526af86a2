"""Statuses of filings that existing systems send 办理进度对接: each once, never backwards."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers.audiences import audience_of_filing
from handlers.tools import Tools
from models import audit, ingest, outbox
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import FieldError, Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.unit import UNIT_UNKNOWN
from models.filing import FILING_AFTER, FILING_LABELS, UNDER_REVIEW, Filing, FilingStep
from models.ids import new_id
from models.unit import Relation, Unit
from models.vocabulary import FilingStatus


@dataclass(frozen=True, slots=True)
class FilingEvent:
    """What the other system says. at: when the filing came to the status, by its clock.

    external_no: its number there; unit_no: 单位编号 of the relation, where it says so; note: of the
    reviewer, kept sealed; due_at: by when the agency promised to decide, where it says so.
    """

    event_id: str
    uscc: str
    external_no: str
    item: str
    status: FilingStatus
    at: datetime
    note: str = ""
    unit_no: str = ""
    due_at: datetime | None = None


class Taken(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event; code says why it was rejected, errors which fields are to blame."""

    event_id: str
    result: Taken
    code: str | None = None
    errors: tuple[FieldError, ...] = ()


def rejected(event_id: str, refusal: Refusal) -> Result:
    """The result of an event that was refused."""
    return Result(event_id, Taken.REJECTED, refusal.entry.code, refusal.errors)


_TOPICS: dict[FilingStatus, outbox.Topic] = {
    FilingStatus.SUBMITTED: outbox.Topic.FILING_SUBMITTED,
    FilingStatus.CORRECTION: outbox.Topic.FILING_CORRECTION,
    FilingStatus.OFFLINE_CONFIRM: outbox.Topic.FILING_OFFLINE_CONFIRM,
    FilingStatus.APPROVED: outbox.Topic.FILING_APPROVED,
    FilingStatus.COMPLETED: outbox.Topic.FILING_COMPLETED,
    FilingStatus.SYNC_FAILED: outbox.Topic.FILING_SYNC_FAILED,
    FilingStatus.REJECTED: outbox.Topic.FILING_REJECTED,
    FilingStatus.WITHDRAWN: outbox.Topic.FILING_WITHDRAWN,
    FilingStatus.EXPIRED: outbox.Topic.FILING_EXPIRED,
    FilingStatus.VOIDED: outbox.Topic.FILING_VOIDED,
}
"""What people are told of; under review, second review and synchronising are no news to them."""


async def take_in(tools: Tools, actor: Actor, event: FilingEvent, *, now: datetime) -> Result:
    """Bring a filing to a status, once per event of a system; makes its shadow when it is new.

    Rejected, with the code: UNIT_UNKNOWN, STATE_CHANGED for what would lead backwards. A rejected
    event leaves nothing behind, so it can be sent again when things have changed.
    """
    try:
        async with tx():
            if not await ingest.claim(actor.person_id, event.event_id, now):
                return Result(event.event_id, Taken.DUPLICATE)
            filing = await _moved(event, now)
            if filing is None:
                return Result(event.event_id, Taken.DUPLICATE)
            await _remember(tools, filing, event)
            await _tell(filing, event, now)
            detail = {"status": event.status.value, "revision": filing.revision}
            await audit.record(
                tools.vault, actor, Action.FILING_INGEST, filing.id, now=now, detail=detail
            )
    except Refusal as refusal:
        return rejected(event.event_id, refusal)
    return Result(event.event_id, Taken.APPLIED)


async def _moved(event: FilingEvent, now: datetime) -> Filing | None:
    """The filing in its new status; None when it has it already. Refuses as take_in."""
    unit = await Unit.get_or_none(uscc=event.uscc)
    if unit is None or event.status is FilingStatus.DRAFT:
        raise (UNIT_UNKNOWN if unit is None else STATE_CHANGED).refuse(current="草稿")
    known = Filing.filter(unit_id=unit.id, external_no=event.external_no)
    filing = await known.select_for_update().first()
    if filing is None:
        made = await _shadow(unit, event, now)
        if made is not None:
            return made
        # Two events of one new filing came at once: this one waited, and finds the other's row.
        filing = await known.select_for_update().get()
    if not leads_on(filing, event):
        if filing.status is event.status:
            return None
        raise STATE_CHANGED.refuse(current=FILING_LABELS[filing.status])
    changed = await Filing.filter(id=filing.id, revision=filing.revision).update(
        status=event.status,
        status_at=event.at,
        revision=filing.revision + 1,
        **_promised(event, filing.due_at),
    )
    if not changed:
        raise STATE_CHANGED.refuse(current=FILING_LABELS[filing.status])
    return await Filing.get(id=filing.id)


def leads_on(filing: Filing, event: FilingEvent) -> bool:
    """Whether an event leads forward: by the order of statuses, and in a loop by its time."""
    if event.status not in FILING_AFTER[filing.status]:
        return False
    loops = filing.status in FILING_AFTER[event.status]
    return not loops or event.at > filing.status_at


def _promised(event: FilingEvent, before: datetime | None) -> dict[str, datetime | None]:
    """The promised time runs while the agency is to act. before: what was promised so far."""
    due_at = event.due_at or before
    return {"due_at": due_at, "remind_at": due_at if event.status in UNDER_REVIEW else None}


async def _shadow(unit: Unit, event: FilingEvent, now: datetime) -> Filing | None:
    relation = await Relation.filter(unit_id=unit.id, unit_no=event.unit_no).first()
    filing = Filing(
        id=new_id(),
        unit=unit,
        relation=relation,
        item=event.item,
        external_no=event.external_no,
        status=event.status,
        status_at=event.at,
        created_at=now,
        **_promised(event, None),
    )
    await Filing.bulk_create([filing], ignore_conflicts=True)
    return await Filing.get_or_none(id=filing.id)


async def _remember(tools: Tools, filing: Filing, event: FilingEvent) -> None:
    step_id = new_id()
    sealed = tools.vault.seal(event.note, aad=f"filing_steps.note.{step_id}")
    await FilingStep.create(
        id=step_id,
        filing_id=filing.id,
        revision=filing.revision,
        status=event.status,
        at=event.at,
        note_sealed=sealed if event.note else None,
    )


async def _tell(filing: Filing, event: FilingEvent, now: datetime) -> None:
    topic = _TOPICS.get(event.status)
    if topic is None:
        return
    unit = await Unit.get(id=filing.unit_id)
    await outbox.put(
        topic,
        filing.id,
        await audience_of_filing(filing, now),
        {
            "unit": unit.id,
            "unit_name": unit.name,
            "item": filing.item,
            "number": filing.external_no,
            "status": FILING_LABELS[event.status],
            "at": event.at.isoformat(),
            "revision": filing.revision,
        },
        dedupe_key=f"filing:{filing.id}:{filing.revision}",
        now=now,
    )
