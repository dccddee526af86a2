"""A province of units: valid throughout, nothing twice, one chunk in memory at a time."""

import tracemalloc

import pytest

from server.demo.dataset import dataset, province
from tests.server.test_demo_dataset import SMALL, all_different, check_numbers, check_references


@pytest.mark.parametrize("units", [24, 25, 524, 525, 1100])
def test_a_larger_set_has_exactly_so_many_units_and_begins_with_the_personas(units: int) -> None:
    large = dataset(units)

    assert len(large.units) == units
    assert large.units[:24] == SMALL.units
    assert large.personas == SMALL.personas
    check_references(large)


def test_a_province_is_valid_throughout_and_no_number_occurs_twice() -> None:
    chunks = list(province(3_000))
    units = [unit for chunk in chunks for unit in chunk.units]
    people = [person for chunk in chunks for person in chunk.people]
    relations = [relation for chunk in chunks for relation in chunk.relations]

    assert len(units) == 3_000
    assert all_different(unit.uscc for unit in units)
    assert all_different(unit.name for unit in units)
    assert all_different(person.id_no for person in people)
    assert all_different(person.key for person in people)
    assert all_different(relation.unit_no for relation in relations)
    for chunk in chunks:
        check_numbers(chunk)
        check_references(chunk)


def test_a_province_has_the_proportions_of_the_workload_model() -> None:
    chunks = list(province(4_024))[1:]
    relations = sum(len(chunk.relations) for chunk in chunks)
    clerks = sum(len(chunk.clerks) for chunk in chunks)
    reps = sum(len(chunk.legal_reps) for chunk in chunks)

    assert relations / 4_000 == pytest.approx(1.6, abs=0.1)
    assert clerks / 4_000 == pytest.approx(1.3, abs=0.05)
    assert reps / 4_000 == pytest.approx(22 / 24, abs=0.01)


def test_a_province_keeps_one_chunk_in_memory() -> None:
    chunks = province(6_024)
    next(chunks)
    tracemalloc.start()
    try:
        seen = sum(len(chunk.units) for chunk in chunks)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert seen == 6_000
    assert peak < 8_000_000


def test_chunks_far_apart_share_no_number() -> None:
    near = list(province(1_024))[1:]
    codes = {unit.uscc for chunk in near for unit in chunk.units}
    numbers = {person.id_no for chunk in near for person in chunk.people}
    far = next(chunk for chunk in province(12_024) if chunk.people[0].key.endswith("-40000"))

    assert codes.isdisjoint(unit.uscc for unit in far.units)
    assert numbers.isdisjoint(person.id_no for person in far.people)
    assert (far.regions, far.personas) == ((), ())
