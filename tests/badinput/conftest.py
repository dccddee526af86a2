"""A product of this folder's own; on a real Redis where there is one, whose keys can be seen."""

from collections.abc import Iterator

import pytest

from tests.live import Running, private_redis, running


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product that bad input is sent to; nothing else uses it."""
    folder = tmp_path_factory.mktemp("badinput")
    with private_redis(folder) as redis_url:
        settings = {"ZB_REDIS_URL": redis_url} if redis_url else {}
        with running(folder, settings) as started:
            yield started
