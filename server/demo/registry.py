"""What the three registries answer about the units of the small set, and who applies with what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.demo.identifiers import resident_number
from server.demo.shapes import (
    DemoApplication,
    DemoLegalRep,
    DemoPerson,
    DemoRegistryRecord,
    DemoUnit,
    RegistrySource,
    UnitKind,
)
from server.demo.units import AREA, UNREGISTERED

# Guests who try to register, in the order of the applicant units.
NOWHERE_FOUND, OTHER_ID_NO, OTHER_UNIT_NAME, SOURCE_DOWN = range(4)
APPLICANTS = 4
GUEST_OF = {
    NOWHERE_FOUND: "guest-02",
    OTHER_ID_NO: "guest-03",
    OTHER_UNIT_NAME: "guest-04",
    SOURCE_DOWN: "guest-05",
}
REGISTERS_AGAIN = "legal-03"
REGISTERS_CONFLICTING = "legal-06"
_RECORDED_ID_NO = resident_number(AREA, 9_000_001)
_RECORDED_UNIT_NAME = "演示市旧名称商贸有限公司"


def records_of(unit: DemoUnit, legal_rep: DemoPerson) -> list[DemoRegistryRecord]:
    """All sources that have to know this kind of unit know it, and agree."""
    sources = [RegistrySource.MARKET, RegistrySource.PENSION_ENTERPRISE]
    if unit.kind in (UnitKind.INSTITUTION, UnitKind.AUTHORITY):
        sources = [RegistrySource.PENSION_PUBLIC]
    return [
        DemoRegistryRecord(source, unit.uscc, unit.name, legal_rep.name, legal_rep.id_no)
        for source in sources
    ]


def registry_of(
    units: Sequence[DemoUnit],
    legal_reps: Sequence[DemoLegalRep],
    candidates: Sequence[DemoUnit],
    by_key: Mapping[str, DemoPerson],
) -> list[DemoRegistryRecord]:
    """Sound records of the units, and for the applicants each what it takes to be refused."""
    rep_of = {uscc: by_key[rep.person_key] for rep in legal_reps for uscc in rep.usccs}
    sound = [record for unit in units for record in records_of(unit, rep_of[unit.uscc])]
    pension = {
        at: records_of(candidates[at], by_key[GUEST_OF[at]])[1]
        for at in (OTHER_ID_NO, OTHER_UNIT_NAME)
    }
    market = records_of(candidates[SOURCE_DOWN], by_key[GUEST_OF[SOURCE_DOWN]])[0]
    return [
        *sound,
        replace(pension[OTHER_ID_NO], legal_rep_id_no=_RECORDED_ID_NO),
        replace(pension[OTHER_UNIT_NAME], name=_RECORDED_UNIT_NAME),
        replace(market, available=False),
    ]


def applications_of(
    units: Sequence[DemoUnit], legal_reps: Sequence[DemoLegalRep], candidates: Sequence[DemoUnit]
) -> list[DemoApplication]:
    """Who will type which unit into the registration page."""
    unit_of = {rep.person_key: rep.usccs[0] for rep in legal_reps}
    name_of = {unit.uscc: unit.name for unit in units}
    again = unit_of[REGISTERS_AGAIN]
    conflicting = units[UNREGISTERED]
    return [
        *(
            DemoApplication(guest, candidates[at].uscc, candidates[at].name)
            for at, guest in GUEST_OF.items()
        ),
        DemoApplication(REGISTERS_CONFLICTING, conflicting.uscc, conflicting.name),
        DemoApplication(REGISTERS_AGAIN, again, name_of[again]),
    ]
