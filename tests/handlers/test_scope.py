"""What an officer may see: the one function through which every query of an officer goes."""

import pytest

from models.actor import Post
from models.scope import area_prefix, relations_in, units_in
from models.unit import Relation, Unit
from tests.registered import a_unit, an_agency

CITY, PROVINCE, ELSEWHERE = "239901", "239900", "238800"


async def named(post: Post) -> set[str]:
    """Names of the units in scope."""
    return {unit.name for unit in await Unit.filter(units_in(post)).distinct()}


async def three_units() -> None:
    """One unit each at an agency of the city, another of the province, and elsewhere."""
    for code, region in (("A", CITY), ("B", PROVINCE), ("C", ELSEWHERE)):
        await an_agency(code, region)
        await a_unit(f"{code}公司", agency_code=code, relations=2)


@pytest.mark.parametrize(
    ("agency", "region", "seen"),
    [
        ("A", "", {"A公司"}),
        ("B", "", {"B公司"}),
        ("B", PROVINCE, {"A公司", "B公司"}),
        ("A", CITY, {"A公司"}),
        ("", CITY, {"A公司"}),
        ("C", CITY, {"A公司", "C公司"}),
        ("", "", set()),
    ],
)
async def test_own_agency_and_the_agencies_of_the_region_and_no_other(
    database: None, agency: str, region: str, seen: set[str]
) -> None:
    await three_units()
    post = Post(agency, region, frozenset())

    assert await named(post) == seen
    kept = await Relation.filter(relations_in(post)).prefetch_related("unit")
    assert {relation.unit.name for relation in kept} == seen


@pytest.mark.parametrize(
    ("region", "prefix"),
    [("230000", "23"), ("230100", "2301"), ("230102", "230102"), ("", ""), ("000000", "00")],
)
def test_an_area_is_known_by_the_digits_before_its_zeros(region: str, prefix: str) -> None:
    assert area_prefix(region) == prefix
