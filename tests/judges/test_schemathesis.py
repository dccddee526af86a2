"""Schemathesis reads our own document and tries to make the live server contradict it."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.app import operations
from tests.live import Running, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PER_CALLER_S = 25
# A stream has no end, and a caller who signs himself out sees nothing but refusals afterwards.
LEFT_OUT = (
    "watch_session",
    "watch_challenge",
    "sign_out",
    "sign_out_device",
    "plain_sign_out",
    "switch_unit",
    "plain_switch",
)
# 428 says which header is missing better than the usual statuses do (contract §3); a page sends
# people on instead of refusing. Who guesses passwords long enough meets a lock (423).
SETTINGS = """
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 422, 428]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 410, 423, 429, 502, 503]
[[operations]]
include-tag = "plain"
checks.negative_data_rejection.expected-statuses = ["3xx", 400, 401, 403, 404, 409, 415, 422]
"""

# A check digit, a code's age, a relation's unit: no schema can say it, so these declare a 422 of
# their own.
BEYOND_SHAPE = """
[[operations]]
include-operation-id = "{}"
checks.positive_data_acceptance.expected-statuses = [{}, 422]
"""
USUAL = '"2xx", "3xx", 401, 403, 404, 409, 410, 423, 429, 502, 503'


def _settings() -> str:
    declared = [
        operation.function.__name__
        for operation in operations()
        if any(entry.status == 422 for entry in operation.refuses)
    ]
    return SETTINGS + "".join(BEYOND_SHAPE.format(name, USUAL) for name in declared)


@pytest.mark.parametrize("caller", ["nobody", "phone", "desk"])
def test_the_server_keeps_what_its_document_says(
    product: Running, tmp_path: Path, caller: str
) -> None:
    headers = asyncio.run(_headers_of(product, caller))

    done = _schemathesis(product.url, headers, tmp_path)

    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]


async def _headers_of(product: Running, caller: str) -> Mapping[str, str]:
    async with visiting(product) as live:
        if caller == "phone":
            return (await live.phone("P3")).headers
        if caller == "desk":
            desk = await live.sign_in("P1")
            await desk.issue()
            jar = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
            return {"Cookie": jar} | desk.headers
        return {}


def _schemathesis(
    url: str, headers: Mapping[str, str], folder: Path
) -> "subprocess.CompletedProcess[str]":
    settings = folder / "schemathesis.toml"
    settings.write_text(_settings(), encoding="utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    argv = [
        str(program),
        "--config-file",
        str(settings),
        "run",
        f"{url}/docs/openapi.json",
        "--url",
        url,
    ]
    argv += ["--checks", "all", "--phases", "examples,coverage,fuzzing"]
    argv += ["--max-time", str(PER_CALLER_S), "--max-examples", "40", "--seed", "2399"]
    argv += ["--generation-database", "none", "--continue-on-failure", "--request-timeout", "10"]
    argv += ["--no-color", "--warnings", "off", "--max-redirects", "0"]
    for name in LEFT_OUT:
        argv += ["--exclude-operation-id", name]
    for header in headers.items():
        argv += ["--header", ":".join(header)]
    return subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=200, check=False
    )
