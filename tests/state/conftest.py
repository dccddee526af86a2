"""Fixtures of the script tests: every test here runs on the embedded Redis and on a real one."""

from collections.abc import AsyncIterator

import pytest

from models.store.client import Store
from tests.state import stores

KINDS = ["embedded", pytest.param("real", marks=pytest.mark.redis)]


@pytest.fixture(params=KINDS)
def connect(request: pytest.FixtureRequest) -> stores.Connect:
    """How to reach a Redis."""
    return stores.embedded if request.param == "embedded" else stores.real


@pytest.fixture
async def lines(connect: stores.Connect) -> AsyncIterator[list[Store]]:
    """Four connections to one Redis."""
    opened = connect()
    yield opened
    await stores.close(opened)
