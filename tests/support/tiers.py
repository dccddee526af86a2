"""Tiers: tests that need something which not every machine has, and what is said when it is absent.

A marker names the tier. Absent: skipped with the reason; with CI=true a failure, so that nothing is
left out unseen. Each tier left out gets one line at the end of the run.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NoReturn

import pytest

from tests.support.services import why_no_postgres, why_no_redis, why_no_spare_redis


def _why_no_node() -> str:
    return "" if shutil.which("node") else "no node on the PATH"


def _why_no_browser() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return "" if found else "no chromium or google-chrome on the PATH"


_SAID = "left out: "
WHY_NOT: dict[str, Callable[[], str]] = {
    "postgres": why_no_postgres,
    "redis": why_no_redis,
    "spare_redis": why_no_spare_redis,
    "node": _why_no_node,
    "browser": _why_no_browser,
}


def strict() -> bool:
    """Whether a missing tier is a failure."""
    return os.environ.get("CI", "").lower() == "true"


def require(item: pytest.Item) -> None:
    """Skip, or fail, a test whose tiers are not all there."""
    for tier, why_not in WHY_NOT.items():
        if item.get_closest_marker(tier) and (reason := why_not()):
            leave_out(tier, reason)


def leave_out(tier: str, reason: str) -> NoReturn:
    """Leave the running test out, for fixtures that find out by trying; a failure under CI=true."""
    if strict():
        pytest.fail(f"CI=true, and {_SAID}{tier}: {reason}", pytrace=False)
    pytest.skip(f"{_SAID}{tier}: {reason}")


def left_out(reports: Iterable[pytest.TestReport]) -> list[str]:
    """One line a tier that these reports say was left out, with how many tests.

    Read from the reports, which reach the process that closes the run from every process of it.
    """
    tests: Counter[str] = Counter()
    for report in reports:
        said = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if _SAID in said:
            tests[said.partition(_SAID)[2].splitlines()[0]] += 1
    return [
        f"left out: {tier} ({count} tests): {why}"
        for (tier, _, why), count in ((each.partition(": "), n) for each, n in tests.items())
    ]
