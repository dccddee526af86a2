"""The small set put together: rich enough to show every sentence of the seeds (domain §6.2)."""

from random import Random

from server.demo.certificates import certificates_of
from server.demo.grants import grants_of
from server.demo.people import everybody, legal_reps_of
from server.demo.personas import personas_of
from server.demo.regions import AGENCIES, REGIONS
from server.demo.registry import APPLICANTS, applications_of, registry_of
from server.demo.shapes import Dataset
from server.demo.units import applicants, relations_of, small_set_of_units


def small_set(seed: int) -> Dataset:
    """24 units and all that belongs to them; the same for the same seed."""
    rng = Random(seed)  # noqa: S311 - invented numbers must be reproducible, not secret
    units = small_set_of_units(rng)
    candidates = applicants(rng, APPLICANTS)
    relations = relations_of(units, rng)
    people = everybody(rng)
    by_key = {person.key: person for person in people}
    legal_reps = legal_reps_of(units)
    grants = grants_of(people, units, relations)
    applications = applications_of(units, legal_reps, candidates)
    return Dataset(
        units=tuple(units),
        relations=tuple(relations),
        people=tuple(people),
        legal_reps=tuple(legal_reps),
        grants=tuple(grants),
        registry=tuple(registry_of(units, legal_reps, candidates, by_key)),
        regions=REGIONS,
        agencies=AGENCIES,
        applications=tuple(applications),
        certificates=tuple(certificates_of(units, grants)),
        personas=tuple(personas_of(by_key, legal_reps, grants, applications)),
    )
