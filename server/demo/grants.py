"""The grants of the small set: 30 clerks, most in order, some with each fault of the manual."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from models.vocabulary import GrantStatus
from server.demo.identifiers import resident_number
from server.demo.shapes import DemoGrant, DemoPerson, DemoRelation, DemoUnit
from server.demo.units import AREA, CHANGED_HANDS, SOME_RELATIONS_ONLY

WRONG_NAME, WRONG_ID = "clerk-03", "clerk-04"
EXPIRED, REQUESTED, SUSPENDED = "clerk-05", "clerk-06", "clerk-07"
REVOKED_ONLINE = "clerk-08"
SERVES_FOUR = "clerk-02"
_TYPED_NAME = "王莉娜"
_TYPED_ID_NO = resident_number(AREA, 9_000_000)
_ONE_YEAR = 365

# Clerk -> positions of his units. Nobody serves the unregistered unit.
_UNITS_OF: Mapping[str, Sequence[int]] = {
    "clerk-01": (10,),
    SERVES_FOUR: (SOME_RELATIONS_ONLY, 11, 12, 23),
    WRONG_NAME: (13,),
    WRONG_ID: (14,),
    EXPIRED: (15,),
    REQUESTED: (16,),
    SUSPENDED: (CHANGED_HANDS,),
    REVOKED_ONLINE: (5,),
    "clerk-09": (18,),
    "clerk-10": (19,),
    "clerk-11": (4,),
    "clerk-12": (5,),
    "clerk-13": (1,),
    "clerk-14": (2,),
    **{
        f"clerk-{number}": (position,)
        for number, position in enumerate(
            (0, 3, 4, 17, 6, 9, 10, 11, 12, 14, 16, 20, 21, 22, 23, 20), 15
        )
    },
}


def grants_of(
    people: Sequence[DemoPerson], units: Sequence[DemoUnit], relations: Sequence[DemoRelation]
) -> list[DemoGrant]:
    """The grants of everybody in the table above; those with a fault are changed afterwards."""
    by_key = {person.key: person for person in people}
    grants = [
        grant(by_key[key], units[position], relations)
        for key, positions in _UNITS_OF.items()
        for position in positions
    ]
    return [_with_its_fault(each, units) for each in grants]


def grant(clerk: DemoPerson, unit: DemoUnit, relations: Sequence[DemoRelation]) -> DemoGrant:
    """An active grant of one year over all relations of the unit, typed without a fault."""
    return DemoGrant(
        clerk_key=clerk.key,
        uscc=unit.uscc,
        unit_nos=tuple(each.unit_no for each in relations if each.uscc == unit.uscc),
        status=GrantStatus.ACTIVE,
        typed_name=clerk.name,
        typed_id_no=clerk.id_no,
        id_type=clerk.id_type,
        phone=clerk.phone,
        from_day=-30,
        to_day=_ONE_YEAR - 30,
    )


def _with_its_fault(each: DemoGrant, units: Sequence[DemoUnit]) -> DemoGrant:
    if each.uscc == units[SOME_RELATIONS_ONLY].uscc and each.clerk_key == SERVES_FOUR:
        return replace(each, unit_nos=each.unit_nos[:2])
    fault = _FAULTS.get(each.clerk_key)
    return fault(each) if fault else each


_FAULTS: Mapping[str, Callable[[DemoGrant], DemoGrant]] = {
    WRONG_NAME: lambda each: replace(each, typed_name=_TYPED_NAME),
    WRONG_ID: lambda each: replace(each, typed_id_no=_TYPED_ID_NO),
    EXPIRED: lambda each: replace(each, status=GrantStatus.EXPIRED, from_day=-_ONE_YEAR, to_day=-2),
    REQUESTED: lambda each: replace(each, status=GrantStatus.REQUESTED, from_day=0, to_day=None),
    SUSPENDED: lambda each: replace(each, status=GrantStatus.SUSPENDED),
}
