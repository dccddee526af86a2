"""Units by the hundred thousand, chunk by chunk, in the proportions of domain §6.3."""

from collections.abc import Iterator
from random import Random

from models.vocabulary import IdType
from server.demo.grants import grant
from server.demo.identifiers import credit_code, phone_number, resident_number, unit_number
from server.demo.naming import person_name, unit_name
from server.demo.regions import REGIONS
from server.demo.registry import records_of
from server.demo.shapes import (
    Dataset,
    DemoGrant,
    DemoLegalRep,
    DemoPerson,
    DemoRegistryRecord,
    DemoRelation,
    DemoUnit,
    UnitKind,
)
from server.demo.units import insurances_of, relation

CHUNK = 500
# The small set has area 239900 and the unit numbers below 1000 to itself.
_AREAS = tuple(f"2399{county:02d}" for county in range(1, 100))
_FIRST_UNIT_NUMBER = 1_000
_KINDS = (
    *(UnitKind.COMPANY,) * 15,
    *(UnitKind.SOLE_TRADER,) * 2,
    UnitKind.COOPERATIVE,
    UnitKind.INSTITUTION,
    UnitKind.AUTHORITY,
)
# Ten units in a row have 16 relations and 13 clerks; of twelve, one shares its neighbour's 法人.
_RELATIONS = (1, 1, 1, 2, 1, 1, 3, 1, 1, 4)
_CLERKS = (1, 1, 2, 1, 1, 2, 1, 1, 2, 1)
_REP_SHARED_EVERY = 12
_CLERK_SHARED_EVERY = 5


def crowd(count: int, seed: int) -> Iterator[Dataset]:
    """`count` units in chunks of at most 500; only one chunk is in memory at a time.

    Nobody and nothing reaches over the edge of a chunk. No number occurs twice, in chunks or in the
    small set; phones repeat after 10 000 people.
    """
    for first in range(0, count, CHUNK):
        yield _Chunk(first, min(CHUNK, count - first), seed).dataset()


class _Chunk:
    """One chunk while it grows; every record follows from the numbers of unit and person."""

    def __init__(self, first: int, size: int, seed: int) -> None:
        self._rng = Random(f"{seed}/{first}")  # noqa: S311 - reproducible, not secret
        self._numbers = range(first, first + size)
        self._next_person = first * 4
        self._next_relation = _FIRST_UNIT_NUMBER + first * max(_RELATIONS)
        self._seed = seed
        self._units: list[DemoUnit] = []
        self._relations: list[DemoRelation] = []
        self._people: list[DemoPerson] = []
        self._reps: list[DemoLegalRep] = []
        self._grants: list[DemoGrant] = []
        self._registry: list[DemoRegistryRecord] = []

    def dataset(self) -> Dataset:
        for number in self._numbers:
            self._add_unit(number)
        return Dataset(
            units=tuple(self._units),
            relations=tuple(self._relations),
            people=tuple(self._people),
            legal_reps=tuple(self._reps),
            grants=tuple(self._grants),
            registry=tuple(self._registry),
        )

    def _add_unit(self, number: int) -> None:
        unit = self._unit(number)
        relations = self._relations_of(unit, number)
        self._registry += records_of(unit, self._legal_rep(unit, number))
        clerks = [self._person("clerk") for _ in range(_CLERKS[number % 10])]
        if self._grants and number % _CLERK_SHARED_EVERY == 0:
            neighbour = self._grants[-1].clerk_key
            clerks.append(next(each for each in reversed(self._people) if each.key == neighbour))
        self._grants += [grant(clerk, unit, relations) for clerk in clerks]
        self._units.append(unit)
        self._relations += relations

    def _unit(self, number: int) -> DemoUnit:
        kind = _KINDS[number % len(_KINDS)]
        region = REGIONS[self._rng.randrange(len(REGIONS))]
        return DemoUnit(
            uscc=credit_code(kind, _AREAS[number % len(_AREAS)], self._seed + number),
            name=unit_name(kind, number),
            kind=kind,
            region_code=region.code,
            address=f"{region.name}演示路{number % 900 + 1}号",
        )

    def _relations_of(self, unit: DemoUnit, number: int) -> list[DemoRelation]:
        insurances = insurances_of(unit.kind)[: _RELATIONS[number % 10]]
        start = self._next_relation
        self._next_relation += len(insurances)
        return [relation(unit, unit_number(start + at), each) for at, each in enumerate(insurances)]

    def _legal_rep(self, unit: DemoUnit, number: int) -> DemoPerson:
        if self._reps and number % _REP_SHARED_EVERY == _REP_SHARED_EVERY - 1:
            last = self._reps[-1]
            self._reps[-1] = DemoLegalRep(last.person_key, (*last.usccs, unit.uscc))
            return next(each for each in reversed(self._people) if each.key == last.person_key)
        person = self._person("legal")
        self._reps.append(DemoLegalRep(person.key, (unit.uscc,)))
        return person

    def _person(self, part: str) -> DemoPerson:
        number = self._next_person
        self._next_person += 1
        row, county = divmod(number, len(_AREAS))
        person = DemoPerson(
            key=f"crowd-{part}-{number}",
            name=person_name(self._rng),
            id_type=IdType.RESIDENT_ID,
            id_no=resident_number(_AREAS[county], self._seed + row),
            phone=phone_number(number),
        )
        self._people.append(person)
        return person
