"""The product as it is run: sandbox, schema, demo data and server, each a process of its own."""

import atexit
import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.live_environment import settings_of
from tests.support.personal import clear_values_in, personal_in

ROOT = Path(__file__).resolve().parents[1]
# Loopback must never go through a proxy of the machine's environment.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
START_S, COMMAND_S, STOP_S = 30.0, 90.0, 10.0
# What decides how the demo data is kept; everything else may differ in a copy.
KEEPING = {"ZB_DATABASE_URL", "ZB_MASTER_KEY", "ZB_CRYPTO_SUITE"}
MASTER_KEY = base64.b64encode(b"tests only, never anywhere else!").decode()


@dataclass(frozen=True, slots=True)
class Running:
    """A started product. url, sandbox: base URLs; folder: its state; environment: its settings."""

    url: str
    sandbox: str
    folder: Path
    environment: Mapping[str, str]
    server: "subprocess.Popen[bytes]"

    @property
    def port(self) -> int:
        """Where the server listens."""
        return int(self.url.rpartition(":")[2])

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "zhangban.db"

    def server_memory_pages(self) -> int:
        """How much memory the server holds now, in pages of the machine."""
        return int(Path(f"/proc/{self.server.pid}/statm").read_text().split()[1])

    def log(self) -> str:
        """What the server has logged so far."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def running(
    folder: Path, settings: Mapping[str, str] | None = None, *, workers: int = 1
) -> Iterator[Running]:
    """Start the product with demo data, stop it at the end. settings: on top of `environment_of`.

    Raises AssertionError with the end of the log when a part does not start.
    """
    port = free_port()
    with contextlib.ExitStack() as stack:
        sandbox = _sandbox(stack, folder, port)
        environment = environment_of(folder, port, sandbox) | dict(settings or {})
        if KEEPING.isdisjoint(settings or {}):
            _copy(_filled(), folder)
        else:
            _fill(environment)
        argv = ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
        server = _spawn(stack, ["server", *argv], folder / "server.log", environment)
        _wait_for(f"http://127.0.0.1:{port}/readyz", server, folder / "server.log")
        started = Running(f"http://127.0.0.1:{port}", sandbox, folder, environment, server)
        yield started
        assert personal_in(_measures(started)) == []
    # Whatever was done to it, its log names nobody, and its files hold nobody's values.
    assert personal_in(started.log()) == []
    assert clear_values_in(folder.glob("zhangban.db*")) == []


def _fill(environment: Mapping[str, str]) -> None:
    for command in ("migrate", "demo-data"):
        product_command(environment, command)


@cache
def _filled() -> Path:
    """A folder with a database that holds the demo data, made once a session."""
    folder = Path(tempfile.mkdtemp(prefix="zhangban-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _fill(_alone(folder, free_port()))
    return folder


def _copy(filled: Path, folder: Path) -> None:
    for each in filled.glob("zhangban.db*"):
        shutil.copy(each, folder)


def _measures(started: Running) -> str:
    if started.server.poll() is not None:
        return ""
    with _DIRECT.open(f"{started.url}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


@contextlib.contextmanager
def bare(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The URL of a server alone: an empty schema, no sandbox, nothing set but what is said."""
    port = free_port()
    environment = _alone(folder, port) | dict(settings)
    product_command(environment, "migrate")
    with contextlib.ExitStack() as stack:
        log = folder / "server.log"
        server = _spawn(stack, ["server", "serve", "--port", str(port)], log, environment)
        _wait_for(f"http://127.0.0.1:{port}/readyz", server, log)
        yield f"http://127.0.0.1:{port}"


def _alone(folder: Path, port: int) -> dict[str, str]:
    return {
        "ZB_DATABASE_URL": f"sqlite://{folder / 'zhangban.db'}",
        "ZB_MASTER_KEY": MASTER_KEY,
        "ZB_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


@contextlib.contextmanager
def private_redis(folder: Path) -> Iterator[str | None]:
    """The URL of a Redis server of our own, None where the program is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    argv = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with contextlib.ExitStack() as stack:
        _start(stack, argv, folder / "redis.log", {})
        assert until(lambda: _listens(port)), "redis-server does not start"
        yield f"redis://127.0.0.1:{port}/0"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def environment_of(folder: Path, port: int, sandbox: str) -> dict[str, str]:
    """The settings: SQLite in the folder, embedded Redis, every platform played by the sandbox.

    One trusted proxy, so that X-Forwarded-For lets a test choose the address it comes from.
    """
    told = get_json(f"{sandbox}/_ctl/credentials")
    return settings_of(folder, port, sandbox, told) | {"ZB_MASTER_KEY": MASTER_KEY}


def product_command(
    environment: Mapping[str, str], *argv: str, good: bool = True
) -> "subprocess.CompletedProcess[str]":
    """Run `zhangban <argv>` to its end; AssertionError when it fails and good is asked for."""
    done = subprocess.run(
        [sys.executable, "-m", "server", *argv],
        cwd=ROOT,
        env=_clean(environment),
        capture_output=True,
        text=True,
        timeout=COMMAND_S,
        check=False,
    )
    assert not good or done.returncode == 0, f"{argv}: {done.stderr[-2000:]}"
    return done


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get_json(url: str) -> Any:
    """GET, as JSON."""
    with _DIRECT.open(url, timeout=5) as answer:
        return json.loads(answer.read())


def status_of(url: str) -> int:
    """GET, and only the status of the answer."""
    try:
        with _DIRECT.open(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def until(ready: Callable[[], bool], *, within_s: float = START_S) -> bool:
    """Ask again and again until it is so; False when it never was."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.05)
    return False


def _sandbox(stack: contextlib.ExitStack, folder: Path, port: int) -> str:
    own = free_port()
    argv = ["sandbox", "--port", str(own), "--product", f"http://127.0.0.1:{port}"]
    process = _spawn(stack, argv, folder / "sandbox.log", {})
    url = f"http://127.0.0.1:{own}"
    _wait_for(f"{url}/_ctl/credentials", process, folder / "sandbox.log")
    return url


def _spawn(
    stack: contextlib.ExitStack, argv: list[str], log: Path, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    return _start(stack, [sys.executable, "-m", *argv], log, environment)


def _start(
    stack: contextlib.ExitStack, argv: list[str], log: Path, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    with log.open("ab") as out:
        process = subprocess.Popen(
            argv,
            cwd=ROOT,
            env=_clean(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    stack.callback(_stop, process)
    return process


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    def answers() -> bool:
        if process.poll() is not None:
            return False
        try:
            get_json(url)
        except (OSError, ValueError):
            return False
        return True

    if not until(lambda: answers() or process.poll() is not None) or process.poll() is not None:
        raise AssertionError(f"{url} never came up: {log.read_text(errors='replace')[-3000:]}")


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    # What a developer has exported must not reach the product under test.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ZB_")}
    return inherited | dict(environment)
