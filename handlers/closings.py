"""Closing one's account 注销: fifteen days to think it over, nothing open, then nothing personal.

Filings, grants and the audit trail stay as the law wants them; they point to a person without name,
document, phone or mailbox.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tortoise.models import Model

from handlers.endings import begin_ending, end_sessions
from handlers.own_data import open_closure
from handlers.tools import Tools
from models import audit, outbox
from models.account import Account, AccountStop, OneTimeCode, PasswordToken
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.filing import STATE_CHANGED
from models.errors.privacy import FILINGS_OPEN
from models.filing import Filing
from models.grant import Grant
from models.identity import Identity
from models.ids import new_id
from models.inbox import InboxMessage
from models.person import KnownBrowser, Person, PlatformAccount
from models.privacy import Closure, ClosureStatus, DataExport
from models.store.session import Session
from models.subscription import Preference, QuietHours
from models.unit import LegalRep
from models.vocabulary import FilingStatus, IdType, PersonStatus

COOLING = timedelta(days=15)
BATCH = 50
OVER = (
    FilingStatus.DRAFT,
    FilingStatus.COMPLETED,
    FilingStatus.REJECTED,
    FilingStatus.WITHDRAWN,
    FilingStatus.EXPIRED,
    FilingStatus.VOIDED,
)
"""Statuses of filings that keep nobody; all others are open."""

OF_THE_PERSON: tuple[type[Model], ...] = (
    Account,
    PasswordToken,
    OneTimeCode,
    KnownBrowser,
    DataExport,
    InboxMessage,
    Preference,
    QuietHours,
)
"""Tables whose rows are deleted with the account; each has a `person_id`."""

Blocker = Callable[[Person], Awaitable[bool]]


async def has_open_filings(person: Person) -> bool:
    """Whether they have submitted a filing, or lead a unit with one, that is still open."""
    if await Filing.filter(submitted_by_id=person.id).exclude(status__in=OVER).exists():
        return True
    units = await LegalRep.filter(
        id_type=person.id_type, id_no_index=person.id_no_index, live=True
    ).values_list("unit_id", flat=True)
    return bool(units) and (
        await Filing.filter(unit_id__in=list(units)).exclude(status__in=OVER).exists()
    )


async def is_stopped(person: Person) -> bool:
    """Whether officers keep them out: who is stopped does not become somebody new by closing."""
    return await AccountStop.filter(person_id=person.id, lifted_at=None).exists()


BLOCKERS: tuple[Blocker, ...] = (has_open_filings, is_stopped)
"""What keeps an account from being closed; a part that lets people begin things adds its own."""


async def ask(tools: Tools, session: Session, actor: Actor, *, now: datetime) -> Closure:
    """Ask for the account to be closed. Safe to repeat. Refuses: FILINGS_OPEN."""
    person = await Person.get(id=session.person_id)
    await _require_nothing_open(person)
    async with tx():
        row = Closure(id=new_id(), person_id=person.id, asked_at=now, due_at=now + COOLING)
        await Closure.bulk_create([row], ignore_conflicts=True)
        found = await open_closure(person.id)
        if found is None:
            raise STATE_CHANGED.refuse(current="已变化")
        if found.id == row.id:
            await outbox.put(
                outbox.Topic.ACCOUNT_CLOSING,
                row.id,
                [outbox.person(person.id)],
                {"due": row.due_at.isoformat()},
                dedupe_key=f"account_closing:{row.id}",
                now=now,
            )
            await audit.record(tools.vault, actor, Action.CLOSING_ASKED, row.id, now=now)
    return found


async def cancel(tools: Tools, session: Session, actor: Actor, *, now: datetime) -> None:
    """Take it back within the fifteen days. Refuses: STATE_CHANGED when there is nothing to."""
    async with tx():
        row = await open_closure(session.person_id)
        changed = row and await Closure.filter(
            id=row.id, status=ClosureStatus.COOLING, revision=row.revision
        ).update(status=ClosureStatus.CANCELLED, ended_at=now, revision=row.revision + 1)
        if row is None or not changed:
            raise STATE_CHANGED.refuse(current="没有注销申请")
        await audit.record(tools.vault, actor, Action.CLOSING_CANCELLED, row.id, now=now)


async def close_due(tools: Tools, *, now: datetime) -> int:
    """Close what has cooled off and is not blocked meanwhile; how many. A duty of the clock."""
    closed = 0
    due = Closure.filter(status=ClosureStatus.COOLING, due_at__lte=now).select_related("person")
    for row in await due.limit(BATCH):
        if any([await blocks(row.person) for blocks in BLOCKERS]):
            # It stays due: the next tick asks again.
            continue
        async with tx():
            mine = await Closure.filter(
                id=row.id, status=ClosureStatus.COOLING, revision=row.revision
            ).update(status=ClosureStatus.DONE, ended_at=now, revision=row.revision + 1)
            if not mine:
                continue
            await _forget(tools, row.person)
            await audit.record(tools.vault, Actor(), Action.CLOSED, row.person_id, now=now)
        await end_sessions(tools, row.person)
        closed += 1
    return closed


async def _require_nothing_open(person: Person) -> None:
    for blocks in BLOCKERS:
        if await blocks(person):
            raise FILINGS_OPEN.refuse()


async def _forget(tools: Tools, person: Person) -> None:
    """Leave of a person only the row that others point to."""
    await begin_ending(tools, person)
    # The number is unique, so that whoever comes back with the same card is somebody new.
    nobody = Identity(IdType.RESIDENT_ID, f"closed-{person.id}", "已注销")
    columns = Person.sealed(tools.vault, person.id, nobody)
    columns |= Person.sealed_email(tools.vault, person.id, None)
    del columns["id"]
    await Person.filter(id=person.id).update(**columns, status=PersonStatus.CLOSED)
    for table in OF_THE_PERSON:
        await table.filter(person_id=person.id).delete()
    for holder in (LegalRep, Grant):
        await holder.filter(person_id=person.id).update(person_id=None)
    await PlatformAccount.filter(person_id=person.id).update(person_id=None, bound_at=None)
