"""Changing a unit's particulars 修改资料: at once what may be, the rest is sent to what to file."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from handlers.tools import Tools
from handlers.unit_info import contact_values
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.codes.fault import CodeFault
from models.codes.phone import clean_contact_phone
from models.database import tx
from models.errors.entry import FieldError
from models.errors.filing import STATE_CHANGED
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.errors.unit import REVIEW_NEEDED
from models.idempotency import Once, first_answer, keep_answer
from models.ids import new_id
from models.names import clean
from models.outbox import Topic
from models.unit import Contact, Unit
from models.unit_fields import UNIT_FIELDS, FieldPolicy, UnitItem
from models.vocabulary import UnitStatus

_STALE = "单位信息已被修改"


class Edited(msgspec.Struct, frozen=True):
    """What an edit came to: the revision of the unit, and the names of the fields that changed."""

    revision: int
    changed: tuple[str, ...]


async def edit(
    tools: Tools,
    actor: Actor,
    wanted: Mapping[str, str],
    once: Once | None,
    *,
    revision: int,
    now: datetime,
) -> Edited:
    """Change fields of the actor's unit as it was seen at this revision; the legal rep is told.

    Refuses: REVIEW_NEEDED naming what to file, INPUT_WRONG, STATE_CHANGED, NOT_FOUND, REPEATED.
    Source: domain S0-2.2.
    """
    require_direct(wanted)
    cleaned = _cleaned(wanted)
    async with tx():
        before = await first_answer(tools.vault, once, now)
        if before is not None:
            return msgspec.json.decode(before, type=Edited)
        unit = await _seen(actor.unit_id, revision)
        kept = await contact_values(tools.vault, unit.id)
        changed = {name: text for name, text in cleaned.items() if kept[name] != text}
        answer = Edited(revision + bool(changed), tuple(changed))
        if changed:
            await _write(tools, unit, changed, now)
            await _tell(unit, answer, now)
            detail = {"changed": ",".join(changed), "revision": answer.revision}
            await audit.record(
                tools.vault, actor, Action.UNIT_CHANGE, unit.id, now=now, detail=detail
            )
        await keep_answer(tools.vault, once, msgspec.json.encode(answer).decode())
    return answer


def require_direct(wanted: Mapping[str, str]) -> None:
    """Refuses: REVIEW_NEEDED for fields that are changed by filing, INPUT_WRONG for no field."""
    if not wanted:
        raise INPUT_WRONG.refuse(errors=[FieldError("", "没有要修改的内容")])
    fields = [UNIT_FIELDS[name] for name in wanted]
    reviewed = [field for field in fields if field.policy is FieldPolicy.REVIEW]
    if not reviewed:
        return
    by_item: dict[UnitItem, list[str]] = {}
    for field in reviewed:
        if field.item is not None:
            by_item.setdefault(field.item, []).append(field.name)
    items = [
        {"code": item.code, "title": item.title, "fields": names, "materials": item.materials}
        for item, names in by_item.items()
    ]
    raise REVIEW_NEEDED.refuse(
        field="、".join(field.title for field in reviewed),
        item="、".join(item.title for item in by_item),
        errors=[FieldError(f"/{field.name}", f"{field.title}需要审核") for field in reviewed],
        extra={"items": items},
    )


def _address(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise CodeFault("通信地址不能为空")
    return stripped


_CLEANERS: Mapping[str, Callable[[str], str]] = {
    "contact_name": clean,
    "contact_phone": clean_contact_phone,
    "postal_address": _address,
}


def _cleaned(wanted: Mapping[str, str]) -> dict[str, str]:
    cleaned, faults = {}, []
    for name, text in wanted.items():
        try:
            cleaned[name] = _CLEANERS[name](text)
        except CodeFault as fault:
            faults.append(FieldError(f"/{name}", str(fault)))
    if faults:
        raise INPUT_WRONG.refuse(errors=faults)
    return cleaned


async def _seen(unit_id: str, revision: int) -> Unit:
    """The unit, if it still is as it was seen; locked where the database can."""
    unit = await Unit.filter(id=unit_id, status=UnitStatus.ACTIVE).select_for_update().first()
    if unit is None:
        raise NOT_FOUND.refuse()
    if unit.revision != revision:
        raise STATE_CHANGED.refuse(current=_STALE)
    return unit


async def _write(tools: Tools, unit: Unit, changed: Mapping[str, str], now: datetime) -> None:
    moved = await Unit.filter(id=unit.id, revision=unit.revision).update(revision=unit.revision + 1)
    if not moved:
        raise STATE_CHANGED.refuse(current=_STALE)
    fresh = Contact(id=new_id(), unit_id=unit.id, updated_at=now)
    await Contact.bulk_create([fresh], ignore_conflicts=True)
    row = await Contact.get(unit_id=unit.id)
    await Contact.filter(id=row.id).update(**row.columns(tools.vault, changed), updated_at=now)


async def _tell(unit: Unit, answer: Edited, now: datetime) -> None:
    await outbox.put(
        Topic.UNIT_INFO_CHANGED,
        unit.id,
        [outbox.legal_rep_of(unit.id)],
        {"unit": unit.id, "unit_name": unit.name},
        dedupe_key=f"unit.info:{unit.id}:{answer.revision}",
        now=now,
    )
