"""Tiers: tests that need something which not every machine has, and what is said when it is absent.

A marker names the tier. Absent: skipped with the reason; with CI=true a failure, so that nothing is
left out unseen. Each tier left out gets one line at the end of the run.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.support.services import why_no_postgres, why_no_redis, why_no_spare_redis


def _why_no_node() -> str:
    return "" if shutil.which("node") else "no node on the PATH"


def _why_no_browser() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return "" if found else "no chromium or google-chrome on the PATH"


WHY_NOT: dict[str, Callable[[], str]] = {
    "postgres": why_no_postgres,
    "redis": why_no_redis,
    "spare_redis": why_no_spare_redis,
    "node": _why_no_node,
    "browser": _why_no_browser,
}


@dataclass(slots=True)
class LeftOut:
    """What a run has left out: tier → why, and how many tests."""

    why: dict[str, str] = field(default_factory=dict)
    tests: dict[str, int] = field(default_factory=dict)

    def note(self, tier: str, reason: str) -> None:
        """One more test was left out."""
        self.why[tier] = reason
        self.tests[tier] = self.tests.get(tier, 0) + 1

    def lines(self) -> list[str]:
        """One line a tier."""
        return [
            f"left out: {tier} ({self.tests[tier]} tests): {why}" for tier, why in self.why.items()
        ]


def strict() -> bool:
    """Whether a missing tier is a failure."""
    return os.environ.get("CI", "").lower() == "true"


def require(item: pytest.Item, left_out: LeftOut) -> None:
    """Skip, or fail, a test whose tiers are not all there."""
    for tier, why_not in WHY_NOT.items():
        if item.get_closest_marker(tier) and (reason := why_not()):
            left_out.note(tier, reason)
            if strict():
                pytest.fail(f"CI=true, and {reason}", pytrace=False)
            pytest.skip(reason)
