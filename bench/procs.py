"""Server process trees: start pinned, wait until ready, read CPU and memory, stop by process id."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.box import ROOT, SERVER_CORE, pinning

STOP_AFTER_S = 8.0


class StartError(Exception):
    """A server did not start; the message carries the end of its log."""


def free_port(span: int = 1) -> int:
    """A loopback port such that it and the next `span - 1` are free now."""
    for _ in range(200):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if all(_is_free(first + step) for step in range(1, span)):
            return first
    raise StartError(f"no {span} free loopback ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def tree(pid: int) -> list[int]:
    """The process and all its living descendants."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii")
                for child in children.split():
                    found += tree(int(child))
    return found


def cpu_ns(pids: Sequence[int]) -> int:
    """CPU time of all living threads of the processes, ns (schedstat: no 10 ms ticks)."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError):
                    text = Path(f"/proc/{pid}/task/{task}/schedstat").read_text(encoding="ascii")
                    total += int(text.split()[0])
    return total


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident and unshared memory of a process tree, bytes."""

    rss: int
    uss: int


def memory(pids: Sequence[int]) -> Memory:
    """Sums Rss and Private_* of the processes' smaps_rollup."""
    rss = uss = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            for line in rollup.splitlines()[1:]:
                name, _, rest = line.partition(":")
                if name == "Rss":
                    rss += int(rest.split()[0]) * 1024
                elif name.startswith("Private_"):
                    uss += int(rest.split()[0]) * 1024
    return Memory(rss, uss)


@dataclass(slots=True)
class Server:
    """One running server under measurement."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    _known: tuple[int, ...] = ()

    def pids(self) -> tuple[int, ...]:
        """The tree as of the last `refresh` (listing it takes longer than reading it)."""
        return self._known or self.refresh()

    def refresh(self) -> tuple[int, ...]:
        self._known = tuple(tree(self.process.pid))
        return self._known

    def cpu_ns(self) -> int:
        return cpu_ns(self.pids())

    def memory(self) -> Memory:
        return memory(self.refresh())

    def tail(self, lines: int = 12) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """SIGTERM to the root, then SIGKILL to whatever of the tree is left, each by its id."""
        members = tree(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_AFTER_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(STOP_AFTER_S)
        for pid in members[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Program:
    """How a server is started and how it says that it is ready."""

    name: str
    argv: Sequence[str]
    port: int
    ready: str
    env: Mapping[str, str]
    cwd: Path = ROOT
    pinned: bool = True
    patience_s: float = 30.0


def start(program: Program, logs: Path) -> Server:
    """Starts the program and waits until `GET ready` answers below 500; raises StartError."""
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{program.name}.log"
    argv = list(program.argv)
    if program.pinned and pinning() and shutil.which("taskset"):
        argv = ["taskset", "-c", str(SERVER_CORE), *argv]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ZB_")
    } | dict(program.env)
    with log.open("wb") as sink:
        process = subprocess.Popen(
            argv, cwd=program.cwd, env=environment, stdin=subprocess.DEVNULL,
            stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    server = Server(program.name, process, program.port, log)
    try:
        _await_ready(server, program)
    except BaseException:
        server.stop()
        raise
    server.refresh()
    return server


def _await_ready(server: Server, program: Program) -> None:
    deadline = time.monotonic() + program.patience_s
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise StartError(
                f"{program.name} ended with {server.process.returncode}:\n{server.tail()}"
            )
        if _answers(program.port, program.ready):
            return
        time.sleep(0.1)
    raise StartError(f"{program.name} not ready after {program.patience_s:.0f} s:\n{server.tail()}")


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
