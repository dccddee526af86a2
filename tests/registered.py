"""Builders of rows: people, units, and the mandates between them.

Every number and name is invented; document numbers use the area 239900, which does not exist.
"""

import base64
import itertools
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from models.grant import Grant
from models.identity import Identity
from models.ids import new_id
from models.person import Person
from models.sealed import Vault
from models.unit import Agency, LegalRep, Relation, Unit
from models.vocabulary import (
    GrantSource,
    GrantStatus,
    IdType,
    PersonStatus,
    Suspension,
    UnitStatus,
)
from server.demo.identifiers import credit_code, resident_number, unit_number
from server.demo.shapes import UnitKind
from server.resources import vault_of
from server.settings import Settings
from tests.support.personal import NAMES, SHORTEST_NAME

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AREA = "239900"
AGENCY = "239900000001"
SITE = "https://sb.example.cn"
numbers = itertools.count(1)


def settings(**changed: str) -> Settings:
    """Settings of a test. changed: variables without their ZB_ prefix, in lower case."""
    env = {
        "ZB_MASTER_KEY": base64.b64encode(b"tests only, never anywhere else!").decode(),
        "ZB_PUBLIC_URL": SITE,
        "ZB_DATABASE_URL": "sqlite://:memory:",
    }
    return Settings.read(env | {f"ZB_{name.upper()}": value for name, value in changed.items()})


@cache
def vault() -> Vault:
    """The vault of every test."""
    return vault_of(settings())


def an_identity(name: str = "张三", number: int | None = None) -> Identity:
    """An invented person; without a number somebody new each time."""
    wanted = next(numbers) if number is None else number
    if len(name) >= SHORTEST_NAME:
        NAMES.add(name)
    return Identity(IdType.RESIDENT_ID, resident_number(AREA, wanted), name)


async def a_person(
    identity: Identity | None = None, *, status: PersonStatus = PersonStatus.ACTIVE
) -> Person:
    """A person whom an e-card has vouched for before."""
    row = Person.sealed(vault(), new_id(), identity or an_identity())
    return await Person.create(**row, status=status, created_at=NOW - DAY)


async def an_agency(code: str = AGENCY, region: str = AREA) -> Agency:
    """The agency with this code, made at the first call."""
    agency, _ = await Agency.get_or_create(
        code=code,
        defaults={
            "name": "测试经办机构",
            "region": region,
            "address": "",
            "phone": "",
            "hours": "",
        },
    )
    return agency


async def a_unit(
    name: str = "测试公司",
    *,
    relations: int = 1,
    status: UnitStatus = UnitStatus.ACTIVE,
    agency_code: str = AGENCY,
) -> Unit:
    """A registered unit with so many insured relations, all kept by one agency."""
    number = next(numbers)
    agency = await an_agency(agency_code)
    uscc = credit_code(UnitKind.COMPANY, AREA, number)
    unit = await Unit.create(
        id=new_id(), uscc=uscc, name=name, address="测试路1号", region=AREA, status=status
    )
    for _ in range(relations):
        await Relation.create(
            id=new_id(),
            unit=unit,
            insurance="110",
            unit_no=unit_number(next(numbers)),
            agency=agency,
            recorded_uscc=uscc,
        )
    return unit


async def a_legal_rep(
    unit: Unit, person: Person, *, name: str | None = None, live: bool = True
) -> LegalRep:
    """Register a person as a unit's legal representative, perhaps under another name."""
    row = LegalRep.sealed(vault(), new_id(), _known_as(person, name))
    return await LegalRep.create(**row, unit=unit, live=live, since=NOW - DAY)


async def a_grant(
    unit: Unit,
    person: Person,
    *,
    name: str | None = None,
    status: GrantStatus = GrantStatus.ACTIVE,
    valid_from: datetime = NOW - DAY,
    valid_to: datetime | None = None,
    suspension: Suspension | None = None,
) -> Grant:
    """Grant all of a unit's relations to a person, perhaps under another name."""
    row = Grant.sealed(vault(), new_id(), _known_as(person, name))
    grant = await Grant.create(
        **row,
        unit=unit,
        status=status,
        valid_from=valid_from,
        valid_to=valid_to,
        suspension=suspension,
        created_at=NOW - DAY,
    )
    await grant.relations.add(*await Relation.filter(unit_id=unit.id))
    return grant


async def a_request(unit: Unit, person: Person, *, now: datetime = NOW) -> Grant:
    """A clerk's open request to a unit, for all of its relations."""
    row = Grant.sealed(vault(), new_id(), _known_as(person, None))
    grant = await Grant.create(
        **row,
        unit=unit,
        person_id=person.id,
        status=GrantStatus.REQUESTED,
        source=GrantSource.REQUEST,
        valid_from=now,
        requested_at=now,
        answer_by=now + 21 * DAY,
        created_at=now,
    )
    await grant.relations.add(*await Relation.filter(unit_id=unit.id))
    return grant


def _known_as(person: Person, name: str | None) -> Identity:
    known = person.open(vault())
    return Identity(known.id_type, known.id_no, name or known.name)


class Clerk(NamedTuple):
    """A person, the unit they act for, and the grant by which they do."""

    person: Person
    unit: Unit
    grant: Grant


async def a_granted_clerk(unit: Unit | None = None, person: Person | None = None) -> Clerk:
    """A clerk with an active grant; whoever is not given is made."""
    unit, person = unit or await a_unit(), person or await a_person()
    return Clerk(person, unit, await a_grant(unit, person))


class Rep(NamedTuple):
    """A person and the unit whose legal representative they are."""

    person: Person
    unit: Unit
    legal_rep: LegalRep


async def a_registered_rep(unit: Unit | None = None, person: Person | None = None) -> Rep:
    """A legal representative; whoever is not given is made."""
    unit, person = unit or await a_unit(), person or await a_person()
    return Rep(person, unit, await a_legal_rep(unit, person))
