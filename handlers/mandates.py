"""Mandates 经办身份: the rows by which a person may act for a unit, as legal rep or as clerk."""

from dataclasses import dataclass
from datetime import datetime

from models.errors.entry import Entry, Refusal
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED, GRANT_REVOKED, GRANT_SUSPENDED
from models.errors.scan import CLERK_UNKNOWN, LEGAL_REP_UNKNOWN
from models.errors.steps import USE_CLERK_ROLE, USE_LEGAL_REP_ROLE
from models.errors.unit import UNIT_CLOSED
from models.grant import Grant
from models.identity import index_candidates
from models.mandate import MandateRow, mandate_rows
from models.person import Person
from models.raw import Change
from models.sealed import Vault
from models.unit import LegalRep
from models.vocabulary import GrantStatus, Role, Suspension, UnitStatus


@dataclass(frozen=True, slots=True)
class RelationView:
    """An insured relation as it is shown: insurance by code and name, 单位编号, agency.

    items: what may be done on it, `*` for 全业务 or groups of items joined by commas.
    """

    id: str
    insurance: str
    insurance_name: str
    unit_no: str
    agency: str
    items: str = "*"


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as far as choosing it goes."""

    id: str
    name: str
    uscc: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """One way for one person to enter one unit. key: `l:<legal rep>` or `g:<grant>`."""

    key: str
    revision: int
    role: Role
    unit: UnitName
    relations: tuple[RelationView, ...]
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that speaks for a person: usable mandates, and why others are not usable.

    lapsed: what is told to those who have nothing but grants that ended or rest.
    misnamed: (grant, unit) that know the document number under another name (手册 3.1.1 注).
    offered: grants that wait for this person's first scan. closed: is the legal representative of
    a unit that was closed.
    """

    mandates: tuple[Mandate, ...]
    lapsed: tuple[Entry, ...]
    misnamed: tuple[tuple[str, str], ...]
    offered: tuple[str, ...] = ()
    closed: bool = False

    def of(self, role: Role) -> tuple[Mandate, ...]:
        """The usable mandates of one role, last used first."""
        return tuple(mandate for mandate in self.mandates if mandate.role is role)

    def require(self, role: Role) -> tuple[Mandate, ...]:
        """The usable mandates of a role.

        Refuses: LEGAL_REP_UNKNOWN, CLERK_UNKNOWN, GRANT_EXPIRED, GRANT_SUSPENDED, GRANT_PAUSED,
        UNIT_CLOSED.
        """
        found = self.of(role)
        if not found:
            raise self.refusal(role)
        return found

    def refusal(self, role: Role) -> Refusal:
        """Why nobody can be entered in this role, and whether the other role would do."""
        if role is Role.LEGAL_REP:
            if self.closed:
                return UNIT_CLOSED.refuse()
            other = (USE_CLERK_ROLE,) if self.of(Role.CLERK) else ()
            return LEGAL_REP_UNKNOWN.refuse(actions=other)
        for why in (GRANT_SUSPENDED, GRANT_PAUSED, GRANT_EXPIRED):
            if why in self.lapsed:
                return why.refuse()
        other = (USE_LEGAL_REP_ROLE,) if self.of(Role.LEGAL_REP) else ()
        return CLERK_UNKNOWN.refuse(actions=other)


async def standing_of(
    vault: Vault, person: Person, now: datetime, *, unit_id: str = ""
) -> Standing:
    """Look up by blind indexes what a person may enter now; one statement, however many units.

    unit_id: only what concerns one unit, which costs the same however many others there are.
    """
    index = index_candidates(vault, person.open(vault))
    together: dict[str, list[MandateRow]] = {}
    for row in await mandate_rows(person.id_type, index.id_nos, unit_id):
        together.setdefault(f"{row.kind}:{row.id}", []).append(row)
    mandates, lapsed, misnamed, offered = [], [], [], []
    for key, rows in together.items():
        state = _state(rows[0], now)
        if rows[0].name_index not in index.names:
            if state in (GrantStatus.ACTIVE, GrantStatus.OFFERED):
                misnamed.append((rows[0].id, rows[0].unit_id))
        elif state is GrantStatus.ACTIVE:
            mandates.append(_mandate(key, rows))
        elif state is GrantStatus.OFFERED:
            offered.append(rows[0].id)
        elif rows[0].kind == "g" and (why := why_not(state, rows[0].suspension)):
            lapsed.append(why)
    mandates.sort(key=_last_used_first)
    closed = any(
        row.kind == "l" and row.unit_status is UnitStatus.CLOSED for row, *_ in together.values()
    )
    return Standing(tuple(mandates), tuple(lapsed), tuple(misnamed), tuple(offered), closed)


def _last_used_first(mandate: Mandate) -> tuple[float, str]:
    used = mandate.last_used_at.timestamp() if mandate.last_used_at else 0.0
    return -used, mandate.unit.id


def _state(row: MandateRow, now: datetime) -> GrantStatus:
    unit_open = row.unit_status is UnitStatus.ACTIVE
    if row.status is None or row.valid_from is None:
        return GrantStatus.ACTIVE if unit_open else GrantStatus.SUSPENDED
    return state_at(row.status, row.valid_from, row.valid_to, unit_open=unit_open, now=now)


def grant_state(grant: Grant, now: datetime) -> GrantStatus:
    """The state of a grant that counts at this moment; its unit must be fetched."""
    unit_open = grant.unit.status is UnitStatus.ACTIVE
    return state_at(grant.status, grant.valid_from, grant.valid_to, unit_open=unit_open, now=now)


def state_at(
    status: GrantStatus,
    valid_from: datetime,
    valid_to: datetime | None,
    *,
    unit_open: bool,
    now: datetime,
) -> GrantStatus:
    """An active grant outside its dates, or of a closed unit, is not active."""
    if status is not GrantStatus.ACTIVE:
        return status
    if not unit_open:
        return GrantStatus.SUSPENDED
    if now < valid_from:
        return GrantStatus.SCHEDULED
    if valid_to is not None and now >= valid_to:
        return GrantStatus.EXPIRED
    return GrantStatus.ACTIVE


def why_not(state: GrantStatus, suspension: Suspension | None) -> Entry | None:
    """What a clerk hears whose grant has ended or rests; None in every other state.

    suspension: as the grant has it, None for a grant that rests because its unit is closed.
    """
    if state is GrantStatus.EXPIRED:
        return GRANT_EXPIRED
    if state is not GrantStatus.SUSPENDED:
        return None
    return GRANT_SUSPENDED if suspension is Suspension.LEGAL_REP_CHANGED else GRANT_PAUSED


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


def _mandate(key: str, rows: list[MandateRow]) -> Mandate:
    first = rows[0]
    relations = sorted(
        (
            relation_view(row.relation_id, row.insurance, row.unit_no, row.agency, row.items)
            for row in rows
            if row.relation_id is not None
        ),
        key=lambda relation: relation.id,
    )
    return Mandate(
        key=key,
        revision=first.revision,
        role=Role.LEGAL_REP if first.kind == "l" else Role.CLERK,
        unit=UnitName(first.unit_id, first.unit_name, first.uscc),
        relations=tuple(relations),
        last_used_at=first.last_used_at,
    )


def relation_view(
    relation_id: str, insurance: str, unit_no: str, agency: str, items: str = "*"
) -> RelationView:
    """A relation with the name of its insurance."""
    name = INSURANCES.get(insurance, "其他险种")
    return RelationView(relation_id, insurance, name, unit_no, agency, items)


def used(mandate: Mandate, person: Person, now: datetime) -> Change:
    """The change that remembers when a mandate was last used, and who turned out to hold it."""
    kind, _, row_id = mandate.key.partition(":")
    table = "legal_reps" if kind == "l" else "grants"
    statement = f"UPDATE {table} SET last_used_at = $1, person_id = $2 WHERE id = $3"  # noqa: S608
    return statement, [now, person.id, row_id]


async def current_revision(key: str, now: datetime) -> tuple[int, datetime | None] | None:
    """A mandate's revision and the end of its validity, or None when it holds no longer."""
    kind, _, row_id = key.partition(":")
    if kind == "l":
        rep = await LegalRep.filter(id=row_id, live=True, unit__status=UnitStatus.ACTIVE).first()
        return (rep.revision, None) if rep else None
    grant = await Grant.filter(id=row_id).select_related("unit").first()
    if grant is None or grant_state(grant, now) is not GrantStatus.ACTIVE:
        return None
    return grant.revision, grant.valid_to


async def why_lost(key: str, now: datetime) -> Refusal:
    """The refusal for a mandate that no longer holds."""
    kind, _, row_id = key.partition(":")
    if kind == "l" and await LegalRep.exists(id=row_id, live=True, unit__status=UnitStatus.CLOSED):
        return UNIT_CLOSED.refuse()
    grant = await Grant.filter(id=row_id).select_related("unit").first() if kind == "g" else None
    why = why_not(grant_state(grant, now), grant.suspension) if grant else None
    return (why or GRANT_REVOKED).refuse()
