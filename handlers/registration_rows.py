"""The rows of a registration 注册: what was typed is kept, sealed; a proven unit is claimed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from handlers.mandates import INSURANCES
from handlers.verifying import Typed
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import require_transaction
from models.errors.registration import LEGAL_REP_EXISTS
from models.identity import index_candidates
from models.ids import new_id
from models.registration import Registration
from models.sealed import Vault
from models.unit import LegalRep, Relation, Unit
from models.verification import SourceResult, Verdict
from models.vocabulary import RegistrationStatus, UnitStatus

GIVEN_UP_AFTER = timedelta(days=30)
_WAITS = (timedelta(hours=1), timedelta(hours=6))
_SILENT_WAITS = (timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1))
_DAY = timedelta(days=1)
OPEN = (RegistrationStatus.VERIFYING, RegistrationStatus.WAITING_SYNC)


def next_check(status: RegistrationStatus, attempts: int, now: datetime) -> datetime | None:
    """When the clock looks again after so many checks: soon at first, then daily (手册 5.1.1)."""
    if status not in OPEN:
        return None
    waits = _WAITS if status is RegistrationStatus.WAITING_SYNC else _SILENT_WAITS
    return now + (waits[attempts - 1] if attempts <= len(waits) else _DAY)


def settled(
    verdict: Verdict, results: Sequence[SourceResult], attempts: int, now: datetime
) -> dict[str, object]:
    """The columns that a check changes."""
    return {
        "status": verdict.status,
        "sources": msgspec.json.encode(results).decode(),
        "code": verdict.entry.code if verdict.entry else "",
        "attempts": attempts,
        "next_check_at": next_check(verdict.status, attempts, now),
        "settled_at": None if verdict.status in OPEN else now,
    }


async def keep(
    vault: Vault,
    typed: Typed,
    verdict: Verdict,
    results: Sequence[SourceResult],
    *,
    now: datetime,
) -> Registration:
    """Keep what was typed and what came of it; typing it again replaces it.

    Must be called inside a transaction.
    """
    require_transaction()
    found = index_candidates(vault, typed.legal_rep)
    known = Registration.filter(
        uscc=typed.uscc, id_type=typed.legal_rep.id_type, id_no_index__in=found.id_nos
    )
    row = await known.first()
    if row is None:
        fresh = Registration(
            **Registration.sealed(vault, new_id(), typed.legal_rep),
            uscc=typed.uscc,
            unit_name=typed.name,
            status=verdict.status,
            created_at=now,
        )
        await Registration.bulk_create([fresh], ignore_conflicts=True)
        row = await known.get()
    columns = Registration.sealed(vault, row.id, typed.legal_rep)
    del columns["id"]
    await Registration.filter(id=row.id).update(
        **columns,
        unit_name=typed.name,
        created_at=now,
        revision=row.revision + 1,
        **settled(verdict, results, 1, now),
    )
    return await Registration.get(id=row.id)


async def claim(vault: Vault, row: Registration, typed: Typed, *, now: datetime) -> None:
    """Make the unit active with its legal representative; whoever comes second is refused.

    Must be called inside a transaction. Refuses: LEGAL_REP_EXISTS.
    """
    require_transaction()
    fresh = Unit(id=new_id(), uscc=typed.uscc, name=typed.name, address="", region=typed.uscc[2:8])
    await Unit.bulk_create([fresh], ignore_conflicts=True)
    unit = await Unit.get(uscc=typed.uscc)
    columns = LegalRep.sealed(vault, new_id(), typed.legal_rep)
    rep = LegalRep(**columns, unit_id=unit.id, since=now)
    await LegalRep.bulk_create([rep], ignore_conflicts=True)
    if not await LegalRep.filter(id=rep.id).exists():
        raise LEGAL_REP_EXISTS.refuse()
    await Unit.filter(id=unit.id).update(
        status=UnitStatus.ACTIVE,
        registered_at=now,
        revision=unit.revision + (unit.id != fresh.id),
    )
    await Registration.filter(id=row.id).update(unit_id=unit.id)


async def note(
    vault: Vault, actor: Actor, row: Registration, verdict: Verdict, *, now: datetime
) -> None:
    """Put a check and its result into the audit trail. Must be called inside a transaction."""
    code = verdict.entry.code if verdict.entry else ""
    await audit.record(
        vault,
        actor,
        Action.REGISTRATION_CHECK,
        row.id,
        now=now,
        result=code or "ok",
        detail={"status": verdict.status.value},
    )


async def inconsistent(uscc: str) -> list[dict[str, object]]:
    """All 单位编号 of a unit when some are recorded under another USCC, else none."""
    rows = await Relation.filter(unit__uscc=uscc).order_by("insurance", "unit_no")
    if all(row.recorded_uscc == uscc for row in rows):
        return []
    return [
        {
            "insurance_name": INSURANCES.get(row.insurance, "其他险种"),
            "unit_no": row.unit_no,
            "consistent": row.recorded_uscc == uscc,
        }
        for row in rows
    ]
