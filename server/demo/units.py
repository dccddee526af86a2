"""The 24 units of the small set, their 41 relations, and units that only want to register."""

from dataclasses import replace
from random import Random

from server.demo.identifiers import credit_code, unit_number
from server.demo.naming import unit_name
from server.demo.regions import AGENCIES, REGIONS
from server.demo.shapes import DemoRelation, DemoUnit, UnitKind

AREA = "239900"
COUNT = 24
# Positions in the list of units that personas refer to.
UNREGISTERED = 7
CONFLICTING_REGISTERED = 6
CHANGED_HANDS = 8
SOME_RELATIONS_ONLY = 9

# A province names its units with the numbers below this one.
_FIRST_NAME = 600_000

_NAMED = {
    18: (UnitKind.SOLE_TRADER, "演示市春风小吃店"),
    19: (UnitKind.SOLE_TRADER, "演示市金谷汽车修理部"),
    20: (UnitKind.INSTITUTION, "演示市第一实验小学"),
    21: (UnitKind.INSTITUTION, "演示市人民医院"),
    22: (UnitKind.AUTHORITY, "演示市档案局"),
    23: (UnitKind.COOPERATIVE, "演示县向阳村股份经济合作社"),
}
_RELATIONS_OF = {2: 3, 6: 3, 7: 4, 9: 5, 12: 2, 20: 2, 21: 3, 22: 3}
_ENTERPRISE = ("110", "210", "310", "410", "510")
_PUBLIC = ("120", "210", "410")
_PUBLIC_KINDS = (UnitKind.INSTITUTION, UnitKind.AUTHORITY)
_PAYING, _PAUSED = "1", "2"


def small_set_of_units(rng: Random) -> list[DemoUnit]:
    """18 companies, 2 个体, 2 事业单位, 1 机关, 1 合作社; all but one registered here."""
    start = _FIRST_NAME + rng.randrange(9_000)
    units = [_unit(position, start + position) for position in range(COUNT)]
    units[UNREGISTERED] = replace(units[UNREGISTERED], registered=False)
    return units


def applicants(rng: Random, count: int) -> list[DemoUnit]:
    """Further companies, unknown to this platform; the registries may know them."""
    start = _FIRST_NAME + 10_000 + rng.randrange(9_000)
    return [replace(_unit(0, start + number), registered=False) for number in range(count)]


def old_code(rng: Random) -> str:
    """A valid code that no unit of the set has: left behind in a record of the core system."""
    return credit_code(UnitKind.COMPANY, AREA, 400_000 + rng.randrange(100_000))


def relations_of(units: list[DemoUnit], rng: Random) -> list[DemoRelation]:
    """41 relations: 8 units have 2-5 of them, and 2 of these units one under another code."""
    relations: list[DemoRelation] = []
    for position, unit in enumerate(units):
        for insurance in insurances_of(unit.kind)[: _RELATIONS_OF.get(position, 1)]:
            number = unit_number(len(relations) + 1)
            relations.append(relation(unit, number, insurance))
    for position in (CONFLICTING_REGISTERED, UNREGISTERED):
        uscc = units[position].uscc
        at = next(at for at, each in enumerate(relations) if each.uscc == uscc)
        relations[at] = replace(relations[at], recorded_uscc=old_code(rng))
    relations[-1] = replace(relations[-1], pay_state=_PAUSED)
    return relations


def insurances_of(kind: UnitKind) -> tuple[str, ...]:
    """The insurances (AAE140) that a unit of this kind has, pension first."""
    return _PUBLIC if kind in _PUBLIC_KINDS else _ENTERPRISE


def relation(unit: DemoUnit, number: str, insurance: str) -> DemoRelation:
    """A relation of the unit with the window of its region, its records in order."""
    agency = next(agency for agency in AGENCIES if agency.region_code == unit.region_code)
    return DemoRelation(number, unit.uscc, unit.uscc, insurance, agency.key, _PAYING)


def _unit(position: int, number: int) -> DemoUnit:
    kind, name = _NAMED.get(position, (UnitKind.COMPANY, unit_name(UnitKind.COMPANY, number)))
    region = REGIONS[number % len(REGIONS)]
    return DemoUnit(
        uscc=credit_code(kind, AREA, number),
        name=name,
        kind=kind,
        region_code=region.code,
        address=f"{region.name}演示路{number % 900 + 1}号",
    )
