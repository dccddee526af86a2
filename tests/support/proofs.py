"""`make prove`: the tests' own code with larger numbers, and a table of what was tried.

Loaded with `-p tests.support.proofs`; writes docs/proofs/README.md with commit and machine.
"""

import os
import platform
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "proofs" / "README.md"


@dataclass(slots=True)
class Row:
    """What became of one file's tests."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


_rows: dict[str, Row] = defaultdict(Row)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count a test where it ended."""
    row = _rows[report.nodeid.partition("::")[0]]
    row.seconds += report.duration
    if report.failed:
        row.failed += 1
    elif report.skipped:
        row.skipped += 1
    elif report.when == "call":
        row.passed += 1


def pytest_sessionfinish() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text("\n".join([*_head(), *_table(), ""]), encoding="utf-8")


def _head() -> list[str]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    now = datetime.now(UTC).strftime("%Y-%m-%d")
    return [
        "# Proofs",
        "",
        f"Written by `make prove` on {now}, commit {commit}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}.",
        "",
        "Random walks and races run ten to twenty times as long as in `make test`.",
        "",
    ]


def _table() -> list[str]:
    lines = ["| file | passed | failed | left out | seconds |", "|---|---|---|---|---|"]
    for name, row in sorted(_rows.items()):
        cells = (name, row.passed, row.failed, row.skipped, f"{row.seconds:.0f}")
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return lines
