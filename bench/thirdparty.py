"""Third-party peers: installed into bench/out/peers on first use, started, asked.

A peer that cannot be had (no registry, no Node, no store) is skipped, the reason in the result.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load.http import Caller, Response, build
from bench.load.pump import Pump, answered
from bench.procs import Program, Server, free_port, start
from bench.stores import PostgresAddress, redis_url

SCRIPTS = Path(__file__).with_name("peers")
INSTALL_WITHIN_S = 180
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
GUNICORN = ("-k", "gthread", "-w", "1", "--threads", "8", "--keep-alive", "75", "--log-level",
            "warning", "--no-control-socket")  # fmt: skip


class PeerMissing(Exception):
    """A peer cannot be had on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A product with an OAuth device flow: where it issues and where it is polled."""

    name: str
    packages: tuple[str, ...]
    issue_path: str
    poll_path: str
    program: Callable[[Path, int, PostgresAddress], Program]
    node: bool = False


def _dot_env(database: PostgresAddress) -> dict[str, str]:
    return {
        "DOT_PG_HOST": database.host,
        "DOT_PG_PORT": str(database.port),
        "DOT_PG_USER": database.user,
        "DOT_PG_PASSWORD": database.password,
        "DOT_PG_NAME": database.database,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _dot(home: Path, port: int, database: PostgresAddress) -> Program:
    env = _dot_env(database)
    _run([str(home / "bin/python"), str(SCRIPTS / "dot_app.py")], env)
    argv = (str(home / "bin/gunicorn"), *GUNICORN, "-b", f"127.0.0.1:{port}", "dot_app:application")
    return Program("dot", argv, port, "/ready", env, SCRIPTS)


def _authlib(home: Path, port: int, _: PostgresAddress) -> Program:
    env = {"PEER_REDIS_URL": redis_url(), "PYTHONDONTWRITEBYTECODE": "1"}
    argv = (str(home / "bin/gunicorn"), *GUNICORN, "-b", f"127.0.0.1:{port}", "authlib_app:app")
    return Program("authlib", argv, port, "/ready", env, SCRIPTS)


def _oidc_provider(home: Path, port: int, _: PostgresAddress) -> Program:
    env = {"PEER_REDIS_URL": redis_url(), "PEER_PORT": str(port), "PEER_MODULES": str(home)}
    argv = ("node", str(SCRIPTS / "oidc_provider.mjs"))
    return Program("oidc-provider", argv, port, "/ready", env | {"NODE_ENV": "production"}, SCRIPTS)


PEERS = (
    Peer(
        "dot",
        ("django-oauth-toolkit==3.4.1", "oauthlib<4", "psycopg[binary]", "gunicorn"),
        "/o/device-authorization/",
        "/o/token/",
        _dot,
    ),
    Peer(
        "authlib",
        ("authlib==1.9.9", "flask", "redis", "gunicorn"),
        "/device_authorization",
        "/token",
        _authlib,
    ),
    Peer(
        "oidc-provider",
        ("oidc-provider@9", "ioredis@5"),
        "/device/auth",
        "/token",
        _oidc_provider,
        node=True,
    ),
)


def _run(argv: Sequence[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    import os

    try:
        done = subprocess.run(
            list(argv), env=os.environ | (env or {}), cwd=cwd, capture_output=True, text=True,
            timeout=INSTALL_WITHIN_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise PeerMissing(f"{Path(argv[0]).name}: {wrong}") from wrong
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise PeerMissing(f"{Path(argv[0]).name} {argv[1]}: {said[-1] if said else 'failed'}"[:300])


def install(peer: Peer, out: Path) -> Path:
    """The peer's folder, filled on first use; raises PeerMissing."""
    home = (out / "peers" / peer.name).resolve()
    done = home / ".installed"
    wanted = "\n".join(peer.packages)
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return home
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    if peer.node:
        if not (shutil.which("node") and shutil.which("npm")):
            raise PeerMissing("no Node.js or npm here")
        (home / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        _run(["npm", "install", "--no-audit", "--no-fund", "--silent", *peer.packages], cwd=home)
    else:
        _run([sys.executable, "-m", "venv", str(home)])
        _run([str(home / "bin/python"), "-m", "pip", "install", "-q", *peer.packages])
    done.write_text(wanted, encoding="utf-8")
    return home


def start_peer(peer: Peer, database: PostgresAddress, out: Path, logs: Path) -> Server:
    """Installs where needed and starts; raises PeerMissing, StartError."""
    home = install(peer, out)
    return start(peer.program(home, free_port(), database), logs)


class DeviceClient:
    """One browser of a peer's device flow on one keep-alive connection."""

    def __init__(self, peer: Peer, port: int) -> None:
        self.port = port
        self._caller = Caller(port)
        self._issue = build("POST", peer.issue_path, form="client_id=bench")
        self._poll_path = peer.poll_path

    async def issue(self) -> str:
        """A new device code."""
        answer = await self._caller.send(self._issue)
        if answer.status != 200:
            raise ValueError(f"issue: {answer.status} {answer.body[:200]!r}")
        return str(answer.json()["device_code"])

    def issuing(self) -> Pump:
        """Issues under load."""
        return Pump(self.port, answered(200), [self._issue])

    def asking(self, device_code: str) -> bytes:
        """The bytes of one poll."""
        form = f"grant_type={DEVICE_GRANT}&client_id=bench&device_code={device_code}"
        return build("POST", self._poll_path, form=form)

    async def polled(self, request: bytes) -> bool:
        return pending(await self._caller.send(request))

    async def issue_and_polls(self, polls: int) -> bool:
        """Issue and so many polls; the approval is left out, in the peer's favour."""
        request = self.asking(await self.issue())
        answers = [await self.polled(request) for _ in range(polls)]
        return all(answers)


def pending(answer: Response) -> bool:
    """Whether a poll was told that nobody has approved yet."""
    return answer.status == 400 and b"authorization_pending" in answer.body
