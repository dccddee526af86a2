"""The Redis and PostgreSQL a run uses: their addresses, scratch databases, their CPU time."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bench.procs import cpu_ns

REDIS_DATABASE = 10
DEFAULT_REDIS = f"redis://127.0.0.1:6379/{REDIS_DATABASE}"
DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
COMMIT_EVERY_S = 0.05


class StoreMissing(Exception):
    """A store that a suite needs does not answer; the message says which and why."""


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """The parts of a PostgreSQL URL, for peers that take them one by one."""

    host: str
    port: int
    user: str
    password: str
    database: str

    @property
    def url(self) -> str:
        secret = f":{self.password}" if self.password else ""
        return f"postgres://{self.user}{secret}@{self.host}:{self.port}/{self.database}"


def redis_url() -> str:
    """ZB_BENCH_REDIS_URL, or the local one's database 10 (which the run empties)."""
    return os.environ.get("ZB_BENCH_REDIS_URL", DEFAULT_REDIS)


def postgres_address(database: str | None = None) -> PostgresAddress:
    """ZB_BENCH_POSTGRES_URL, or the local superuser; with another database's name if given."""
    parts = urlsplit(os.environ.get("ZB_BENCH_POSTGRES_URL", DEFAULT_POSTGRES))
    return PostgresAddress(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 5432,
        user=unquote(parts.username or "postgres"),
        password=unquote(parts.password or ""),
        database=database or parts.path.strip("/") or "postgres",
    )


def _only_loopback(host: str | None, what: str) -> None:
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise StoreMissing(f"{what}: the benchmark uses loopback only, not {host}")


@contextlib.asynccontextmanager
async def scratch_redis() -> AsyncIterator[Redis]:
    """The run's own Redis database, emptied before and after; raises StoreMissing."""
    _only_loopback(urlsplit(redis_url()).hostname, "Redis")
    client: Redis = Redis.from_url(redis_url())
    try:
        try:
            await client.flushdb()
        except (RedisError, OSError) as wrong:
            raise StoreMissing(f"Redis: {wrong}") from wrong
        yield client
        with contextlib.suppress(RedisError, OSError):
            await client.flushdb()
    finally:
        await client.aclose()


@contextlib.asynccontextmanager
async def scratch_database(purpose: str) -> AsyncIterator[PostgresAddress]:
    """A database of the run's own, made now and dropped after; raises StoreMissing."""
    keeper = postgres_address()
    _only_loopback(keeper.host, "PostgreSQL")
    name = f"zb_bench_{os.getpid()}_{purpose}"
    try:
        await _say(keeper.url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await _say(keeper.url, f'CREATE DATABASE "{name}"')
    except (OSError, asyncpg.PostgresError) as wrong:
        raise StoreMissing(f"PostgreSQL: {wrong}") from wrong
    try:
        yield postgres_address(name)
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            await _say(keeper.url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.asynccontextmanager
async def commits_timed() -> AsyncIterator[list[float]]:
    """How long a commit of nothing but itself takes, ms, twenty times a second while this is open.

    It waits for the same log and disk as every other commit of that PostgreSQL, and for nothing of
    the servers that are measured.
    """
    connection = await asyncpg.connect(postgres_address().url, timeout=5)
    took: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await connection.execute("SELECT pg_logical_emit_message(true, 'bench', '')")
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(COMMIT_EVERY_S)

    watching = asyncio.create_task(watch())
    try:
        yield took
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        connection.terminate()


async def _say(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def redis_pid(client: Redis) -> int | None:
    """The Redis server's process id, when it runs on this machine."""
    told = await client.info("server")
    pid = int(told.get("process_id", 0))
    command = Path(f"/proc/{pid}/comm")
    with contextlib.suppress(OSError):
        if pid and command.read_text(encoding="utf-8").startswith("redis"):
            return pid
    return None


def postgres_pids() -> list[int]:
    """All PostgreSQL processes of this machine (other databases' work is counted with it)."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{entry}/comm").read_text(encoding="utf-8").strip() == "postgres":
                    found.append(int(entry))
    return found


class StoreTime:
    """CPU time of the stores, reported beside a server's own; they float over both cores."""

    def __init__(self, redis: int | None) -> None:
        self._redis = [redis] if redis else []
        self._postgres = postgres_pids()

    def refresh(self) -> None:
        """Looks for PostgreSQL's backends anew (each connection is a process)."""
        self._postgres = postgres_pids()

    def now(self) -> tuple[int, int]:
        """(Redis, PostgreSQL) CPU ns so far."""
        return cpu_ns(self._redis), cpu_ns(self._postgres)
