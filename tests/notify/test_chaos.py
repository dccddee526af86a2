"""Random kills of web, workers, Redis and database sessions over many commits (notify §5.4).

`make prove`: 33 kills over 1 500 commits; `make test`: five over 150.
"""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.delivery import Delivery
from models.inbox import InboxMessage
from models.outbox import OutboxEvent
from models.vocabulary import DeliveryState
from server.resources import close_database, open_database
from tests.notify.engines import somebody
from tests.registered import settings
from tests.support import services
from tests.support.services import SpareRedis, spare_redis

ROOT = Path(__file__).parents[2]
PROVE = bool(os.environ.get("ZB_PROVE"))
COMMITS, PER_S = (1500, 50) if PROVE else (150, 50)
KILLS = {"web": 3, "worker": 22, "redis": 5, "sessions": 3} if PROVE else {"web": 1, "worker": 3}
PEOPLE, WORKERS = 60, 3
pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis]


@dataclass(slots=True)
class Town:
    """The platform, which no kill touches: what it accepted, and reports a moment later."""

    database: str
    reports: bool
    accepted: list[str] = field(default_factory=list)
    late: set["asyncio.Task[None]"] = field(default_factory=set)
    pool: asyncpg.Pool | None = None

    async def post(self, request: web.Request) -> web.Response:
        """Accept a message, answer within 15 to 45 ms, report within 1.5 s."""
        told = await request.json()
        msgid = f"m{len(self.accepted)}"
        self.accepted.append(told["n"])
        if self.reports:
            task = asyncio.create_task(self._report(told, msgid))
            self.late.add(task)
            task.add_done_callback(self.late.discard)
        await asyncio.sleep(random.uniform(0.015, 0.045))
        return web.json_response({"msgid": msgid})

    async def _report(self, told: dict[str, str], msgid: str) -> None:
        await asyncio.sleep(random.uniform(0.3, 1.5))
        for _ in range(20):
            with contextlib.suppress(Exception):
                assert self.pool is not None
                await self.pool.execute(
                    "INSERT INTO platform_receipts (channel, msgid, recipient, template, delivered,"
                    " code, at) VALUES ('wechat', $1, $2, $3, true, '', $4)"
                    " ON CONFLICT DO NOTHING",
                    msgid,
                    told["to"],
                    told["template"],
                    datetime.now(UTC),
                )
                return
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def town(database: str, *, reports: bool) -> AsyncIterator[tuple[Town, str]]:
    built = Town(database, reports)
    built.pool = await asyncpg.create_pool(database, min_size=1, max_size=4)
    app = web.Application()
    app.router.add_post("/", built.post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield built, f"http://127.0.0.1:{port}/"
    finally:
        await asyncio.gather(*built.late)
        await runner.cleanup()
        await built.pool.close()


class Crew:
    """The processes, each replaced when it dies, as a supervisor would."""

    def __init__(self, database: str, redis: str, platform: str) -> None:
        self._argv = (database, redis, platform)
        self.web = self._start("web")
        self.workers = [self._start("worker") for _ in range(WORKERS)]
        self.committed: set[str] = set()
        self._hearing = asyncio.create_task(self._hear(self.web))

    def _start(self, role: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.notify.laborer", role, *self._argv],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if role == "web" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def _hear(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        # Killed meanwhile, its pipe is closed under the reader.
        with contextlib.suppress(ValueError):
            while line := await asyncio.to_thread(process.stdout.readline):
                self.committed.add(line.decode().strip())

    def ask(self, key: str, person_id: str) -> None:
        """Have an event committed, if the process lives."""
        assert self.web.stdin is not None
        with contextlib.suppress(OSError):
            self.web.stdin.write(f"{key} {person_id}\n".encode())
            self.web.stdin.flush()

    def kill_web(self) -> None:
        """Kill it; another takes its place."""
        _kill(self.web)
        self.web = self._start("web")
        self._hearing = asyncio.create_task(self._hear(self.web))

    def kill_worker(self) -> None:
        """Kill one of them; another takes its place."""
        place = random.randrange(WORKERS)
        _kill(self.workers[place])
        self.workers[place] = self._start("worker")

    async def end(self) -> None:
        """Kill all."""
        for process in (self.web, *self.workers):
            _kill(process)
        await asyncio.wait([self._hearing])


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


async def strike(kind: str, crew: Crew, redis: SpareRedis, database: str) -> None:
    if kind == "web":
        crew.kill_web()
    elif kind == "worker":
        crew.kill_worker()
    elif kind == "redis":
        redis.kill()
        await asyncio.sleep(0.2)
        await asyncio.to_thread(redis.start)
    else:
        await services.terminate_all(database)


async def commit_all(crew: Crew, people: list[str]) -> None:
    wanted = {f"k{number}": people[number % PEOPLE] for number in range(COMMITS)}
    for key, person_id in wanted.items():
        crew.ask(key, person_id)
        await asyncio.sleep(1 / PER_S)
    for _ in range(60):
        left = [key for key in wanted if key not in crew.committed]
        if not left:
            return
        for key in left:
            crew.ask(key, wanted[key])
        await asyncio.sleep(1)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("reports", [True, False], ids=["with receipts", "without"])
async def test_whatever_dies_each_commit_is_told_once(
    reports: bool, fresh_postgres_url: str, tmp_path: Path
) -> None:
    found = settings(database_url=fresh_postgres_url)
    # Tortoise keeps the SQL of a connection's name, whatever database it led to before.
    EXECUTOR_CACHE.clear()
    await open_database(found)
    people = [(await somebody())[0].id for _ in range(PEOPLE)]
    await close_database()
    kinds = [kind for kind, count in KILLS.items() for _ in range(count)]
    random.shuffle(kinds)

    with spare_redis(tmp_path) as redis:
        async with town(fresh_postgres_url, reports=reports) as (platform, url):
            crew = Crew(fresh_postgres_url, redis.url, url)
            await asyncio.sleep(3)
            committing = asyncio.create_task(commit_all(crew, people))
            pause = COMMITS / PER_S / (len(kinds) + 1)
            for kind in kinds:
                await asyncio.sleep(pause)
                await strike(kind, crew, redis, fresh_postgres_url)
            await committing
            await open_database(found)
            for _ in range(240):
                await asyncio.sleep(0.25)
                open_ones = await Delivery.filter(state__lt=DeliveryState.SENT).count()
                planned = await OutboxEvent.filter(planned_at=None).count() == 0
                if planned and not open_ones:
                    break
            await crew.end()

    times = Counter(platform.accepted)
    inbox = await InboxMessage.all().count()
    states = Counter(each.state.name for each in await Delivery.all())
    events = await OutboxEvent.all().count()
    await close_database()
    twice = sum(count - 1 for count in times.values())
    if PROVE:
        sys.stdout.write(
            f"\n| {'with' if reports else 'without'} receipts | kills {len(kinds)} | commits"
            f" {events} | inbox {inbox} | lost {COMMITS - len(times)} | twice {twice} |"
            f" {dict(states)} |\n"
        )
    assert events == inbox == COMMITS
    assert len(times) == COMMITS
    assert twice <= (0 if reports else 50 * KILLS["worker"])
