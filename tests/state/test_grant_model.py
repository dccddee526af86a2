"""Whatever legal reps, managers, clerks, windows and the clock do, grants stay what they must be.

Hypothesis directs plays in a world of two units: the product must answer as the model does, and the
tables must keep the invariants of domain §7.2 after every step. ZB_PROVE=1 directs five thousand
plays of at least thirty steps on each database.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvloop
from fakeredis import FakeAsyncRedis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)
from redis.asyncio import Redis
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connections

from handlers.tools import Tools
from models.actor import Actor
from models.store.client import Store
from server.resources import close_database, open_database
from tests import build
from tests.state.grant_cast import a_window
from tests.state.grant_play import STEPS, Play
from tests.state.stores import PROVE
from tests.support.figures import Figure
from tests.support.services import REDIS

PLAYS = 5_000 if PROVE else 8
PATIENCE_S = 600.0
# Beginning counts as a step for hypothesis, and three in ten of its plays end early.
DIRECTED, DIRECTIONS = PLAYS * 8 // 5 + 12, STEPS + 2


async def _open(database: str, redis: Redis) -> tuple[Tools, Actor]:
    EXECUTOR_CACHE.clear()
    # A busy machine is no reason to refuse here.
    await open_database(build.settings(database_url=database), statement_s=PATIENCE_S)
    client = get_connections().get("default")
    sqlite = client.capabilities.dialect == "sqlite"
    # Nothing here is to survive the machine.
    hurry = "PRAGMA synchronous = OFF" if sqlite else "SET synchronous_commit = off"
    await client.execute_script(hurry)
    return build.tools_for(Store(redis, patience_s=PATIENCE_S)), await a_window()


async def _close(redis: Redis) -> None:
    await redis.aclose()
    await close_database()
    EXECUTOR_CACHE.clear()


@contextmanager
def _directed(database: str, redis: Callable[[], Redis]) -> Iterator[type[Play]]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        client = redis()
        try:
            tools, officer = runner.run(_open(database, client))
            facts = {"runner": runner, "tools": tools, "officer": officer}
            yield type("DirectedPlay", (Play,), facts)
        finally:
            runner.run(_close(client))


KINDS = ["embedded", pytest.param("real", marks=[pytest.mark.postgres, pytest.mark.redis])]


@pytest.fixture(params=KINDS)
def backing(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Callable[[], Redis]]:
    """SQLite and an embedded Redis, or PostgreSQL and a real one."""
    if request.param == "real":
        url = request.getfixturevalue("fresh_postgres_url")
        return url, lambda: Redis.from_url(REDIS, decode_responses=True)
    file = shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "grants.db")
    return f"sqlite://{file}", lambda: FakeAsyncRedis(decode_responses=True)


@pytest.mark.timeout(4 * 3600 if PROVE else 300)
def test_every_play_with_grants_is_explained_by_the_model_and_keeps_the_invariants(
    backing: tuple[str, Callable[[], Redis]], figure: Figure
) -> None:
    quiet = settings(
        max_examples=DIRECTED,
        stateful_step_count=DIRECTIONS,
        deadline=None,
        database=None,
        derandomize=not PROVE,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )

    with _directed(*backing) as play:
        run_state_machine_as_test(play, settings=quiet)

    figure("plays, of at least thirty steps, steps", play.plays, play.whole, play.steps)
    figure("changes of grants", play.changes)
    figure("sessions, requests let in", play.sessions, play.used)
    figure("requests refused after a revocation or pause", play.refused)
    assert play.whole >= PLAYS
    assert play.refused > 0
