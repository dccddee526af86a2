"""The people of the small set: 22 legal representatives, 30 clerks, and those who are neither."""

from random import Random

from models.vocabulary import CardState, IdType
from server.demo.identifiers import phone_number, resident_number
from server.demo.naming import person_name
from server.demo.shapes import DemoLegalRep, DemoPerson, DemoUnit
from server.demo.units import AREA, CHANGED_HANDS

LEGAL_REPS = 22
CLERKS = 30
GUESTS = 5
FORMER = "former-01"
_CHANGED_DAYS_AGO = 3
_OWNER_OF_THREE = 2
_NAMES = {
    "legal-03": "迪丽娜尔·某某",
    "legal-08": "娜仁·其其格·某某",
    "legal-10": "李㛃",
    "clerk-03": "王丽娜",
    "clerk-11": "赵𬭎",
    "clerk-12": "Anna Maria Petrova",
    "clerk-13": "欧阳晓明",
}
# A passport holder: 2399 keeps the number, too, out of anybody's pocket.
_PASSPORTS = {"clerk-12": "2399A0001"}
_CARDS = {"clerk-09": CardState.LOST, "clerk-10": CardState.SEALED}


def everybody(rng: Random) -> list[DemoPerson]:
    """Legal representatives, clerks, the former one, guests; no number or name occurs twice."""
    keys = [f"legal-{number:02d}" for number in range(1, LEGAL_REPS + 1)]
    keys += [f"clerk-{number:02d}" for number in range(1, CLERKS + 1)]
    keys += [FORMER, *(f"guest-{number:02d}" for number in range(1, GUESTS + 1))]
    start = rng.randrange(1_000_000)
    taken = set(_NAMES.values())
    return [_person(key, start + at, _name(key, taken, rng)) for at, key in enumerate(keys)]


def legal_reps_of(units: list[DemoUnit]) -> list[DemoLegalRep]:
    """One per unit, but one has three units and one came three days ago."""
    reps: list[DemoLegalRep] = []
    rest = list(units)
    while rest:
        number = len(reps) + 1
        taken = 3 if number == _OWNER_OF_THREE else 1
        usccs = tuple(unit.uscc for unit in rest[:taken])
        changed = units[CHANGED_HANDS].uscc in usccs
        reps.append(
            DemoLegalRep(
                person_key=f"legal-{number:02d}",
                usccs=usccs,
                changed_from=FORMER if changed else None,
                changed_days_ago=_CHANGED_DAYS_AGO if changed else None,
            )
        )
        rest = rest[taken:]
    return reps


def _name(key: str, taken: set[str], rng: Random) -> str:
    if key in _NAMES:
        return _NAMES[key]
    name = person_name(rng)
    while name in taken:
        name = person_name(rng)
    taken.add(name)
    return name


def _person(key: str, number: int, name: str) -> DemoPerson:
    passport = _PASSPORTS.get(key)
    return DemoPerson(
        key=key,
        name=name,
        id_type=IdType.PASSPORT if passport else IdType.RESIDENT_ID,
        id_no=passport or resident_number(AREA, number),
        phone=phone_number(number),
        card_state=_CARDS.get(key, CardState.OK),
    )
