"""F9: workers that die are replaced; a server told to stop finishes what it has begun."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from server.supervisor import Supervisor
from tests.faults.conftest import Fragile
from tests.faults.servers import Served, alive, serving, spawn, status, visitors
from tests.live import Answer, Live
from tests.support.figures import Figure

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]


async def _until(so: Callable[[], bool], within_s: float) -> float:
    """After how long it was so; AssertionError when it never was."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        if so():
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {within_s} s")


async def test_a_killed_worker_is_replaced_while_the_other_serves(
    fragile: Fragile, tmp_path: Path, figure: Figure
) -> None:
    began = time.monotonic()
    with serving(fragile.running, tmp_path, workers=2) as served:
        # Both start at once, and this machine may be busy: one alone is not slower than that.
        allowed_s = max(5.0, 1.2 * (time.monotonic() - began))
        await _until(lambda: len(served.workers()) == 2, 10)
        victim, other = served.workers()

        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{served.port}/healthz"
            os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            replaced_s = 0.0
            answers: list[int] = []
            while time.monotonic() - began < allowed_s:
                answers.append(await status(http, url))
                fresh = [pid for pid in served.workers() if pid not in (victim, other)]
                if fresh and "listening" in _since(served, fresh[0]):
                    replaced_s = time.monotonic() - began
                    break
                await asyncio.sleep(0.05)

        figure("replaced after s, answers meanwhile", round(replaced_s, 1), len(answers))
        assert 0 < replaced_s <= allowed_s, served.told()
        # What the killed one had accepted at that moment is lost; nothing after it.
        assert answers.count(200) >= len(answers) - 1


def _since(served: Served, pid: int) -> str:
    told = served.told()
    return told[told.find(f'"pid": {pid}') - 200 :] if f'"pid": {pid}' in told else ""


@pytest.mark.parametrize(
    ("workers", "whom"), [(1, "supervisor"), (2, "supervisor"), (2, "everybody")]
)
async def test_a_request_that_has_begun_is_answered_before_the_server_stops(
    workers: int, whom: str, fragile: Fragile, tmp_path: Path
) -> None:
    with serving(fragile.running, tmp_path, workers=workers) as served:
        async with visitors(served, fragile.running) as guests:
            answer = await _interrupted(fragile, guests, lambda: _tell_to_stop(served, whom))
            answered = time.monotonic()
            # The client keeps its connection, as browsers do: nobody must wait for it.
            code = await asyncio.to_thread(served.process.wait, 20)

    assert answer.status == 200, answer.body
    assert code == 0, served.told()
    assert time.monotonic() - answered <= 4.0


def _tell_to_stop(served: Served, whom: str) -> None:
    # As a service manager does that signals every process of the service.
    everybody = served.workers() if whom == "everybody" else []
    for pid in [*everybody, served.process.pid]:
        os.kill(pid, signal.SIGTERM)


async def _interrupted(fragile: Fragile, guests: Live, stop: Callable[[], None]) -> Answer:
    """A switch that waits for a lock in the database while the server is told to stop."""
    desk = await guests.sign_in("P4")
    unit = (await desk.get("/session/units")).good()["items"][0]
    body = {"unit_id": unit["id"], "role": unit["role"]}
    holder = await asyncpg.connect(fragile.direct_database)
    try:
        await holder.execute("BEGIN; SELECT 1 FROM grants FOR UPDATE")
        asked: Awaitable[Answer] = asyncio.ensure_future(desk.post("/session/unit", body))
        await asyncio.sleep(0.5)
        stop()
        await asyncio.sleep(0.8)
        await holder.execute("ROLLBACK")
        return await asked
    finally:
        await holder.close()


BOOTING, OPENING = "while it boots", "while it opens"
MORE = os.environ.get("ZB_PROVE") == "1"
MOMENTS = [
    *((2, BOOTING, moment) for moment in ((0.1, 0.4, 0.7, 1.0, 1.5, 2.0) if MORE else (0.1, 2.0))),
    *((2, OPENING, moment) for moment in ((0.0, 0.05, 0.1, 0.2, 0.4) if MORE else (0.0, 0.2))),
    *((1, OPENING, moment) for moment in ((0.0, 0.05, 0.1, 0.15) if MORE else (0.0, 0.1))),
]


async def test_a_stop_during_the_start_leaves_nothing_behind(
    fragile: Fragile, tmp_path: Path, figure: Figure
) -> None:
    latest = 0.0
    for workers, phase, moment in MOMENTS:
        served = spawn(fragile.running, tmp_path, workers=workers)
        if phase == OPENING:
            # Said by a worker when its application is built, before it can take a signal.
            await _until(lambda it=served: "listening" in it.told(), 20)  # type: ignore[misc]
        await asyncio.sleep(moment)
        family = served.workers()

        took_s = await asyncio.to_thread(served.stop)

        latest = max(latest, took_s)
        assert took_s <= 5.0, f"{workers} workers, {moment} s {phase}: {served.told()}"
        await _until(lambda left=family: not any(alive(pid) for pid in left), 3)  # type: ignore[misc]
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", served.port)
    figure("stopped after s at most", round(latest, 1))


async def test_workers_do_not_outlive_a_supervisor_that_was_killed(
    fragile: Fragile, tmp_path: Path
) -> None:
    with serving(fragile.running, tmp_path, workers=2) as served:
        await _until(lambda: len(served.workers()) == 2, 10)
        orphans = served.workers()

        served.process.kill()
        served.process.wait()

        await _until(lambda: not any(alive(pid) for pid in orphans), 8)


def test_a_worker_that_cannot_start_is_tried_again_after_growing_pauses(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    note = f"open({str(starts)!r}, 'a').write(f'{{time.time()}}\\n')"
    worker = f"import time; {note}; raise SystemExit(3)"
    supervisor = (
        "import sys; from server.supervisor import supervise;"
        " sys.exit(supervise([sys.executable, '-c', sys.argv[1]], 1, 0))"
    )
    process = subprocess.Popen([sys.executable, "-c", supervisor, worker], stdin=subprocess.PIPE)
    time.sleep(6)
    process.terminate()

    assert process.wait(5) == 0
    at = [float(line) for line in starts.read_text().split()]
    pauses = [late - early for early, late in pairwise(at)]
    assert 4 <= len(at) <= 8, "neither given up nor tried all the time"
    assert pauses[-1] > pauses[0] + 0.5, pauses


def test_a_process_that_cannot_be_made_does_not_end_the_supervisor(tmp_path: Path) -> None:
    supervisor = Supervisor([str(tmp_path / "there is no such program")], 1, 0)
    slot = supervisor._slots[0]

    for _ in range(3):
        slot.due = 0.0
        supervisor._look(slot)

    assert slot.process is None
    assert slot.pause_s >= 0.5
