"""The demonstration set: counts, checksums, reproducibility, and every persona in his place."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest

from models.codes import IdDocument, Uscc, clean_phone
from models.names import clean, normalise
from models.vocabulary import CardState, CertificateState, GrantStatus, IdType, Role
from server.demo.dataset import dataset
from server.demo.shapes import Dataset, RegistrySource, UnitKind

TODAY = date(2026, 11, 21)
SMALL = dataset()
PERSON = {person.key: person for person in SMALL.people}
PERSONA = {persona.key: persona for persona in SMALL.personas}


def all_different(values: Iterable[object]) -> bool:
    listed = list(values)
    return len(set(listed)) == len(listed)


def check_numbers(chunk: Dataset) -> None:
    codes = [unit.uscc for unit in chunk.units]
    codes += [relation.recorded_uscc for relation in chunk.relations]
    codes += [record.uscc for record in chunk.registry]
    codes += [application.uscc for application in chunk.applications]
    for code in codes:
        assert Uscc(code).value == code
        assert Uscc(code).org_check_holds
        assert code[2:6] == "2399"
    for person in chunk.people:
        document = IdDocument.read(person.id_type, person.id_no, today=TODAY)
        assert document.number == person.id_no
        assert person.id_no.startswith("2399")
        assert clean_phone(person.phone).startswith("1380013")
        assert clean(person.name) == person.name
    for record in chunk.registry:
        IdDocument(IdType.RESIDENT_ID, record.legal_rep_id_no)
    for grant in chunk.grants:
        IdDocument(grant.id_type, grant.typed_id_no)


def check_references(chunk: Dataset) -> None:
    units = {unit.uscc for unit in chunk.units}
    people = {person.key for person in chunk.people}
    relations = {(relation.uscc, relation.unit_no) for relation in chunk.relations}
    owned = Counter(uscc for rep in chunk.legal_reps for uscc in rep.usccs)
    assert owned == Counter(units)
    assert {uscc for uscc, _ in relations} == units
    assert {rep.person_key for rep in chunk.legal_reps} <= people
    for grant in chunk.grants:
        assert grant.clerk_key in people
        assert grant.unit_nos
        assert {(grant.uscc, number) for number in grant.unit_nos} <= relations
    assert all_different((grant.clerk_key, grant.uscc) for grant in chunk.grants)


def test_the_small_set_has_the_counts_of_the_design() -> None:
    assert len(SMALL.regions) == 14
    assert len(SMALL.agencies) == 16
    assert len(SMALL.units) == 24
    assert len(SMALL.relations) == 41
    assert len(SMALL.legal_reps) == 22
    assert len(SMALL.clerks) == 30
    assert Counter(unit.kind for unit in SMALL.units) == {
        UnitKind.COMPANY: 18,
        UnitKind.SOLE_TRADER: 2,
        UnitKind.INSTITUTION: 2,
        UnitKind.AUTHORITY: 1,
        UnitKind.COOPERATIVE: 1,
    }
    assert all(unit.uscc.startswith(unit.kind + "239900") for unit in SMALL.units)


def test_eight_units_have_several_relations_and_two_of_them_conflict() -> None:
    per_unit = Counter(relation.uscc for relation in SMALL.relations)
    conflicting = {each.uscc for each in SMALL.relations if each.recorded_uscc != each.uscc}

    assert sorted(count for count in per_unit.values() if count > 1) == [2, 2, 3, 3, 3, 3, 4, 5]
    assert len(conflicting) == 2
    assert all(per_unit[uscc] > 1 for uscc in conflicting)
    assert {unit.uscc for unit in SMALL.units}.isdisjoint(
        each.recorded_uscc for each in SMALL.relations if each.recorded_uscc != each.uscc
    )


def test_one_legal_representative_owns_three_units_and_one_came_recently() -> None:
    assert sorted(len(rep.usccs) for rep in SMALL.legal_reps) == [1] * 21 + [3]
    [changed] = [rep for rep in SMALL.legal_reps if rep.changed_from]

    assert changed.changed_from in PERSON
    assert changed.changed_days_ago == 3
    statuses = {grant.status for grant in SMALL.grants if grant.uscc in changed.usccs}
    assert statuses == {GrantStatus.SUSPENDED}


def test_the_grants_show_each_situation_once() -> None:
    per_clerk = Counter(grant.clerk_key for grant in SMALL.grants)
    statuses = Counter(grant.status for grant in SMALL.grants)
    wrong_name = [g for g in SMALL.grants if g.typed_name != PERSON[g.clerk_key].name]
    wrong_id = [g for g in SMALL.grants if g.typed_id_no != PERSON[g.clerk_key].id_no]

    assert sorted(per_clerk.values()) == [1] * 29 + [4]
    assert statuses.pop(GrantStatus.ACTIVE) == 30
    assert statuses == {
        GrantStatus.EXPIRED: 1,
        GrantStatus.REQUESTED: 1,
        GrantStatus.SUSPENDED: 1,
    }
    assert len(wrong_name) == len(wrong_id) == 1
    assert wrong_id[0].typed_id_no not in {person.id_no for person in SMALL.people}
    assert normalise(wrong_name[0].typed_name) != normalise(PERSON[wrong_name[0].clerk_key].name)


def test_nobody_serves_a_unit_that_is_not_registered_and_expiry_agrees_with_status() -> None:
    registered = {unit.uscc for unit in SMALL.units if unit.registered}

    assert len(registered) == 23
    for grant in SMALL.grants:
        assert grant.uscc in registered
        over = grant.to_day is not None and grant.to_day < 0
        assert over is (grant.status is GrantStatus.EXPIRED)


def test_the_names_include_the_difficult_ones() -> None:
    names = {person.name for person in SMALL.people}

    assert "迪丽娜尔·某某" in names
    assert "娜仁·其其格·某某" in names
    assert "李㛃" in names
    assert any(ord(character) > 0xFFFF for name in names for character in name)
    assert any(name.isascii() and len(name.split()) == 3 for name in names)


def test_every_number_holds_its_check_and_belongs_to_nobody() -> None:
    check_numbers(SMALL)
    check_references(SMALL)


def test_no_number_or_name_of_the_small_set_occurs_twice() -> None:
    applicants = {application.uscc for application in SMALL.applications}
    units = {unit.uscc for unit in SMALL.units}

    assert all_different(unit.uscc for unit in SMALL.units)
    assert all_different(unit.name for unit in SMALL.units)
    assert all_different(relation.unit_no for relation in SMALL.relations)
    assert all_different(person.id_no for person in SMALL.people)
    assert all_different(person.name for person in SMALL.people)
    assert all_different(person.phone for person in SMALL.people)
    assert all_different(person.key for person in SMALL.people)
    assert len(applicants - units) == 4


def test_the_same_seed_makes_the_same_set_and_another_seed_another_one() -> None:
    assert dataset() == SMALL
    assert dataset(60) == dataset(60)
    assert {unit.uscc for unit in dataset(seed=1).units}.isdisjoint(
        unit.uscc for unit in SMALL.units
    )
    assert [persona.key for persona in dataset(seed=1).personas] == list(PERSONA)


@pytest.mark.parametrize("seed", range(20))
def test_any_seed_makes_a_sound_set(seed: int) -> None:
    chunk = dataset(seed=seed)

    check_numbers(chunk)
    check_references(chunk)
    assert all_different(person.id_no for person in chunk.people)


def test_the_persona_table_is_complete() -> None:
    assert list(PERSONA) == [f"P{number}" for number in range(1, 21)]
    for persona in SMALL.personas:
        person = PERSON[persona.person_key]
        assert (persona.name, persona.id_no) == (person.name, person.id_no)
        assert (persona.id_type, persona.card_state) == (person.id_type, person.card_state)
        assert persona.role in (Role.LEGAL_REP, Role.CLERK)
        assert persona.happens.endswith("。")
        assert persona.happens.count("。") == 1
        assert bool(persona.usccs) is (persona.key != "P6")
    assert all_different(persona.person_key for persona in SMALL.personas)


def test_each_persona_is_in_the_situation_that_it_shows() -> None:
    status = {(grant.clerk_key, grant.uscc): grant.status for grant in SMALL.grants}
    units = {unit.uscc: unit for unit in SMALL.units}

    assert [len(PERSONA[key].usccs) for key in ("P1", "P2", "P3", "P4")] == [1, 3, 1, 4]
    assert PERSONA["P14"].card_state is CardState.LOST
    assert CardState.SEALED in {person.card_state for person in SMALL.people}
    assert units[PERSONA["P11"].usccs[0]].registered
    assert not units[PERSONA["P10"].usccs[0]].registered
    assert units[PERSONA["P13"].usccs[0]].registered
    for key in ("P10", "P13"):
        recorded = [r for r in SMALL.relations if r.uscc == PERSONA[key].usccs[0]]
        assert len({relation.recorded_uscc for relation in recorded}) == 2
    for key in ("P3", "P4", "P16", "P17", "P18", "P19", "P20"):
        persona = PERSONA[key]
        assert {status[persona.person_key, uscc] for uscc in persona.usccs} == {GrantStatus.ACTIVE}
        assert persona.card_state is CardState.OK
    assert set(PERSONA["P16"].usccs) <= set(PERSONA["P12"].usccs)


def test_the_registries_refuse_each_applicant_for_his_own_reason() -> None:
    known = {uscc: [r for r in SMALL.registry if r.uscc == uscc] for uscc in _applied()}
    applied = {application.person_key: application for application in SMALL.applications}

    def record(key: str) -> tuple[bool, bool, bool]:
        persona = PERSONA[key]
        [only] = known[persona.usccs[0]]
        typed = applied[persona.person_key].unit_name
        return only.available, only.name == typed, only.legal_rep_id_no == persona.id_no

    assert known[PERSONA["P7"].usccs[0]] == []
    assert record("P8") == (True, True, False)
    assert record("P9") == (True, False, True)
    assert record("P15") == (False, True, True)
    assert applied[PERSONA["P11"].person_key].uscc in {unit.uscc for unit in SMALL.units}


def _applied() -> set[str]:
    return {application.uscc for application in SMALL.applications}


def test_every_unit_is_known_to_the_registries_that_must_know_it() -> None:
    for unit in SMALL.units:
        records = [record for record in SMALL.registry if record.uscc == unit.uscc]
        public = unit.kind in (UnitKind.INSTITUTION, UnitKind.AUTHORITY)
        assert {record.source for record in records} == (
            {RegistrySource.PENSION_PUBLIC}
            if public
            else {RegistrySource.MARKET, RegistrySource.PENSION_ENTERPRISE}
        )
        assert all(record.available and record.name == unit.name for record in records)


def test_a_set_smaller_than_the_personas_need_is_refused() -> None:
    with pytest.raises(ValueError, match="24"):
        dataset(23)


def test_26_certificates_are_of_every_kind_and_of_registered_units_only() -> None:
    registered = {unit.uscc for unit in SMALL.units if unit.registered}
    kinds = Counter((each.state, each.problems) for each in SMALL.certificates)
    held = {each.to_day for each in SMALL.certificates if each.state is CertificateState.HELD}

    assert len(SMALL.certificates) == len({each.serial for each in SMALL.certificates}) == 26
    assert {each.uscc for each in SMALL.certificates} <= registered
    assert held >= {-400, -10, 0, 1, 3, 7, 15, 30, 89, 200}
    assert sum(each.from_day > 0 for each in SMALL.certificates) == 1
    assert kinds[CertificateState.REVOKED, ""] == 1
    assert kinds[CertificateState.UNRECOGNISED, "issuer_unknown"] == 1
    assert kinds[CertificateState.UNRECOGNISED, "wrong_uscc"] == 1


@pytest.mark.parametrize(
    ("key", "state", "left"),
    [("P19", CertificateState.HELD, 7), ("P20", CertificateState.UNRECOGNISED, None)],
)
def test_who_shows_a_certificate_has_it(
    key: str, state: CertificateState, left: int | None
) -> None:
    played = next(each for each in SMALL.personas if each.key == key)
    shown = next(each for each in SMALL.certificates if each.uscc == played.usccs[0])

    assert shown.state is state
    assert left in (None, shown.to_day)
