"""Kill -9 at every await of commit, plan, claim, send and settle: nothing lost, nothing half."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
STEP = 1 if os.environ.get("ZB_PROVE") else 7
"""In `make test` every seventh await point, by `make prove` each."""


def walk(url: str, folder: Path, reports: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.notify.mortal", url, str(folder), str(STEP), reports],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own."""
    name = "sqlite_url" if request.param == "sqlite" else "fresh_postgres_url"
    return str(request.getfixturevalue(name))


@pytest.mark.timeout(900)
def test_a_worker_killed_anywhere_loses_nothing_and_repeats_nothing_that_was_reported(
    place: str, tmp_path: Path
) -> None:
    walked = walk(place, tmp_path, "receipts")

    assert walked["kills"] > 3
    assert (walked["lost"], walked["half"], walked["twice"]) == (0, 0, 0)


@pytest.mark.timeout(900)
def test_without_reports_a_kill_repeats_at_most_what_was_under_way(
    place: str, tmp_path: Path
) -> None:
    walked = walk(place, tmp_path, "silence")

    assert (walked["lost"], walked["half"]) == (0, 0)
    assert walked["most"] <= 2
