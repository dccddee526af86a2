"""The product as it is run: sandbox, schema, demo data and server, each a process of its own."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Loopback must never go through a proxy of the machine's environment.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
START_S, COMMAND_S, STOP_S = 30.0, 90.0, 10.0
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
        for command in ("migrate", "demo-data"):
            product_command(environment, command)
        argv = ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
        server = _spawn(stack, ["server", *argv], folder / "server.log", environment)
        _wait_for(f"http://127.0.0.1:{port}/readyz", server, folder / "server.log")
        yield Running(f"http://127.0.0.1:{port}", sandbox, folder, environment, server)


@contextlib.contextmanager
def bare(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The URL of a server alone: an empty schema, no sandbox, nothing set but what is said."""
    port = free_port()
    environment = {
        "ZB_DATABASE_URL": f"sqlite://{folder / 'zhangban.db'}",
        "ZB_MASTER_KEY": MASTER_KEY,
        "ZB_PUBLIC_URL": f"http://127.0.0.1:{port}",
    } | dict(settings)
    product_command(environment, "migrate")
    with contextlib.ExitStack() as stack:
        log = folder / "server.log"
        server = _spawn(stack, ["server", "serve", "--port", str(port)], log, environment)
        _wait_for(f"http://127.0.0.1:{port}/readyz", server, log)
        yield f"http://127.0.0.1:{port}"


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
    wechat, alipay, ecard = told["wechat"], told["alipay"], told["ecard"]
    fields = ("channel_no", "access_no", "access_key", "secret_key", "encrypt_key", "iv")
    return {
        "ZB_VAR": str(folder),
        "ZB_DATABASE_URL": f"sqlite://{folder / 'zhangban.db'}",
        "ZB_REDIS_URL": "memory://",
        "ZB_MASTER_KEY": MASTER_KEY,
        "ZB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ZB_TRUSTED_PROXIES": "1",
        "ZB_UPLOAD_DIR": str(folder / "uploads"),
        "ZB_DEVELOPMENT": "true",
        "ZB_CHALLENGES_PER_MINUTE": "100000",
        "ZB_WECHAT_API_BASE": f"{sandbox}/wechat",
        "ZB_WECHAT_APPID": wechat["appid"],
        "ZB_WECHAT_SECRET": wechat["secret"],
        "ZB_WECHAT_TOKEN": wechat["token"],
        "ZB_WECHAT_AES_KEY": wechat["aes_key"],
        "ZB_ALIPAY_GATEWAY": f"{sandbox}/alipay/gateway.do",
        "ZB_ALIPAY_APPID": alipay["appid"],
        "ZB_ALIPAY_PRIVATE_KEY": alipay["app_private_key"],
        "ZB_ALIPAY_PUBLIC_KEY": alipay["alipay_public_key"],
        "ZB_ECARD_BASE": f"{sandbox}/ecard",
    } | {f"ZB_ECARD_{name.upper()}": ecard[name] for name in fields}


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
