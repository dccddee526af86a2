"""The command line: `python -m bench list | run | compare | plot | gate`."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import box, plot, record, report
from bench.goals import Goals, read_goals
from bench.record import SuiteResult
from bench.run import Run
from bench.suites import certs, delivery, grants, http, inbox, login, push, qr, waiters

OUT = Path("bench/out")
# Per suite: what measures it, and its wall limits in seconds, full and quick.
SUITES: dict[str, tuple[Callable[[Run], Awaitable[SuiteResult]], float, float]] = {
    "qr": (qr.measure, qr.LIMIT_S, qr.QUICK_S),
    "http": (http.measure, http.LIMIT_S, http.QUICK_S),
    "login": (login.measure, login.LIMIT_S, login.QUICK_S),
    "grants": (grants.measure, grants.LIMIT_S, grants.QUICK_S),
    "delivery": (delivery.measure, delivery.LIMIT_S, delivery.QUICK_S),
    "push": (push.measure, push.LIMIT_S, push.QUICK_S),
    "inbox": (inbox.measure, inbox.LIMIT_S, inbox.QUICK_S),
    "certs": (certs.measure, certs.LIMIT_S, certs.QUICK_S),
    "waiters": (waiters.measure, waiters.LIMIT_S, waiters.QUICK_S),
}
ROUNDS, QUICK_ROUNDS = 40, 12
SECONDS, QUICK_SECONDS = 0.5, 0.15
GRACE_S = 120.0


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 done, 1 a goal failed or a suite broke, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="suites, their goals and gates")
    run = commands.add_parser("run", help="measure and write a result file")
    run.add_argument("suites", nargs="*", metavar="suite", help=f"of {', '.join(SUITES)}; else all")
    run.add_argument("--rounds", type=int, help=f"paired rounds (default {ROUNDS})")
    run.add_argument("--seconds", type=float, help=f"of load per stretch (default {SECONDS})")
    run.add_argument("--quick", action="store_true", help="under three minutes; never gates")
    run.add_argument("--out", type=Path, default=OUT, help="result file, or a folder")
    compare = commands.add_parser("compare", help="two results, by their ratios only")
    compare.add_argument("old", type=Path)
    compare.add_argument("new", type=Path)
    for name, about in (("plot", "draw a result"), ("gate", "exit 1 when a goal failed")):
        commands.add_parser(name, help=about).add_argument("result", type=Path)
    given = parser.parse_args(argv)
    try:
        return int(COMMANDS[given.command](given))
    except (OSError, ValueError) as wrong:
        print(f"bench: {wrong}", file=sys.stderr)
        return 2


def _list(_: argparse.Namespace) -> int:
    print(report.goals_table(read_goals().table))
    return 0


def _run(given: argparse.Namespace) -> int:
    unknown = set(given.suites) - set(SUITES)
    if unknown:
        raise ValueError(f"no such suite: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, _stopped)
    started = datetime.now(UTC)
    path = _result_path(given.out, started)
    box.raise_fd_limit()
    fingerprint = box.fingerprint()
    box.pin_client()
    goals = read_goals()
    run = Run(
        out=path.parent,
        logs=path.parent / "logs",
        goals=goals,
        rounds=given.rounds or (QUICK_ROUNDS if given.quick else ROUNDS),
        seconds=given.seconds or (QUICK_SECONDS if given.quick else SECONDS),
        quick=given.quick,
    )
    suites = []
    for name in given.suites or SUITES:
        result = _measure(name, run, goals)
        print(report.suite_text(result), flush=True)
        suites.append(record.suite_json(result))
    document: dict[str, Any] = {
        "schema": record.SCHEMA,
        "started": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "quick": run.quick,
        "asked": {"rounds": run.rounds, "seconds": run.seconds},
        "box": fingerprint,
        "versions": box.versions(),
        "suites": suites,
    }
    record.write(path, document)
    if len(suites) > 1:
        print(report.summary(document))
    for drawn in (path, *plot.draw(document, path)):
        print(f"written: {drawn}")
    return gate(document)


def _measure(name: str, run: Run, goals: Goals) -> SuiteResult:
    measure, full_s, quick_s = SUITES[name]
    # The grace is for starting servers and installing peers on first use.
    limit_s = (quick_s if run.quick else full_s) + GRACE_S
    begin = time.monotonic()
    print(f"== {name} (at most {limit_s:.0f} s)", flush=True)
    result = SuiteResult(name)
    try:
        result = _in_loop(measure(run), limit_s)
    except TimeoutError:
        result.notes.append(f"stopped at its wall limit of {limit_s:.0f} s")
    result.wall_s = time.monotonic() - begin
    result.judge(goals.of(name))
    return result


def _in_loop(measuring: Awaitable[SuiteResult], limit_s: float) -> SuiteResult:
    async def bounded() -> SuiteResult:
        return await asyncio.wait_for(measuring, limit_s)

    try:
        import uvloop
    except ImportError:
        return asyncio.run(bounded())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(bounded())


def _result_path(out: Path, started: datetime) -> Path:
    if out.suffix == ".json":
        return out
    return out / f"{started:%Y%m%dT%H%M%SZ}.json"


def _stopped(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _compare(given: argparse.Namespace) -> int:
    print(report.comparison(record.read(given.old), record.read(given.new)))
    return 0


def _plot(given: argparse.Namespace) -> int:
    drawn = plot.draw(record.read(given.result), given.result)
    for path in drawn:
        print(f"written: {path}")
    if not drawn:
        print(report.summary(record.read(given.result)))
    return 0


def _gate(given: argparse.Namespace) -> int:
    document = record.read(given.result)
    print(report.summary(document))
    return gate(document)


def gate(document: dict[str, Any]) -> int:
    """1 when a goal failed in a full run; a quick run never gates."""
    if document.get("quick"):
        return 0
    verdicts = [goal["verdict"] for suite in document["suites"] for goal in suite["goals"]]
    return 1 if "fail" in verdicts else 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list, "run": _run, "compare": _compare, "plot": _plot, "gate": _gate,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
