"""Mandates 经办身份: the rows by which a person may act for a unit, as legal rep or as clerk."""

from dataclasses import dataclass
from datetime import datetime

from models.errors.entry import Refusal
from models.errors.grant import GRANT_EXPIRED, GRANT_REVOKED, GRANT_SUSPENDED
from models.errors.scan import CLERK_UNKNOWN, LEGAL_REP_UNKNOWN
from models.errors.steps import USE_CLERK_ROLE, USE_LEGAL_REP_ROLE
from models.grant import Grant
from models.identity import index_candidates
from models.person import Person
from models.sealed import Vault
from models.unit import LegalRep, Relation, Unit
from models.vocabulary import GrantStatus, Role, UnitStatus


@dataclass(frozen=True, slots=True)
class RelationView:
    """An insured relation as it is shown: insurance by code and name, 单位编号, agency."""

    id: str
    insurance: str
    insurance_name: str
    unit_no: str
    agency: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """One way for one person to enter one unit. key: `l:<legal rep>` or `g:<grant>`."""

    key: str
    revision: int
    role: Role
    unit: Unit
    relations: tuple[RelationView, ...]
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that speaks for a person: usable mandates, and why others are not usable.

    misnamed: a unit knows the document number under another name (手册 3.1.1 注).
    """

    mandates: tuple[Mandate, ...]
    lapsed: tuple[GrantStatus, ...]
    misnamed: bool

    def of(self, role: Role) -> tuple[Mandate, ...]:
        """The usable mandates of one role, last used first."""
        return tuple(mandate for mandate in self.mandates if mandate.role is role)

    def require(self, role: Role) -> tuple[Mandate, ...]:
        """The usable mandates of a role.

        Refuses: LEGAL_REP_UNKNOWN, CLERK_UNKNOWN, GRANT_EXPIRED, GRANT_SUSPENDED.
        """
        found = self.of(role)
        if not found:
            raise self.refusal(role)
        return found

    def refusal(self, role: Role) -> Refusal:
        """Why nobody can be entered in this role, and whether the other role would do."""
        if role is Role.LEGAL_REP:
            other = (USE_CLERK_ROLE,) if self.of(Role.CLERK) else ()
            return LEGAL_REP_UNKNOWN.refuse(actions=other)
        if GrantStatus.SUSPENDED in self.lapsed:
            return GRANT_SUSPENDED.refuse()
        if GrantStatus.EXPIRED in self.lapsed:
            return GRANT_EXPIRED.refuse()
        other = (USE_LEGAL_REP_ROLE,) if self.of(Role.LEGAL_REP) else ()
        return CLERK_UNKNOWN.refuse(actions=other)


async def standing_of(vault: Vault, person: Person, now: datetime) -> Standing:
    """Look up by blind indexes what a person may enter now: six queries, however many units."""
    index = index_candidates(vault, person.open(vault))
    reps = await LegalRep.filter(
        id_no_index__in=index.id_nos,
        id_type=person.id_type,
        name_index__in=index.names,
        live=True,
        unit__status=UnitStatus.ACTIVE,
    ).select_related("unit")
    grants = await Grant.filter(
        id_no_index__in=index.id_nos, id_type=person.id_type
    ).select_related("unit")
    named = [grant for grant in grants if grant.name_index in index.names]
    usable = [grant for grant in named if grant_state(grant, now) is GrantStatus.ACTIVE]
    whole = await _relations_of_units({rep.unit_id for rep in reps})
    if usable:
        await Grant.fetch_for_list(usable, "relations__agency")
    mandates = [*(_of_legal_rep(rep, whole) for rep in reps), *map(_of_grant, usable)]
    mandates.sort(key=lambda m: (-(m.last_used_at.timestamp() if m.last_used_at else 0), m.unit.id))
    return Standing(
        mandates=tuple(mandates),
        lapsed=tuple(grant_state(grant, now) for grant in named if grant not in usable),
        misnamed=any(
            grant.name_index not in index.names
            for grant in grants
            if grant_state(grant, now) is GrantStatus.ACTIVE
        ),
    )


def grant_state(grant: Grant, now: datetime) -> GrantStatus:
    """The state that counts at this moment: an active grant outside its dates is not active."""
    if grant.status is not GrantStatus.ACTIVE:
        return grant.status
    if grant.unit.status is not UnitStatus.ACTIVE:
        return GrantStatus.SUSPENDED
    if now < grant.valid_from:
        return GrantStatus.SCHEDULED
    if grant.valid_to is not None and now >= grant.valid_to:
        return GrantStatus.EXPIRED
    return GrantStatus.ACTIVE


async def _relations_of_units(units: set[str]) -> dict[str, list[RelationView]]:
    found: dict[str, list[RelationView]] = {}
    if units:
        rows = await Relation.filter(unit_id__in=units).order_by("id").select_related("agency")
        for row in rows:
            found.setdefault(row.unit_id, []).append(relation_view(row))
    return found


def relation_view(row: Relation) -> RelationView:
    """A relation row, its agency fetched, as it is shown."""
    return RelationView(
        row.id,
        row.insurance,
        INSURANCES.get(row.insurance, "其他险种"),
        row.unit_no,
        row.agency.name,
    )


INSURANCES = {
    "110": "企业职工基本养老保险",
    "120": "机关事业单位养老保险",
    "210": "失业保险",
    "310": "职工基本医疗保险",
    "330": "大额医疗补助",
    "410": "工伤保险",
    "510": "生育保险",
}
"""Names of the insurances 险种 by AAE140 code (domain §3.3)."""


def _of_legal_rep(rep: LegalRep, relations: dict[str, list[RelationView]]) -> Mandate:
    everything = tuple(relations.get(rep.unit_id, ()))
    return Mandate(
        f"l:{rep.id}", rep.revision, Role.LEGAL_REP, rep.unit, everything, rep.last_used_at
    )


def _of_grant(grant: Grant) -> Mandate:
    granted = tuple(relation_view(row) for row in sorted(grant.relations, key=lambda row: row.id))
    return Mandate(
        f"g:{grant.id}", grant.revision, Role.CLERK, grant.unit, granted, grant.last_used_at
    )


async def mark_used(mandate: Mandate, person: Person, now: datetime) -> None:
    """Remember when a mandate was last used, and by whom it turned out to be held."""
    kind, _, row_id = mandate.key.partition(":")
    table: type[LegalRep] | type[Grant] = LegalRep if kind == "l" else Grant
    await table.filter(id=row_id).update(last_used_at=now, person_id=person.id)


async def current_revision(key: str, now: datetime) -> int | None:
    """What the database says of a mandate now: its revision, or None when it holds no longer."""
    kind, _, row_id = key.partition(":")
    if kind == "l":
        rep = await LegalRep.filter(id=row_id, live=True, unit__status=UnitStatus.ACTIVE).first()
        return rep.revision if rep else None
    grant = await Grant.filter(id=row_id).select_related("unit").first()
    return grant.revision if grant and grant_state(grant, now) is GrantStatus.ACTIVE else None


async def why_lost(key: str, now: datetime) -> Refusal:
    """The refusal for a mandate that no longer holds."""
    kind, _, row_id = key.partition(":")
    grant = await Grant.filter(id=row_id).select_related("unit").first() if kind == "g" else None
    state = grant_state(grant, now) if grant else GrantStatus.REVOKED
    if state is GrantStatus.EXPIRED:
        return GRANT_EXPIRED.refuse()
    if state is GrantStatus.SUSPENDED:
        return GRANT_SUSPENDED.refuse()
    return GRANT_REVOKED.refuse()
