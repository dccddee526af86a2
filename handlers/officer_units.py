"""Units at the window 窗口: found by USCC or 单位编号, shown masked, un-masked for a reason.

Whatever is outside the officer's scope is as if it did not exist (手册 3.1.2).
"""

from dataclasses import dataclass
from datetime import datetime

from handlers.mandates import INSURANCES
from handlers.tools import Tools
from models import audit
from models.actor import Actor, Post
from models.audit import Action
from models.database import tx
from models.errors.system import FORBIDDEN, NOT_FOUND
from models.grant import Grant
from models.grant_states import LIVE
from models.masking import PersonShown, Viewer, mask_person
from models.scope import relations_in, units_in
from models.store.limit import Limit
from models.unit import LegalRep, Relation, Unit
from models.vocabulary import GrantStatus, IdType

UNMASKED = Limit("unmasked", most=60, window_s=3600)
"""How many times an officer may look behind the masks in an hour."""


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A unit with its legal representative, as far as this officer may see them."""

    unit: Unit
    legal_rep: PersonShown | None


@dataclass(frozen=True, slots=True)
class WindowRelation:
    """An insured relation in the officer's scope. consistent: whether its USCC is the unit's."""

    id: str
    insurance_name: str
    unit_no: str
    agency: str
    pay_state: str
    consistent: bool


@dataclass(frozen=True, slots=True)
class WindowClerk:
    """A clerk with a live grant, and the relations in scope that it covers."""

    grant_id: str
    status: GrantStatus
    id_type: IdType
    clerk: PersonShown
    relation_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitAtWindow:
    """Everything the window shows of a unit."""

    found: FoundUnit
    relations: tuple[WindowRelation, ...]
    clerks: tuple[WindowClerk, ...]


def post_of(actor: Actor) -> Post:
    """Where the officer serves. Refuses: FORBIDDEN for whoever is no officer."""
    if actor.post is None:
        raise FORBIDDEN.refuse()
    return actor.post


async def search(tools: Tools, actor: Actor, words: str) -> list[FoundUnit]:
    """The units in scope with exactly this USCC or 单位编号, masked; at most a handful."""
    wanted = words.strip().upper()
    if not wanted:
        return []
    within = Unit.filter(units_in(post_of(actor)))
    rows = await within.filter(uscc=wanted).distinct()
    if not rows:
        kept = Relation.filter(relations_in(post_of(actor)), unit_no=words.strip())
        ids = {relation.unit_id for relation in await kept.limit(20)}
        rows = await Unit.filter(id__in=ids).order_by("id")
    return [await _found(tools, row, Viewer.OFFICER) for row in rows]


async def unit_in_scope(actor: Actor, unit_id: str) -> Unit:
    """The unit. Refuses: NOT_FOUND for one outside the officer's scope."""
    unit = await Unit.filter(units_in(post_of(actor)), id=unit_id).distinct().first()
    if unit is None:
        raise NOT_FOUND.refuse()
    return unit


async def read(
    tools: Tools, actor: Actor, unit_id: str, *, reason: str, now: datetime
) -> UnitAtWindow:
    """A unit with its relations and clerks; with a reason, recorded, the masks fall.

    Refuses: NOT_FOUND, TOO_OFTEN for too many looks behind the masks.
    """
    unit = await unit_in_scope(actor, unit_id)
    viewer = Viewer.OFFICER
    if reason:
        viewer = Viewer.OFFICER_WITH_REASON
        await tools.limiter.spend(UNMASKED, actor.person_id)
        async with tx():
            said = {"reason": reason}
            await audit.record(
                tools.vault, actor, Action.UNMASK, f"unit:{unit.id}", now=now, detail=said
            )
    relations = await relations_of(actor, unit)
    shown = tuple(_relation(each, unit) for each in relations)
    ids = [each.id for each in relations]
    return UnitAtWindow(
        await _found(tools, unit, viewer), shown, await _clerks(tools, unit, ids, viewer)
    )


async def relations_of(actor: Actor, unit: Unit) -> list[Relation]:
    """The unit's relations in the officer's scope."""
    kept = Relation.filter(relations_in(post_of(actor)), unit_id=unit.id)
    return await kept.select_related("agency").order_by("id")


async def granted_relations(
    actor: Actor, unit_id: str, grant_id: str
) -> list[tuple[WindowRelation, bool]]:
    """The unit's relations in scope, each with whether the clerk of a grant has it already.

    Refuses: NOT_FOUND for a unit out of scope and a grant of another unit.
    """
    unit = await unit_in_scope(actor, unit_id)
    covered: set[str] = set()
    if grant_id:
        grant = await Grant.get_or_none(id=grant_id, unit_id=unit.id)
        if grant is None:
            raise NOT_FOUND.refuse()
        covered = {relation.id for relation in await grant.relations.all()}
    found = await relations_of(actor, unit)
    return [(_relation(each, unit), each.id in covered) for each in found]


def _relation(row: Relation, unit: Unit) -> WindowRelation:
    return WindowRelation(
        id=row.id,
        insurance_name=INSURANCES.get(row.insurance, "其他险种"),
        unit_no=row.unit_no,
        agency=row.agency.name,
        pay_state=row.pay_state,
        consistent=row.recorded_uscc == unit.uscc,
    )


async def _found(tools: Tools, unit: Unit, viewer: Viewer) -> FoundUnit:
    rep = await LegalRep.get_or_none(unit_id=unit.id, live=True)
    return FoundUnit(unit, _shown(tools, rep, viewer) if rep else None)


def _shown(tools: Tools, row: LegalRep | Grant, viewer: Viewer) -> PersonShown:
    known = row.open(tools.vault)
    return mask_person(viewer, name=known.name, id_no=known.id_no, phone=known.phone or "")


async def _clerks(
    tools: Tools, unit: Unit, relation_ids: list[str], viewer: Viewer
) -> tuple[WindowClerk, ...]:
    grants = Grant.filter(unit_id=unit.id, status__in=LIVE).order_by("id").limit(100)
    found = []
    for grant in await grants.prefetch_related("relations"):
        covered = {relation.id for relation in grant.relations}
        found.append(
            WindowClerk(
                grant.id,
                grant.status,
                grant.id_type,
                _shown(tools, grant, viewer),
                tuple(each for each in relation_ids if each in covered),
            )
        )
    return tuple(found)
