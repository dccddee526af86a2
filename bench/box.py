"""Which machine, which software, and how busy it is: what a result must carry to be read later."""

import os
import platform
import resource
import subprocess
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SERVER_CORE = 0
CLIENT_CORE = 1
PACKAGES = (
    "sanic", "uvloop", "tortoise-orm", "asyncpg", "redis", "hiredis", "aiohttp", "qrcode",
    "cryptography", "msgspec", "matplotlib",
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent


def _first(path: str, prefix: str = "") -> str | None:
    try:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            if line.startswith(prefix):
                return line.partition(":")[2].strip() if prefix else line.strip()
    except OSError:
        return None
    return None


def _said(*argv: str) -> str | None:
    try:
        done = subprocess.run(
            argv, cwd=ROOT, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def versions() -> dict[str, str]:
    """Versions of the interpreter and of the packages whose cost is measured."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def fingerprint() -> dict[str, object]:
    """CPU model, cores, kernel, memory, limits, load and commit; no host name, no paths."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return {
        "cpu": _first("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "pinned": pinning(),
        "memory": _first("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "fd_limit": [soft, hard],
        "governor": _first("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "load": list(os.getloadavg()),
        "commit": _said("git", "rev-parse", "HEAD"),
        "dirty": bool(_said("git", "status", "--porcelain")),
        "calibration_ms": calibrate(),
    }


def pinning() -> bool:
    """Whether servers and generator can have a core each."""
    return {SERVER_CORE, CLIENT_CORE} <= os.sched_getaffinity(0)


def pin_client() -> None:
    """Keeps this process (the load generator) on the client's core, where there are two."""
    if pinning():
        os.sched_setaffinity(0, {CLIENT_CORE})


def raise_fd_limit() -> int:
    """Lifts the soft limit of open files to the hard one and returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def calibrate() -> float:
    """CPU ms of 10⁶ integer additions: constant when CPU time can be trusted under contention."""
    begin = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - begin) * 1000


@dataclass(frozen=True, slots=True)
class MachineTime:
    """Busy and stolen CPU time of the whole machine since it started, ns."""

    busy: int
    stolen: int

    @staticmethod
    def now() -> "MachineTime":
        fields = [int(field) for field in (_first("/proc/stat") or "cpu 0").split()[1:]]
        fields += [0] * (8 - len(fields))
        tick_ns = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
        user, nice, system, _idle, _wait, irq, soft, steal = fields[:8]
        return MachineTime((user + nice + system + irq + soft) * tick_ns, steal * tick_ns)
