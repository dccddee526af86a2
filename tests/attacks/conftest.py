"""Two products of this suite's own: one to revoke and lock people in, one with strict limits."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.live import Live, Running, running, visiting

PLACES = """\
9.9.9.0/24,广东,深圳
11.11.11.0/24,黑龙江,哈尔滨
12.12.12.0/24,黑龙江,大庆
"""
STRICT = {"ZB_TRUSTED_PROXIES": "0", "ZB_CHALLENGES_PER_MINUTE": "10"}


@pytest.fixture(scope="session")
def arena_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A product that knows where three networks are."""
    folder = tmp_path_factory.mktemp("arena")
    places = folder / "places.csv"
    places.write_text(PLACES, encoding="utf-8")
    with running(folder, {"ZB_PLACES_FILE": str(places)}) as started:
        yield started


@pytest.fixture
async def arena(arena_product: Running) -> AsyncIterator[Live]:
    """Clients for it. One trusted proxy: X-Forwarded-For chooses where a client comes from."""
    async with visiting(arena_product) as found:
        yield found


@pytest.fixture(scope="session")
def strict_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A product without any proxy in front that gives an address ten login QRs a minute."""
    with running(tmp_path_factory.mktemp("strict"), STRICT) as started:
        yield started


@pytest.fixture
async def strict(strict_product: Running) -> AsyncIterator[Live]:
    """Clients for it."""
    async with visiting(strict_product) as found:
        yield found
