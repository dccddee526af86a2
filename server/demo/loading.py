"""From the demonstration set to rows: what the records become in the database, chunk by chunk."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from tortoise.connection import get_connections
from tortoise.models import Model

from handlers.grant_requests import ANSWERED_WITHIN
from models.certificate import Certificate, day_in_china, first_step_on
from models.certificate_file import certificate_key
from models.database import tx
from models.grant import Grant
from models.identity import Identity
from models.ids import new_id
from models.sealed import Vault
from models.unit import Agency, LegalRep, Relation, Unit
from models.vocabulary import (
    CertificateSource,
    CertificateState,
    GrantSource,
    GrantStatus,
    Suspension,
    UnitStatus,
)
from server.demo.shapes import (
    Dataset,
    DemoCertificate,
    DemoGrant,
    DemoLegalRep,
    DemoPerson,
    DemoRelation,
)

# SQLite and PostgreSQL bind at most 32 766 values a statement; the widest table has 18 columns.
_BATCH = 500
_LINKS_A_STATEMENT = 1000
_REGISTERED_DAYS_AGO = 400

Row = TypeVar("Row", bound=Model)


@dataclass(slots=True)
class Loaded:
    """How much was loaded so far."""

    units: int = 0
    relations: int = 0
    legal_reps: int = 0
    grants: int = 0


async def holds_units() -> bool:
    """Whether the database has units already, invented or not."""
    return await Unit.exists()


async def load(chunks: Iterable[Dataset], vault: Vault, now: datetime) -> AsyncIterator[Loaded]:
    """Write chunk after chunk, each in a transaction of its own; yields after each.

    The first chunk brings the agencies. Nothing of a chunk is kept in memory after its turn.
    """
    loaded = Loaded()
    for chunk in chunks:
        rows = _Rows(vault, now)
        rows.add(chunk)
        async with tx():
            await rows.write()
        loaded.units += len(rows.units)
        loaded.relations += len(rows.relations)
        loaded.legal_reps += len(rows.legal_reps)
        loaded.grants += len(rows.grants)
        yield loaded


@dataclass(slots=True)
class _Rows:
    """The rows of one chunk."""

    vault: Vault
    now: datetime
    agencies: list[Agency] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    legal_reps: list[LegalRep] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    unit_ids: dict[str, str] = field(default_factory=dict)
    relation_ids: dict[str, str] = field(default_factory=dict)

    def add(self, chunk: Dataset) -> None:
        people = {person.key: person for person in chunk.people}
        self._add_agencies(chunk)
        self._add_units(chunk)
        for relation in chunk.relations:
            self._add_relation(relation)
        registered = {unit.uscc for unit in chunk.units if unit.registered}
        for rep in chunk.legal_reps:
            self._add_legal_rep(rep, people, registered)
        for grant in chunk.grants:
            self._add_grant(grant)
        for certificate in chunk.certificates:
            self._add_certificate(certificate)

    def _add_agencies(self, chunk: Dataset) -> None:
        self.agencies += [
            Agency(
                code=agency.key,
                name=agency.name,
                region=agency.region_code,
                address=agency.address,
                phone=agency.phone,
                hours=agency.hours,
            )
            for agency in chunk.agencies
        ]

    def _add_units(self, chunk: Dataset) -> None:
        for unit in chunk.units:
            row_id = self.unit_ids[unit.uscc] = new_id()
            status = UnitStatus.ACTIVE if unit.registered else UnitStatus.WAITING_SYNC
            self.units.append(
                Unit(
                    id=row_id,
                    uscc=unit.uscc,
                    name=unit.name,
                    address=unit.address,
                    region=unit.region_code,
                    status=status,
                    registered_at=self._day(-_REGISTERED_DAYS_AGO) if unit.registered else None,
                )
            )

    def _add_relation(self, relation: DemoRelation) -> None:
        row_id = self.relation_ids[relation.unit_no] = new_id()
        self.relations.append(
            Relation(
                id=row_id,
                unit_id=self.unit_ids[relation.uscc],
                insurance=relation.insurance,
                unit_no=relation.unit_no,
                agency_id=relation.agency_key,
                pay_state=relation.pay_state,
                recorded_uscc=relation.recorded_uscc,
            )
        )

    def _add_legal_rep(
        self, rep: DemoLegalRep, people: dict[str, DemoPerson], registered: set[str]
    ) -> None:
        since = self._day(-(rep.changed_days_ago or _REGISTERED_DAYS_AGO))
        for uscc in rep.usccs:
            if uscc not in registered:
                continue
            unit_id = self.unit_ids[uscc]
            if rep.changed_from is not None:
                before = self._legal_rep(people[rep.changed_from], unit_id)
                before.since, before.live = self._day(-_REGISTERED_DAYS_AGO), False
                before.ended_at = since
                self.legal_reps.append(before)
            live = self._legal_rep(people[rep.person_key], unit_id)
            live.since = since
            self.legal_reps.append(live)

    def _legal_rep(self, person: DemoPerson, unit_id: str) -> LegalRep:
        identity = Identity(person.id_type, person.id_no, person.name, person.phone)
        columns = LegalRep.sealed(self.vault, new_id(), identity)
        return LegalRep(**columns, unit_id=unit_id, since=self.now)

    def _add_grant(self, grant: DemoGrant) -> None:
        identity = Identity(grant.id_type, grant.typed_id_no, grant.typed_name, grant.phone)
        # That a grant ran out is read from its dates; no row is changed when the day comes.
        expired = grant.status is GrantStatus.EXPIRED
        row = Grant(
            **Grant.sealed(self.vault, new_id(), identity),
            unit_id=self.unit_ids[grant.uscc],
            status=GrantStatus.ACTIVE if expired else grant.status,
            valid_from=self._day(grant.from_day),
            valid_to=None if grant.to_day is None else self._day(grant.to_day),
            created_at=self._day(min(grant.from_day, 0)),
        )
        if grant.status is GrantStatus.SUSPENDED:
            row.suspension = Suspension.LEGAL_REP_CHANGED
        elif grant.status is GrantStatus.REQUESTED:
            row.source, row.requested_at = GrantSource.REQUEST, self.now
            row.answer_by = self.now + ANSWERED_WITHIN
        self.grants.append(row)
        self.links += [(row.id, self.relation_ids[unit_no]) for unit_no in grant.unit_nos]

    def _add_certificate(self, told: DemoCertificate) -> None:
        not_after = self._day(told.to_day)
        expires_on = day_in_china(not_after)
        held = told.state is CertificateState.HELD
        row_id = new_id()
        self.certificates.append(
            Certificate(
                id=row_id,
                unit_id=self.unit_ids[told.uscc],
                state=told.state,
                source=CertificateSource.UPLOAD,
                title="单位数字证书",
                issuer=told.issuer,
                serial=told.serial,
                key=certificate_key(told.issuer, told.serial),
                uscc=told.uscc,
                algorithm="SM2/SM3",
                problems=told.problems,
                not_before=self._day(told.from_day),
                not_after=not_after,
                expires_on=expires_on,
                next_step_on=first_step_on(expires_on, day_in_china(self.now)) if held else None,
                created_at=self.now,
            )
        )

    def _day(self, days: int) -> datetime:
        return self.now + timedelta(days=days)

    async def write(self) -> None:
        await _create(Agency, self.agencies)
        await _create(Unit, self.units)
        await _create(Relation, self.relations)
        await _create(LegalRep, self.legal_reps)
        await _create(Grant, self.grants)
        await _create(Certificate, self.certificates)
        await _link(self.links)


async def _create(table: type[Row], rows: Sequence[Row]) -> None:
    if rows:
        await table.bulk_create(rows, batch_size=_BATCH)


async def _link(links: Sequence[tuple[str, str]]) -> None:
    """Tortoise adds to a many-to-many row by row; a table of two columns takes a list."""
    database = get_connections().get("default")
    postgres = database.capabilities.dialect == "postgres"
    for part in _parts(links, _LINKS_A_STATEMENT):
        values: list[Any] = [value for link in part for value in link]
        marks = ", ".join(
            f"(${at}, ${at + 1})" if postgres else "(?, ?)" for at in range(1, len(values), 2)
        )
        await database.execute_query(
            f"INSERT INTO grant_scopes (grant_id, relation_id) VALUES {marks}",  # noqa: S608
            values,
        )


def _parts(links: Sequence[tuple[str, str]], size: int) -> Iterator[tuple[tuple[str, str], ...]]:
    rest = iter(links)
    while part := tuple(islice(rest, size)):
        yield part
