"""F12: bodies that are too large or of another kind are refused before they cost anything."""

import asyncio
import time

import pytest

from tests.faults.clocks import timed
from tests.faults.conftest import Fragile
from tests.live import API, Live
from tests.support.rawhttp import RawAnswer, connected, request

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]
ISSUE = f"{API}/login/challenges"
JSON = {"Content-Type": "application/json"}
CHUNKED = {**JSON, "Transfer-Encoding": "chunked"}
LIMIT = 64 * 1024


async def _answered(port: int, data: bytes) -> RawAnswer:
    """The answer to bytes after which nothing more is sent; hung up after an answer of 413."""
    async with connected(port) as client:
        await client.send(data)
        answer = await client.answer(3.0)
        if answer.status == 413:
            assert await client.ended(3.0)
        return answer


@pytest.mark.parametrize("claimed", [LIMIT + 1, 10**12])
async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read(
    claimed: int, fragile: Fragile
) -> None:
    answer = await _answered(fragile.port, request("POST", ISSUE, JSON, length=claimed))

    assert (answer.status, answer.code) == (413, "SB-9013")


async def test_a_chunk_that_is_announced_too_large_is_refused_before_it_is_read(
    fragile: Fragile,
) -> None:
    answer = await _answered(fragile.port, request("POST", ISSUE, CHUNKED) + b"10001\r\n")

    assert (answer.status, answer.code) == (413, "SB-9013")


async def test_small_chunks_are_counted_together(fragile: Fragile) -> None:
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"

    # No end: the answer comes as soon as the sum is too large.
    answer = await _answered(fragile.port, request("POST", ISSUE, CHUNKED) + chunk * 65)

    assert (answer.status, answer.code) == (413, "SB-9013")


async def test_a_body_of_exactly_the_limit_is_read(fragile: Fragile) -> None:
    body = b'{"role": "clerk"}'.ljust(LIMIT)

    answer = await _answered(fragile.port, request("POST", ISSUE, JSON, body))

    assert answer.status == 201


FORM = b"&".join(b"a%d=%%41" % number for number in range(7_000))[:60_000]
MULTIPART = b"".join(
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1_000)
)
DEEP = b"[" * 60_000


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/x-www-form-urlencoded", FORM, 415, "SB-9014"),
        ("multipart/form-data; boundary=x", MULTIPART, 415, "SB-9014"),
        ("text/plain", b"{}", 415, "SB-9014"),
        ("application/json", DEEP, 400, "SB-9007"),
        ("application/json", b'{"a":' * 10_000, 400, "SB-9007"),
    ],
    ids=["urlencoded", "multipart", "plain", "deep list", "deep object"],
)
async def test_bodies_that_are_dear_to_parse_are_refused_cheaply(
    content_type: str, body: bytes, status: int, code: str, fragile: Fragile, guests: Live
) -> None:
    desk = guests.desk()
    await desk.issue()
    data = request("POST", ISSUE, {"Content-Type": content_type}, body)

    began = time.monotonic()
    asked = [asyncio.ensure_future(_answered(fragile.port, data)) for _ in range(20)]
    others = [await timed(desk.get(desk.path)) for _ in range(5)]
    answers = await asyncio.gather(*asked)
    took_s = time.monotonic() - began

    assert {(answer.status, answer.code) for answer in answers} == {(status, code)}
    # Parsing one of these forms as Sanic does it takes longer than all of this.
    assert took_s <= 1.5
    assert {each.answer.status for each in others} == {200}
