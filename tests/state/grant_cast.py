"""Who plays in the world of grants, as rows of one database: fresh ones for every play."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.mandates import INSURANCES
from models.actor import Actor
from models.ids import new_id
from models.person import Person
from models.unit import LegalRep, Relation, Unit
from models.vocabulary import Duty, Role
from server.demo.identifiers import credit_code, unit_number
from server.demo.shapes import UnitKind
from tests.officers import an_officer
from tests.registered import AREA, DAY, NOW, an_identity, numbers, vault

PEOPLE = ("rep", "heir", "ann", "bob", "cai")
CLERKS = ("ann", "bob", "cai")
REPS: Mapping[str, str] = {"one": "rep", "two": "cai"}
HOMES: Mapping[str, str] = {"pension": "one", "injury": "one", "other": "two"}
"""Relation → the unit to which it belongs at the beginning."""


@dataclass(frozen=True, slots=True)
class Cast:
    """People, units and relations by their names in the play."""

    people: Mapping[str, Person]
    units: Mapping[str, Unit]
    relations: Mapping[str, str]
    names: Mapping[str, str]
    window: Actor


async def a_window() -> Actor:
    """The officer at the window, one for all plays of a database."""
    officer = await an_officer(Duty.WINDOW)
    return Actor(person_id=officer.id, role=Role.OFFICER, post=officer.post)


async def a_cast(window: Actor) -> Cast:
    """Everybody anew. cai represents the unit `two`, and may be a clerk of `one`."""
    people = {name: _person() for name in PEOPLE}
    units = {name: _unit() for name in REPS}
    agency = window.post.agency if window.post else ""
    relations = {
        name: _relation(units[home], insurance, agency)
        for (name, home), insurance in zip(HOMES.items(), INSURANCES, strict=False)
    }
    await Person.bulk_create(people.values())
    await Unit.bulk_create(units.values())
    await Relation.bulk_create(relations.values())
    await LegalRep.bulk_create([_rep(units[firm], people[who]) for firm, who in REPS.items()])
    ids = {name: relation.id for name, relation in relations.items()}
    return Cast(people, units, ids, {row_id: name for name, row_id in ids.items()}, window)


def _person() -> Person:
    return Person(**Person.sealed(vault(), new_id(), an_identity()), created_at=NOW - DAY)


def _unit() -> Unit:
    uscc = credit_code(UnitKind.COMPANY, AREA, next(numbers))
    return Unit(id=new_id(), uscc=uscc, name="测试公司", address="测试路1号", region=AREA)


def _relation(unit: Unit, insurance: str, agency: str) -> Relation:
    row = {"insurance": insurance, "unit_no": unit_number(next(numbers)), "agency_id": agency}
    return Relation(id=new_id(), unit_id=unit.id, recorded_uscc=unit.uscc, **row)


def _rep(unit: Unit, person: Person) -> LegalRep:
    row = LegalRep.sealed(vault(), new_id(), person.open(vault()))
    return LegalRep(**row, unit_id=unit.id, since=NOW - DAY)
