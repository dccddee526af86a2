"""Reading grants: a unit's list, one with its history, what is granted of a unit's relations."""

from dataclasses import dataclass
from datetime import datetime

from handlers.grant_changes import scope_of, scopes_of
from handlers.mandates import RelationView, grant_state, relation_view
from handlers.tools import Tools
from models.errors.system import NOT_FOUND
from models.grant import Grant, GrantEvent
from models.masking import PersonShown, Viewer, mask_person
from models.unit import Relation
from models.vocabulary import GrantStatus, IdType, Suspension


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant as the legal representative sees it; own staff are shown in clear (domain §4.4)."""

    grant: Grant
    status: GrantStatus
    clerk: PersonShown
    scope: dict[str, str]


@dataclass(frozen=True, slots=True)
class GrantChange:
    """One line of a grant's history, without who by name."""

    at: datetime
    status: GrantStatus
    party: str
    reason: str


@dataclass(frozen=True, slots=True)
class RelationGranted:
    """A relation of the unit, and whether the clerk already has it; items: what of it."""

    relation: RelationView
    granted: bool
    items: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which grants to list. clerk: part of a name, or a whole document number."""

    status: GrantStatus | None = None
    clerk: str = ""
    suspension: Suspension | None = None


async def list_grants(
    tools: Tools, unit_id: str, wanted: Wanted, *, after: str, limit: int, now: datetime
) -> list[GrantView]:
    """Grants of the unit, oldest first, those after a given id; at most limit + 1 rows."""
    found = Grant.filter(unit_id=unit_id, id__gt=after)
    if wanted.status is not None:
        found = found.filter(status=wanted.status)
    if wanted.suspension is not None:
        found = found.filter(suspension=wanted.suspension)
    if wanted.clerk:
        found = found.filter(id__in=await _of_clerk(tools, unit_id, wanted.clerk))
    rows = await found.order_by("id").limit(limit + 1).select_related("unit")
    scopes = await scopes_of([row.id for row in rows])
    return [_view(tools, row, scopes[row.id], now) for row in rows]


async def _of_clerk(tools: Tools, unit_id: str, words: str) -> list[str]:
    # A sealed name cannot be searched in the database; a number has its blind index.
    indexes = [
        index
        for kind in IdType
        for index in tools.vault.index_candidates("id_no", kind.value, words.upper())
    ]
    by_number = await Grant.filter(unit_id=unit_id, id_no_index__in=indexes).values_list(
        "id", flat=True
    )
    if by_number:
        return [str(each) for each in by_number]
    rows = await Grant.filter(unit_id=unit_id)
    return [row.id for row in rows if words in row.open(tools.vault).name]


def _view(tools: Tools, row: Grant, scope: dict[str, str], now: datetime) -> GrantView:
    identity = row.open(tools.vault)
    shown = mask_person(
        Viewer.LEGAL_REP, name=identity.name, id_no=identity.id_no, phone=identity.phone or ""
    )
    return GrantView(row, grant_state(row, now), shown, scope)


async def one_grant(tools: Tools, unit_id: str, grant_id: str, *, now: datetime) -> GrantView:
    """One grant of the unit. Refuses: NOT_FOUND."""
    row = await Grant.get_or_none(id=grant_id, unit_id=unit_id).select_related("unit")
    if row is None:
        raise NOT_FOUND.refuse()
    return _view(tools, row, await scope_of(grant_id), now)


async def read_grant(
    tools: Tools, unit_id: str, grant_id: str, *, now: datetime
) -> tuple[GrantView, list[GrantChange]]:
    """One grant of the unit and what happened to it, oldest first. Refuses: NOT_FOUND."""
    view = await one_grant(tools, unit_id, grant_id, now=now)
    events = await GrantEvent.filter(grant_id=grant_id).order_by("id").limit(100)
    history = [
        GrantChange(event.at, event.status, event.party.value, event.reason) for event in events
    ]
    return view, history


async def relations(unit_id: str, grant_id: str) -> list[RelationGranted]:
    """The unit's relations; those of a clerk's grant are marked (手册 3.1.2 “黄色”).

    grant_id: the clerk as the list of grants names him, empty for somebody new.
    """
    mine = await Grant.exists(id=grant_id, unit_id=unit_id)
    granted = await scope_of(grant_id) if mine else {}
    rows = await Relation.filter(unit_id=unit_id).order_by("id").select_related("agency")
    return [
        RelationGranted(
            relation_view(row.id, row.insurance, row.unit_no, row.agency.name),
            row.id in granted,
            granted.get(row.id, ""),
        )
        for row in rows
    ]
