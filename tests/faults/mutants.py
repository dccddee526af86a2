"""`python -m tests.faults.mutants [name…]`: takes each control away, and sees its tests fail.

Works on a copy of the tree in a temporary folder; the tree itself is not touched. Exit code 1 when a
mutant survives. A mutant is one replacement of text in one or more files.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", "__pycache__", "node_modules", "out", "var", ".hypothesis"
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One control taken away. changes: (file, text, text instead); tests: pytest arguments."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


def _faults(file: str, words: str = "") -> tuple[str, ...]:
    return (f"tests/faults/test_{file}.py", *(("-k", words) if words else ()))


TORTOISES_OWN = (
    ("models/database.py", '"engine": "models.postgres"', '"engine": "tortoise.backends.asyncpg"'),
)
MUTANTS = (
    Mutant("F1 tortoise's own PostgreSQL client", TORTOISES_OWN, _faults("cancelled_transactions")),
    Mutant(
        "F1 tortoise's own SQLite client",
        (("models/database.py", '"engine": "models.sqlite"', '"engine": "tortoise.backends.sqlite"'),),
        _faults("cancelled_transactions", "sqlite"),
    ),
    Mutant(
        "F1 a half-opened SQLite connection is kept",
        (("models/sqlite.py", "half, self._connection = self._connection, None", "half = None"),),
        _faults("cancelled_transactions", "opening_sqlite"),
    ),
    Mutant(
        "F1 a failed commit is not rolled back",
        (("models/sqlite.py", "await self._open._connection.rollback()", "pass"),),
        _faults("cancelled_transactions", "commit_that_fails"),
    ),
    Mutant(
        "F1 neither our transactions nor the shield",
        (
            *TORTOISES_OWN,
            ("server/endpoint.py", "await asyncio.shield(", "await ("),
        ),
        _faults("hung_up_clients"),
    ),
    Mutant(
        "F2 the key is not looked at",
        (("models/idempotency.py", "    if once is None:\n        return None\n    require", "    return None\n    require"),),
        _faults("once_only"),
    ),
    Mutant(
        "F2 another body is not noticed",
        (("models/idempotency.py", "row.fingerprint != once.fingerprint or ", ""),),
        _faults("once_only", "another_body"),
    ),
    Mutant(
        "F3 check, then write",
        (("handlers/grants.py", "Grant.filter(id=grant.id, status=grant.status, revision=revision)", "Grant.filter(id=grant.id)"),),
        _faults("races"),
    ),
    Mutant(
        "F4 redis-py's own repetitions",
        (
            ("server/resources.py", "        retry=Retry(NoBackoff(), 0),\n        retry_on_timeout=False,\n", ""),
            ("server/resources.py", "return Store(commands, WireCarrier(commands.connection_pool, COMMAND_S))", "return Store(commands)"),
        ),
        _faults("redis_faults", "has_run_once"),
    ),
    Mutant(
        "F5 no deadline and no limit for commands",
        (
            ("models/store/client.py", "async with asyncio.timeout_at(max(batch[0].until, _now() + _LEAST_S)):", "if True:"),
            ("models/store/carrier.py", "async with asyncio.timeout(self._limit_s):", "if True:"),
        ),
        _faults("redis_faults", "refused_at_once"),
    ),
    Mutant(
        "F5 no breaker, no deadline in the queue",
        (
            ("models/store/client.py", "async with asyncio.timeout_at(max(batch[0].until, _now() + _LEAST_S)):", "if True:"),
            ("models/store/client.py", "_FAILURES_TO_OPEN = 3", "_FAILURES_TO_OPEN = 10**9"),
        ),
        _faults("redis_faults", "refused_at_once"),
    ),
    Mutant(
        "F5 an outage that is no RedisError leaves callers waiting",
        (("models/store/client.py", "OSError, RuntimeError)", "OSError)"),
         ("models/store/client.py", "        except Exception as fault:  # noqa: BLE001 - whoever waits must hear of it, whatever it is\n            results = [fault for _ in batch]\n", ""),
         ("models/store/client.py", "            for asked, result in zip(batch, results, strict=True):\n                _settle(asked.answer, result)\n", "        for asked, result in zip(batch, results, strict=True):\n            _settle(asked.answer, result)\n")),
        _faults("redis_faults", "refused_at_once"),
    ),
    Mutant(
        "F5 a full Redis is a bug",
        (("models/store/client.py", "    if _useless(result):", "    if False:"),),
        _faults("redis_faults", "takes_no_writes"),
    ),
    Mutant(
        "F6 no sweep",
        (("server/hub.py", "await self._look([cid for cid in self._due() if hash(cid) % _SLICES == turn])", "pass"),
         ("server/hub.py", "await self._look(self._due())", "pass")),
        _faults("lost_messages", "deaf"),
    ),
    Mutant(
        "F6 a deaf subscription is never noticed",
        (("server/hub.py", "elif asked:", "elif False:"),
         ("server/hub.py", "async with asyncio.timeout(_SILENCE_S + _CONNECT_S):", "if True:")),
        _faults("lost_messages", "deaf"),
    ),
    Mutant(
        "F7 tortoise's own waits",
        (*TORTOISES_OWN, ("models/database.py", '"command_timeout": statement_s + _MARGIN_S,', "")),
        _faults("postgres_faults", "black_hole or no_free"),
    ),
    Mutant(
        "F8 sanic's own protocol",
        (("server/protocol.py", "    def data_received", "    def _data_received"),
         ("server/protocol.py", "    def check_timeouts", "    def _check_timeouts")),
        _faults("small_limits"),
    ),
    Mutant(
        "F8 what is left of a refused body has no limit",
        (("server/protocol.py", "late and (_owed(http) or ", "late and ("),),
        _faults("small_limits", "drips"),
    ),
    Mutant(
        "F8 a client that never asks has no limit",
        (("server/protocol.py", " or self._never_asked(http)", ""),),
        _faults("small_limits", "says_nothing"),
    ),
    Mutant(
        "F11 who does not read gains time by sending",
        (("server/protocol.py", "starts = http is None or (http.stage is Stage.IDLE and not _owed(http))", "starts = http is None or http.stage.name in ('IDLE', 'RESPONSE')"),),
        _faults("small_limits", "gains_no_time"),
    ),
    Mutant(
        "F9 the dead are not replaced",
        (("server/supervisor.py", "if now >= slot.due and not self._stopping:", "if not slot.started:"),),
        _faults("supervisor", "killed_worker or cannot_start"),
    ),
    Mutant(
        "F9 no growing pauses",
        (("server/supervisor.py", "max(self.pause_s * 2, FIRST_PAUSE_S)", "0.0"),),
        _faults("supervisor", "cannot_start"),
    ),
    Mutant(
        "F9 a second signal ends a worker half-way",
        (("server/supervisor.py", "        signal.signal(number, signal.SIG_IGN)", "        pass"),),
        _faults("supervisor", "has_begun"),
    ),
    Mutant(
        "F9 workers outlive their supervisor",
        (("server/supervisor.py", "libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)", "pass"),),
        _faults("supervisor", "outlive"),
    ),
    Mutant(
        "F9 what cannot be started ends the supervisor",
        (("server/supervisor.py", "except (OSError, subprocess.SubprocessError) as fault:", "except ZeroDivisionError as fault:"),),
        _faults("supervisor", "cannot_be_made"),
    ),
    Mutant(
        "F11 the first byte comes with the first event",
        (("server/streams.py", '    await response.send(":ok\\n\\n")\n', ""),),
        _faults("streams", "first_byte"),
    ),
    Mutant(
        "F11 a heartbeat slower than the timeout",
        (("server/streams.py", "HEARTBEAT_S = 10.0", "HEARTBEAT_S = 25.0"),),
        _faults("streams", "never_silent or three_times"),
    ),
    Mutant(
        "F11 nobody is told goodbye",
        (("server/hub.py", 'waiter.wake("bye")', "pass"),),
        _faults("streams", "goodbye"),
    ),
    Mutant(
        "F11 connections that have finished are waited for",
        (("server/protocol.py", "if self.signal.stopped and", "if False and"),),
        _faults("streams", "goodbye"),
    ),
    Mutant(
        "F12 Sanic's own limit",
        (("server/app.py", "config.REQUEST_MAX_SIZE = JSON_LIMIT", "pass"),),
        _faults("bodies", "too_large or counted"),
    ),
    Mutant(
        "F12 every kind of body is parsed",
        (("server/bodies.py", 'if content_type.partition(";")[0].strip().lower() != "application/json":', "if False:"),),
        _faults("bodies", "dear"),
    ),
)  # fmt: skip


def main(names: list[str]) -> int:
    """Run the mutants whose names contain one of these words; all without any."""
    survivors = []
    for mutant in MUTANTS:
        if names and not any(name in mutant.name for name in names):
            continue
        began = time.monotonic()
        failed = _fails(mutant)
        verdict = "killed" if failed else "SURVIVED"
        sys.stdout.write(f"{verdict:9}{time.monotonic() - began:5.0f} s  {mutant.name}\n")
        sys.stdout.flush()
        survivors += [] if failed else [mutant.name]
    return 1 if survivors else 0


def _fails(mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory(prefix="zb-mutant-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND, symlinks=True)
        for file, text, instead in mutant.changes:
            before = (copy / file).read_text(encoding="utf-8")
            assert text in before, f"{mutant.name}: {file} reads differently now: {text}"
            (copy / file).write_text(before.replace(text, instead), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
        # 1: tests failed. Anything else is an error of ours, or nothing was run at all.
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{mutant.name}: pytest {done.returncode}\n{done.stdout[-2000:]}")
        return done.returncode == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
