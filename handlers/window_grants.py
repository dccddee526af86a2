"""公共服务单位用户授权: clerks authorised at the window, with papers and a notice read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec.structs import replace
from tortoise.exceptions import IntegrityError

from handlers.grant_changes import Changes, Hand, changing
from handlers.grant_offers import Offer, give_at_window
from handlers.officer_units import relations_of, unit_in_scope
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.errors.entry import FieldError
from models.errors.filing import STATE_CHANGED
from models.errors.grant import WINDOW_GRANT_UNREGISTERED
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.errors.upload import MATERIALS_MISSING
from models.grant_states import ALL_ITEMS, GRANT_LABELS
from models.identity import Identity
from models.ids import new_id
from models.masking import mask_id_no, mask_uscc
from models.unit import LegalRep, Relation, Unit
from models.vocabulary import GrantParty, GrantStatus, UnitStatus
from models.window import WindowGrant, WindowMaterial

NOTICE_VERSION = "2026-01"
NOTICE = (
    "请核对单位介绍信(授权委托书)原件,须加盖单位公章,并写明办事员姓名和证件号码。",
    "请核对法人和办事员的身份证件原件,人证一致后再扫描上传。",
    "材料请扫描成PDF、JPG或PNG,每份不超过10MB,文字要能看清。",
    "办事员证件号码或姓名填写错误的,将无法扫码登录。",
    "提交后,单位法人和办事员都会收到通知;不是本人意愿的,可以立即撤销。",
)
"""注意事项 that an officer reads before uploading; a new wording gets a new version."""


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """What is to be granted, as the officer filled it in."""

    unit_id: str
    notice_version: str
    materials: tuple[str, ...]
    clerks: tuple[Identity, ...]
    relation_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowResult:
    """The window grant, and the ids of the clerks' grants in the order of the request."""

    id: str
    grants: tuple[str, ...]


async def grant(
    tools: Tools, actor: Actor, wanted: WindowRequest, *, now: datetime
) -> WindowResult:
    """Authorise clerks of a unit; the legal representative and each clerk are told.

    What a clerk has already is left as it is. Refuses: NOT_FOUND for what is out of scope,
    WINDOW_GRANT_UNREGISTERED, MATERIALS_MISSING, INPUT_WRONG for another notice and for the legal
    representative as clerk, STATE_CHANGED.   Source: 手册 3.1.2, 5.3.
    """
    if wanted.notice_version != NOTICE_VERSION:
        raise INPUT_WRONG.refuse(errors=[FieldError("/notice_version", "请阅读最新的注意事项")])
    try:
        async with changing(tools, now) as changes:
            return await _grant(changes, actor, wanted)
    except IntegrityError:
        # Somebody else granted the same clerk a moment before.
        raise STATE_CHANGED.refuse(current=GRANT_LABELS[GrantStatus.ACTIVE]) from None


async def _grant(changes: Changes, actor: Actor, wanted: WindowRequest) -> WindowResult:
    unit = await unit_in_scope(actor, wanted.unit_id)
    relations = await _chosen(actor, unit, wanted.relation_ids)
    await _require_registered(changes.tools, unit, relations)
    scope = {relation.id: ALL_ITEMS for relation in relations}
    offers = [Offer(clerk, scope, changes.now, None) for clerk in wanted.clerks]
    hand = Hand(replace(actor, unit_id=unit.id), GrantParty.WINDOW)
    given = await give_at_window(changes, hand, unit.id, offers)
    row = await WindowGrant.create(
        id=new_id(),
        unit_id=unit.id,
        officer_id=actor.person_id,
        notice_version=wanted.notice_version,
        grants=msgspec.json.encode(given).decode(),
        created_at=changes.now,
    )
    await _use_materials(actor, unit, wanted.materials, row)
    said = {"unit": unit.id, "notice": wanted.notice_version, "materials": len(wanted.materials)}
    await audit.record(
        changes.tools.vault, actor, Action.WINDOW_GRANT, row.id, now=changes.now, detail=said
    )
    return WindowResult(row.id, tuple(given))


async def _chosen(actor: Actor, unit: Unit, relation_ids: Sequence[str]) -> list[Relation]:
    within = {relation.id: relation for relation in await relations_of(actor, unit)}
    if any(each not in within for each in relation_ids):
        raise NOT_FOUND.refuse()
    return [within[each] for each in dict.fromkeys(relation_ids)]


async def _require_registered(tools: Tools, unit: Unit, relations: Sequence[Relation]) -> None:
    rep = await LegalRep.get_or_none(unit_id=unit.id, live=True)
    strange = [each.recorded_uscc for each in relations if each.recorded_uscc != unit.uscc]
    if rep is None or unit.status is not UnitStatus.ACTIVE or strange:
        known = rep.open(tools.vault).id_no if rep else ""
        raise WINDOW_GRANT_UNREGISTERED.refuse(
            uscc_masked=mask_uscc(strange[0] if strange else unit.uscc),
            id_masked=mask_id_no(known) if known else "无",
        )


async def _use_materials(
    actor: Actor, unit: Unit, materials: Sequence[str], row: WindowGrant
) -> None:
    ids = set(materials)
    used = await WindowMaterial.filter(
        id__in=ids, unit_id=unit.id, officer_id=actor.person_id, window_grant_id=None
    ).update(window_grant_id=row.id)
    if not ids or used != len(ids):
        raise MATERIALS_MISSING.refuse(missing="单位介绍信和证件扫描件")
