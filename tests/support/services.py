"""The PostgreSQL and Redis that tests may use: where they are, scratch databases, a spare Redis."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
from redis import Redis
from redis.exceptions import RedisError

T = TypeVar("T")
POSTGRES = os.environ.get("ZB_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
_REDIS = os.environ.get("ZB_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def own_redis(url: str) -> str:
    """The database that this process of a parallel run may empty: the next one for the next."""
    parts = urlsplit(url)
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return parts._replace(path=f"/{(int(parts.path[1:] or 0) + number) % 16}").geturl()


REDIS = own_redis(_REDIS)


def complete(steps: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own, beside whatever loop a test has."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, steps).result()


@cache
def why_no_postgres() -> str:
    """'' when a PostgreSQL answers, else why it does not."""
    try:
        complete(_execute(POSTGRES, "SELECT 1"))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        return f"no PostgreSQL at {_place(POSTGRES)} ({type(fault).__name__}); ZB_TEST_POSTGRES_URL"
    return ""


@cache
def why_no_redis() -> str:
    """'' when a Redis answers, else why it does not."""
    client = Redis.from_url(REDIS, socket_timeout=2, socket_connect_timeout=1)
    try:
        client.ping()
    except (OSError, RedisError) as fault:
        return f"no Redis at {_place(REDIS)} ({type(fault).__name__}); ZB_TEST_REDIS_URL"
    finally:
        client.close()
    return ""


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or ''}".rstrip(":")


def named(name: str) -> str:
    """The URL of a database of this name on the tests' server."""
    return urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()


def create_database(name: str, template: str = "template0") -> str:
    """A new database, instead of one left over from before; its URL."""
    drop_database(name)
    complete(_execute(POSTGRES, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    return named(name)


def drop_database(name: str) -> None:
    """Away with it, whoever is still connected."""
    complete(_execute(POSTGRES, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=3)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def ask(url: str, query: str, *values: object) -> object:
    """The first value of the first row, asked on a connection of its own."""
    connection = await asyncpg.connect(url, timeout=3)
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def backends(url: str, state: str = "%") -> int:
    """How many other connections the database has, perhaps only those in a state."""
    # Those just created have no state yet.
    query = f"SELECT count(*) {_OTHERS} AND coalesce(state, '') LIKE $1"
    return int(str(await ask(url, query, state)))


async def abandoned(url: str) -> int:
    """How many transactions have been open and idle for at least a second."""
    idle = "state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'"
    return int(str(await ask(url, f"SELECT count(*) {_OTHERS} AND {idle}")))


async def terminate_all(url: str) -> int:
    """Throw everybody out, as a restart of the server does; how many there were."""
    return int(str(await ask(url, f"SELECT count(pg_terminate_backend(pid)) {_OTHERS}")))


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class SpareRedis:
    """A Redis server of the test's own, which it may stop, kill and start again."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> Redis:
        """A blocking client, for looking at what is there."""
        return Redis.from_url(self.url, decode_responses=True, socket_timeout=5)

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        argv = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [*argv, "--appendonly", "no", "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, RedisError), self.client() as client:
                client.ping()
                return
            time.sleep(0.02)
        raise AssertionError("the spare Redis does not start")

    def kill(self) -> None:
        """Gone, with everything in it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def spare_redis(folder: Path) -> Iterator[SpareRedis]:
    """Start a Redis server of one's own; see `why_no_spare_redis`."""
    spare = SpareRedis(free_port(), folder)
    spare.start()
    try:
        yield spare
    finally:
        spare.kill()


def why_no_spare_redis() -> str:
    """'' when one can be started here, else why not."""
    return "" if shutil.which("redis-server") else "no redis-server on the PATH"
