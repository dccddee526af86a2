"""Server processes of a test's own, on the stores of the fragile product."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.live import Live, Running, visiting
from tests.live_processes import ROOT
from tests.support.services import free_port


@dataclass(slots=True)
class Served:
    """A server process, perhaps the supervisor of several."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def workers(self) -> list[int]:
        """Process ids of the supervisor's children."""
        return children(self.process.pid)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Tell it to stop; how many seconds it took. AssertionError after 20."""
        began = time.monotonic()
        self.process.send_signal(number)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not stop: {self.told()}") from None
        return time.monotonic() - began

    def told(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]


def children(pid: int) -> list[int]:
    """The living children of a process."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in text.split() if alive(int(child))]
    return []


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


def spawn(
    running: Running, folder: Path, *, module: Sequence[str] = ("server",), workers: int = 1
) -> Served:
    """Start a server with the settings of a running product, and do not wait for it."""
    port = free_port()
    log = folder / f"server-{port}.log"
    argv = ["serve", "--port", str(port), "--workers", str(workers)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *module, *argv],
            cwd=ROOT,
            env=_environment(running.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    return Served(port, process, log)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("ZB_")} | dict(settings)


@contextlib.contextmanager
def serving(
    running: Running, folder: Path, *, module: Sequence[str] = ("server",), workers: int = 1
) -> Iterator[Served]:
    """A server that answers; ended at the end, with everything that it has started."""
    served = spawn(running, folder, module=module, workers=workers)
    started = served.workers()
    try:
        assert _comes_up(served), served.told()
        yield served
    finally:
        started = [*started, *served.workers()]
        if served.process.poll() is None:
            served.process.kill()
        served.process.wait()
        for pid in started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _comes_up(served: Served) -> bool:
    import http.client

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and served.process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    return False


@asynccontextmanager
async def visitors(served: Served, running: Running) -> AsyncIterator[Live]:
    """Users of a server of one's own."""
    own = Running(
        f"http://127.0.0.1:{served.port}",
        running.sandbox,
        running.folder,
        running.environment,
        served.process,
    )
    async with visiting(own) as live:
        yield live


async def status(http: aiohttp.ClientSession, url: str) -> int:
    """The status of one GET, 0 when nobody answers."""
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=5)) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return 0
