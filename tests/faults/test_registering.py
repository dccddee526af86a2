"""Registering while things break: a registry that dies, a server killed before the commit, copies.

The registries are the sandbox's, the server is a process of its own.
"""

import asyncio
import secrets
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models.codes.uscc import Uscc
from server.demo.identifiers import credit_code, phone_number, resident_number
from server.demo.shapes import UnitKind
from tests.build import AREA
from tests.faults.conftest import Fragile
from tests.faults.servers import serving, visitors
from tests.live import Answer, Live, Running, running, visiting
from tests.registered import numbers
from tests.support import services

pytestmark = pytest.mark.slow

SOURCES = ("market", "pension_enterprise", "pension_public")
NAME, REP = "测试新办有限公司", "欧阳某某"
_COUNTED = ("registrations", "idempotency_keys", "legal_reps", "units")


@pytest.fixture(scope="module")
def registering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A product of this file's own: its registries are made to fail."""
    with running(tmp_path_factory.mktemp("registering")) as started:
        yield started


@pytest.fixture
async def live(registering: Running) -> AsyncIterator[Live]:
    """Clients of that product, and its sandbox; no fault outlives the test."""
    async with visiting(registering) as found:
        yield found
        (await found.sandbox.send("DELETE", "//_ctl/faults")).good()


def an_application() -> dict[str, Any]:
    """What somebody types, of a unit that nobody has registered."""
    number = 800_000 + next(numbers)
    rep = {"name": REP, "id_no": resident_number(AREA, number)}
    uscc = Uscc(credit_code(UnitKind.COMPANY, AREA, number)).value
    return {"uscc": uscc, "name": NAME, "legal_rep": rep, "phone": phone_number(number % 9_000)}


async def known_to(live: Live, body: Mapping[str, Any], source: str) -> None:
    """Let one registry know the unit as it was typed."""
    record = {name: body[name] for name in ("uscc", "name", "legal_rep")}
    await live.control("/registry", {"source": source, **record})


async def fails(live: Live, source: str, kind: str, **more: object) -> None:
    await live.control("/faults", {"target": f"registry.{source}", "kind": kind, **more})


def register(live: Live, body: Mapping[str, Any], key: str = "") -> "asyncio.Task[Answer]":
    """Send a registration from a browser of its own; a browser may use the same key twice."""
    headers = {"Idempotency-Key": key or secrets.token_hex(16)}
    return asyncio.create_task(live.client().post("/registrations", body, **headers))


def results(told: Mapping[str, Any]) -> dict[str, str]:
    return {each["source"]: each["result"] for each in told["sources"]}


@pytest.mark.parametrize("kind", ["reset", "error", "timeout"])
async def test_a_registry_that_dies_in_the_middle_of_a_call_is_not_an_unknown_unit(
    live: Live, kind: str
) -> None:
    body = an_application()
    await known_to(live, body, "pension_enterprise")
    # Cut off in the middle, broken, or silent for longer than anyone waits.
    await fails(live, "market", kind, delay_s=20)

    told = (await register(live, body)).good()

    assert told["status"] == "active"
    assert results(told) == {
        "market": "unavailable",
        "pension_enterprise": "match",
        "pension_public": "not_found",
    }


async def test_when_the_registry_that_knows_the_unit_dies_nothing_is_refused_for_good(
    live: Live,
) -> None:
    body, key = an_application(), secrets.token_hex(16)
    await known_to(live, body, "pension_public")
    await fails(live, "pension_public", "reset", count=2)

    died = await register(live, body, key)
    kept = rows(live.running.database)["registrations"]
    again = await register(live, body, key)

    assert (died.status, died.code) == (503, "SB-1005")
    assert results(died.json)["pension_public"] == "unavailable"
    assert died.json["retry_after_s"] == 300
    assert kept >= 1
    assert again.good()["status"] == "active"
    assert rows(live.running.database)["registrations"] == kept


async def test_the_same_registration_sent_again_gets_the_first_answer_and_one_unit(
    live: Live,
) -> None:
    body, key = an_application(), secrets.token_hex(16)
    await known_to(live, body, "market")
    before = rows(live.running.database)

    first, second = await register(live, body, key), await register(live, body, key)
    other = await register(live, {**body, "name": "别的公司"}, key)

    assert first.good() == second.good()
    assert (other.status, other.code) == (409, "SB-9006")
    assert added(before, rows(live.running.database)) == dict.fromkeys(_COUNTED, 1)


@pytest.mark.parametrize("slow", [False, True], ids=["quick", "slow registry"])
async def test_eight_copies_of_a_registration_at_once_are_one_and_are_answered_alike(
    live: Live, slow: bool
) -> None:
    body, key = an_application(), secrets.token_hex(16)
    await known_to(live, body, "market")
    if slow:
        # Each copy is held up for another time, so that they overtake one another.
        for n in range(8):
            await fails(live, "market", "slow", count=1, delay_s=0.05 * n)
    before = rows(live.running.database)

    answers = await asyncio.gather(*(register(live, body, key) for _ in range(8)))

    assert [answer.status for answer in answers] == [201] * 8, [a.body for a in answers]
    assert len({answer.body for answer in answers}) == 1
    assert added(before, rows(live.running.database)) == dict.fromkeys(_COUNTED, 1)


async def test_two_people_register_one_unit_at_once_and_one_of_them_gets_it(live: Live) -> None:
    first = an_application()
    second = {**an_application(), "uscc": first["uscc"]}
    await known_to(live, first, "market")
    await known_to(live, second, "pension_enterprise")

    answers = await asyncio.gather(*(register(live, body) for body in (first, second)))

    assert sorted(answer.status for answer in answers) == [201, 409]
    assert [answer.code for answer in answers if answer.status == 409] == ["SB-1002"]


async def test_a_server_killed_between_the_registries_answer_and_the_commit_leaves_nothing(
    live: Live, registering: Running, tmp_path: Path
) -> None:
    body, key = an_application(), secrets.token_hex(16)
    await known_to(live, body, "market")
    before = rows(registering.database)

    with serving(registering, tmp_path) as served, closing(_database(registering)) as holder:
        async with visitors(served, registering) as guests:
            # Whoever holds the write lock keeps the transaction waiting while the sources answer.
            holder.execute("BEGIN IMMEDIATE")
            asked = await calls(live)
            dying = register(guests, body, key)
            await until_all_answered(live, asked)
            served.process.send_signal(signal.SIGKILL)
            served.process.wait(10)
            assert isinstance((await asyncio.gather(dying, return_exceptions=True))[0], Exception)
            holder.execute("ROLLBACK")

    assert rows(registering.database) == before
    again = (await register(live, body, key)).good()
    assert again["status"] == "active"
    assert added(before, rows(registering.database)) == dict.fromkeys(_COUNTED, 1)


@pytest.mark.postgres
@pytest.mark.spare_redis
async def test_the_same_on_postgresql_and_redis(
    fragile: Fragile, guests: Live, tmp_path: Path
) -> None:
    body, key = an_application(), secrets.token_hex(16)
    await known_to(guests, body, "market")
    before = await postgres_rows(fragile)

    with serving(fragile.running, tmp_path) as served:
        async with visitors(served, fragile.running) as visiting_it, held(fragile):
            asked = await calls(guests)
            dying = register(visiting_it, body, key)
            await until_all_answered(guests, asked)
            served.process.send_signal(signal.SIGKILL)
            served.process.wait(10)
            assert isinstance((await asyncio.gather(dying, return_exceptions=True))[0], Exception)

    assert await postgres_rows(fragile) == before
    again = (await register(guests, body, key)).good()
    assert again["status"] == "active"
    assert added(before, await postgres_rows(fragile)) == dict.fromkeys(_COUNTED, 1)


async def calls(live: Live) -> dict[str, int]:
    """How often each registry was asked so far."""
    state = (await live.sandbox.send("GET", "//_ctl/state")).good()
    return {source: state["calls"].get(f"registry.{source}", 0) for source in SOURCES}


async def until_all_answered(live: Live, before: Mapping[str, int]) -> None:
    """Wait until all three have answered, and the server has had a moment to go on."""
    for _ in range(400):
        now = await calls(live)
        if all(now[source] > before[source] for source in SOURCES):
            await asyncio.sleep(0.3)
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the registries were not asked")


def rows(database: Path) -> dict[str, int]:
    """How many rows the tables of a registration hold."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as file:
        return {
            name: file.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _COUNTED
        }


async def postgres_rows(fragile: Fragile) -> dict[str, int]:
    """The same on PostgreSQL."""
    return {
        name: int(str(await services.ask(fragile.direct_database, f"SELECT count(*) FROM {name}")))
        for name in _COUNTED
    }


def added(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in before}


def _database(of: Running) -> sqlite3.Connection:
    return sqlite3.connect(of.database, timeout=10, isolation_level=None)


@asynccontextmanager
async def held(fragile: Fragile) -> AsyncIterator[None]:
    """Somebody holds the table of registrations, so that nobody else writes to it."""
    connection = await asyncpg.connect(fragile.direct_database, timeout=3)
    try:
        await connection.execute("BEGIN; LOCK TABLE registrations IN EXCLUSIVE MODE")
        yield
    finally:
        await connection.close()
