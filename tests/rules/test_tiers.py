"""What a machine cannot run is left out openly: one line a tier, and a failure under CI=true."""

import re
from pathlib import Path

import pytest

from tests.support import tiers

TESTS = Path(__file__).resolve().parents[1]
SKIPS = re.compile(r"pytest\.(?:skip\(|importorskip\(|mark\.skip)")

# What is skipped for another reason than a missing tier.
KNOWN = {
    "browser/__init__.py": 1,  # imported by everybody, also where the browser tests cannot run
    "sandbox/phone/__init__.py": 1,
    "gateways/test_alipay_sign.py": 1,  # another client to agree with, where it is installed
    "handlers/test_inbox.py": 1,  # a plan that PostgreSQL does not make for so few rows
    "handlers/test_inbox_growth.py": 1,  # timing, for `make prove`
    "pages/test_modules.py": 1,  # beside the marker of the tier
    "sandbox/test_control.py": 1,  # a machine without a network
    "sandbox/test_node_clients.py": 1,  # a package index that does not answer
    "support/tiers.py": 1,
}


def _outcome(monkeypatch: pytest.MonkeyPatch, ci: str) -> BaseException:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(BaseException) as left:  # noqa: PT011 - skips are no exceptions
        tiers.leave_out("vectors", "not there")
    return left.value


def test_a_missing_tier_is_a_skip_at_home_and_a_failure_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_home, in_ci = _outcome(monkeypatch, ""), _outcome(monkeypatch, "true")

    assert (type(at_home), str(at_home)) == (pytest.skip.Exception, "left out: vectors: not there")
    assert (type(in_ci), "vectors" in str(in_ci)) == (pytest.fail.Exception, True)


def test_each_tier_left_out_gets_one_line_with_its_number_of_tests() -> None:
    said = ["left out: vectors: not there"] * 2 + ["left out: redis: no answer", "another reason"]
    reports = [
        pytest.TestReport(
            "test", ("file", 1, "test"), {}, "skipped", ("file", 1, f"Skipped: {each}"), "setup"
        )
        for each in said
    ]

    assert tiers.left_out(reports) == [
        "left out: vectors (2 tests): not there",
        "left out: redis (1 tests): no answer",
    ]


def test_no_test_is_left_out_in_silence() -> None:
    found = {
        str(path.relative_to(TESTS)): len(SKIPS.findall(path.read_text(encoding="utf-8")))
        for path in TESTS.rglob("*.py")
        if path != Path(__file__)
    }

    assert {path: count for path, count in found.items() if count} == KNOWN
