"""The clock's part in registering 注册: units that wait are checked until settled."""

from datetime import datetime, timedelta

from handlers.ports import Registries
from handlers.registration_rows import GIVEN_UP_AFTER, OPEN, claim, note, settled
from handlers.registrations import judge, require_nobody
from handlers.tools import Tools
from handlers.verifying import Typed, verify
from models import outbox
from models.actor import Actor
from models.database import tx
from models.errors.entry import Refusal
from models.errors.registration import LEGAL_REP_EXISTS
from models.errors.unit import UNIT_CLOSED
from models.registration import Registration
from models.verification import SourceResult, Verdict
from models.vocabulary import RegistrationStatus

BATCH = 20
LEASE = timedelta(minutes=10)
"""How long a process may take over its batch: no registry holds it for more than seconds."""

_TOPICS = {
    RegistrationStatus.ACTIVE: outbox.Topic.REGISTRATION_SYNCED,
    RegistrationStatus.FAILED: outbox.Topic.REGISTRATION_FAILED,
    RegistrationStatus.LAPSED: outbox.Topic.REGISTRATION_EXPIRED,
}


async def check_due(tools: Tools, registries: Registries | None, *, now: datetime) -> int:
    """Check what is due; how many. Any number of processes may: each row is leased by one."""
    due = (
        await Registration.filter(status__in=OPEN, next_check_at__lte=now)
        .order_by("next_check_at")
        .limit(BATCH)
    )
    checked = 0
    for row in due:
        leased = await Registration.filter(id=row.id, revision=row.revision).update(
            revision=row.revision + 1, next_check_at=now + LEASE
        )
        if leased:
            row.revision += 1
            await _check(tools, registries, row, now)
            checked += 1
    return checked


async def _check(
    tools: Tools, registries: Registries | None, row: Registration, now: datetime
) -> None:
    typed = Typed(row.uscc, row.unit_name, row.open(tools.vault))
    results: tuple[SourceResult, ...] = ()
    try:
        await require_nobody(typed.uscc)
        results = await verify(registries, typed)
        verdict = await judge(typed.uscc, results)
        if verdict.status in OPEN and now - row.created_at >= GIVEN_UP_AFTER:
            verdict = Verdict(RegistrationStatus.LAPSED, verdict.entry)
        await _settle(tools, row, typed, verdict, results, now=now)
    except Refusal as refusal:
        if refusal.entry not in (LEGAL_REP_EXISTS, UNIT_CLOSED):
            raise
        taken = Verdict(RegistrationStatus.FAILED, refusal.entry)
        await _settle(tools, row, typed, taken, results, now=now)


async def _settle(
    tools: Tools,
    row: Registration,
    typed: Typed,
    verdict: Verdict,
    results: tuple[SourceResult, ...],
    *,
    now: datetime,
) -> None:
    async with tx():
        # Whoever typed it again meanwhile has moved the revision, and that answer counts.
        moved = await Registration.filter(id=row.id, revision=row.revision).update(
            revision=row.revision + 1, **settled(verdict, results, row.attempts + 1, now)
        )
        if not moved:
            return
        if verdict.status is RegistrationStatus.ACTIVE:
            await claim(tools.vault, row, typed, now=now)
        topic = _TOPICS.get(verdict.status)
        if topic is not None:
            # Anybody may have typed the phone: a name nobody vouched for is not sent to it.
            proven = verdict.status is RegistrationStatus.ACTIVE
            await outbox.put(
                topic,
                row.id,
                [outbox.registrant_of(row.id)],
                {"unit_name": row.unit_name} if proven else {},
                dedupe_key=f"{topic.value}:{row.id}:{row.revision}",
                now=now,
            )
        await note(tools.vault, Actor(), row, verdict, now=now)
