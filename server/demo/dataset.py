"""The demonstration set, small or as large as a province; the same for the same seed."""

from collections.abc import Iterator
from itertools import chain

from server.demo.crowd import crowd
from server.demo.shapes import Dataset
from server.demo.small import small_set
from server.demo.units import COUNT

SEED = 2399


def dataset(units: int = COUNT, seed: int = SEED) -> Dataset:
    """All records at once: the small set and `units - 24` further units. ValueError below 24.

    For more than some thousand units `province` is the one that does not fill the memory.
    """
    chunks = list(province(units, seed))
    small = chunks[0]
    return Dataset(
        units=tuple(chain.from_iterable(chunk.units for chunk in chunks)),
        relations=tuple(chain.from_iterable(chunk.relations for chunk in chunks)),
        people=tuple(chain.from_iterable(chunk.people for chunk in chunks)),
        legal_reps=tuple(chain.from_iterable(chunk.legal_reps for chunk in chunks)),
        grants=tuple(chain.from_iterable(chunk.grants for chunk in chunks)),
        registry=tuple(chain.from_iterable(chunk.registry for chunk in chunks)),
        regions=small.regions,
        agencies=small.agencies,
        applications=small.applications,
        personas=small.personas,
        certificates=small.certificates,
    )


def province(units: int, seed: int = SEED) -> Iterator[Dataset]:
    """The same in chunks: first the small set with its personas, then chunks of up to 500 units.

    A chunk refers to nothing outside itself but the regions and agencies of the first. ValueError
    below 24 units.
    """
    if units < COUNT:
        raise ValueError(f"the demonstration needs at least {COUNT} units, not {units}")
    return chain([small_set(seed)], crowd(units - COUNT, seed))
