"""The rows of a unit as the core system knows it: name, address, state, insured relations."""

from dataclasses import dataclass
from datetime import datetime

from models import outbox
from models.errors.entry import FieldError, Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.registration import UNIT_NOS_INCONSISTENT
from models.errors.system import INPUT_WRONG
from models.ids import new_id
from models.outbox import Topic
from models.unit import Agency, FormerName, LegalRep, Relation, Unit
from models.vocabulary import UnitStatus

SOURCE = "core"
OLD_NEWS = "已有更新的单位信息"


@dataclass(frozen=True, slots=True)
class SentRelation:
    """An insured relation, unchecked. recorded_uscc: '' for the unit's own."""

    insurance: str
    unit_no: str
    agency: str
    pay_state: str
    recorded_uscc: str


@dataclass(frozen=True, slots=True)
class Particulars:
    """A unit's own columns as they were sent; an address '' and closed None say nothing."""

    uscc: str
    name: str
    address: str
    at: datetime
    closed: bool | None


def wrong(pointer: str, detail: str) -> Refusal:
    """INPUT_WRONG for one field."""
    return INPUT_WRONG.refuse(errors=[FieldError(pointer, detail)])


async def put_unit(sent: Particulars, now: datetime) -> tuple[Unit, Unit]:
    """The unit as it was (locked) and as it is now; a former name is kept, one unknown is made.

    Must be called inside a transaction. Refuses: STATE_CHANGED for old news.
    """
    fresh = Unit(
        id=new_id(),
        uscc=sent.uscc,
        name=sent.name,
        address=sent.address,
        region=sent.uscc[2:8],
        status=UnitStatus.WAITING_SYNC,
    )
    await Unit.bulk_create([fresh], ignore_conflicts=True)
    unit = await Unit.filter(uscc=sent.uscc).select_for_update().get()
    if unit.synced_at is not None and sent.at < unit.synced_at:
        raise STATE_CHANGED.refuse(current=OLD_NEWS)
    columns = {
        "name": sent.name,
        "address": sent.address or unit.address,
        "status": await _status(unit, closed=sent.closed),
    }
    moved = any(getattr(unit, name) != value for name, value in columns.items())
    changed = await Unit.filter(id=unit.id, revision=unit.revision).update(
        **columns, synced_at=sent.at, revision=unit.revision + moved
    )
    if not changed:
        raise STATE_CHANGED.refuse(current=OLD_NEWS)
    after = await Unit.get(id=unit.id)
    await _remember(unit, after, now)
    return unit, after


async def _status(unit: Unit, *, closed: bool | None) -> UnitStatus:
    if closed is None or closed is (unit.status is UnitStatus.CLOSED):
        return unit.status
    if closed:
        return UnitStatus.CLOSED
    registered = await LegalRep.exists(unit_id=unit.id, live=True)
    return UnitStatus.ACTIVE if registered else UnitStatus.WAITING_SYNC


async def _remember(unit: Unit, after: Unit, now: datetime) -> None:
    if after.name != unit.name:
        await FormerName.create(
            id=new_id(), unit_id=unit.id, name=unit.name, until=now, source=SOURCE
        )
    differs = (after.name, after.address) != (unit.name, unit.address)
    if differs and after.status is UnitStatus.ACTIVE:
        await outbox.put(
            Topic.UNIT_INFO_CHANGED,
            unit.id,
            [outbox.legal_rep_of(unit.id)],
            {"unit": unit.id, "unit_name": after.name},
            dedupe_key=f"unit.info:{unit.id}:{after.revision}",
            now=now,
        )


async def put_relation(unit: Unit, sent: SentRelation, place: str) -> None:
    """Keep an insured relation of the unit. place: its pointer.

    Refuses: INPUT_WRONG, UNIT_NOS_INCONSISTENT for a 单位编号 of another unit.
    """
    for name in ("insurance", "unit_no"):
        if not getattr(sent, name):
            raise wrong(f"{place}/{name}", "不能为空")
    if not await Agency.exists(code=sent.agency):
        raise wrong(f"{place}/agency", "没有这个经办机构")
    columns = {
        "agency_id": sent.agency,
        "pay_state": sent.pay_state,
        "recorded_uscc": sent.recorded_uscc or unit.uscc,
    }
    same = {"insurance": sent.insurance, "unit_no": sent.unit_no}
    row = Relation(id=new_id(), unit_id=unit.id, **same, **columns)
    await Relation.bulk_create([row], ignore_conflicts=True)
    if not await Relation.filter(unit_id=unit.id, **same).update(**columns):
        taken = FieldError(f"{place}/unit_no", "已是其他单位的单位编号")
        raise UNIT_NOS_INCONSISTENT.refuse(errors=[taken])
