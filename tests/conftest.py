"""Fixtures that every folder of tests may ask for, and what holds for every test."""

import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis
from sanic import Sanic

from models.store.client import Store
from server.commands.migrate import migrate
from tests.live import live, product
from tests.support import figures, parsing, personal, services, tiers
from tests.support.figures import figure

__all__ = ["figure", "live", "product"]

# The second application of a process would be refused its name otherwise.
Sanic.test_mode = True
parsing.hold_the_collector_off()


def pytest_configure(config: pytest.Config) -> None:
    """Name the tier that only the faults need; begin to watch what is logged."""
    personal.RUN.attach()
    config.addinivalue_line("markers", "spare_redis: starts a redis-server of its own")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what this machine cannot run."""
    tiers.require(item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, one line a tier, and the figures that were asked for."""
    ended = [*terminalreporter.getreports("skipped"), *terminalreporter.getreports("failed")]
    for line in tiers.left_out(ended):
        terminalreporter.write_line(line, yellow=True)
    for line in figures.told():
        terminalreporter.write_line(line)


class _NeverRetrieved(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        told = self.format(record)
        # asyncpg itself drops this one when connecting is cancelled.
        if "never retrieved" in told and "unexpected connection_lost() call" not in told:
            self.seen.append(told)


@pytest.fixture(autouse=True)
def no_lost_exceptions() -> Iterator[None]:
    """A task or future whose exception nobody took fails the test during which that came out."""
    handler = _NeverRetrieved()
    logging.getLogger("asyncio").addHandler(handler)
    yield
    logging.getLogger("asyncio").removeHandler(handler)
    assert not handler.seen, handler.seen[0]


@pytest.fixture(autouse=True)
def nobody_named() -> Iterator[None]:
    """A log record or refusal with values of an invented person fails the test it came out in."""
    yield
    seen = personal.RUN.take()
    assert not seen, seen[0]


@pytest.fixture(scope="session", autouse=True)
def nobody_named_by_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nor does any process that the run has started log somebody's values."""
    yield
    found = list(personal.personal_logs(tmp_path_factory.getbasetemp()))
    assert not found, found[0]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing else, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    services.complete(migrate(f"sqlite://{file}"))
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    return f"sqlite://{shutil.copyfile(sqlite_template, tmp_path / 'test.db')}"


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a migrated PostgreSQL database, to be copied; ask with `pytest.mark.postgres`."""
    name = f"zb_test_{os.getpid()}_template"
    url = services.create_database(name)
    services.complete(migrate(url))
    yield name
    services.drop_database(name)


@pytest.fixture
def fresh_postgres_url(postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own, dropped afterwards."""
    name = postgres_template.replace("template", "copy")
    yield services.create_database(name, postgres_template)
    services.drop_database(name)


@pytest.fixture
async def real_store() -> AsyncIterator[Store]:
    """A store on a real Redis, its database emptied; ask with `pytest.mark.redis`."""
    redis: Redis = Redis.from_url(services.REDIS, decode_responses=True)
    await redis.flushdb()
    store = Store(redis)
    yield store
    await store.close()


@pytest.fixture
async def embedded_store() -> AsyncIterator[Store]:
    """A store on a Redis inside this process."""
    store = Store(FakeAsyncRedis(decode_responses=True))
    yield store
    await store.close()
