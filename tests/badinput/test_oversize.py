"""Too much of anything: refused before it is read, and the server goes on as if nothing were."""

import asyncio
import resource

import pytest

from server.app import JSON_LIMIT
from tests.badinput.judging import faults_of_refusal, nothing_changes
from tests.badinput.rawhttp import request, speak
from tests.live import Live

LINE = b"POST /api/v1/login/challenges HTTP/1.1"
JSON = b"Content-Type: application/json"


def _declared(length: int) -> bytes:
    return request(LINE, JSON, f"Content-Length: {length}".encode())


@pytest.mark.parametrize("length", [JSON_LIMIT + 1, 10**6, 10**9, 10**15, 10**17])
async def test_a_body_said_to_be_too_long_is_refused_before_it_is_sent(
    live: Live, length: int
) -> None:
    async with nothing_changes(live):
        reply = await speak(live.running.port, _declared(length))

    assert reply.statuses == [413]
    assert b"application/problem+json" in reply.head
    assert b"SB-9013" in reply.data
    assert reply.closed


async def test_a_body_just_below_the_limit_is_read(live: Live) -> None:
    padding = b" " * (JSON_LIMIT - len(b'{"role":"x"}'))

    answer = await live.client().send("POST", "/login/challenges", raw=b'{"role":"x"}' + padding)

    assert (answer.status, answer.code) == (422, "SB-9007")


async def test_a_chunked_body_is_cut_off_at_the_limit(live: Live) -> None:
    head = request(LINE, JSON, b"Transfer-Encoding: chunked")
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"

    async with nothing_changes(live):
        reply = await speak(live.running.port, head, *[chunk] * 64)

    # The answer is lost when the line is cut while we are still sending.
    assert reply.statuses in ([413], [])
    assert reply.closed


async def test_one_chunk_said_to_be_huge_is_refused_before_it_is_sent(live: Live) -> None:
    head = request(LINE, JSON, b"Transfer-Encoding: chunked")

    reply = await speak(live.running.port, head + b"7fffffff\r\n ")

    assert reply.statuses == [413]
    assert reply.closed


async def test_a_compressed_body_is_not_unpacked(live: Live) -> None:
    answer = await live.client().send(
        "POST",
        "/login/challenges",
        raw=b"\x1f\x8b\x08\x00" + b"\x00" * 40,
        headers={"Content-Encoding": "gzip"},
    )

    assert not faults_of_refusal(answer)


@pytest.mark.parametrize(
    "headers",
    [
        [b"X-Long: " + b"a" * 20_000],
        [b"Cookie: " + b"a=b; " * 4_000],
        [b"X-%d: a" % number for number in range(3_000)],
        [b"Authorization: Bearer " + b"a" * 30_000],
        [b"a" * 20_000 + b": x"],
    ],
    ids=["one value", "cookies", "many", "token", "name"],
)
async def test_headers_beyond_the_limit_are_refused(live: Live, headers: list[bytes]) -> None:
    reply = await speak(live.running.port, request(b"GET /api/v1/session HTTP/1.1", *headers))

    assert reply.closed
    assert reply.statuses in ([], [400], [413], [431])


async def test_a_long_target_is_refused(live: Live) -> None:
    for path in (b"/" + b"a" * 15_000, b"/api/v1/session/units?q=" + b"a" * 15_000):
        reply = await speak(live.running.port, request(b"GET " + path + b" HTTP/1.1"))

        assert reply.closed
        assert len(reply.statuses) == 1
        assert 400 <= reply.statuses[0] < 500


async def test_a_crowd_of_oversized_bodies_costs_the_server_little(live: Live) -> None:
    before = _memory_kb(live)

    replies = await asyncio.gather(
        *(speak(live.running.port, _declared(10**9), b" " * 10**6) for _ in range(40))
    )

    assert {status for reply in replies for status in reply.statuses} <= {413}
    assert _memory_kb(live) - before < 20_000
    assert (await live.client().get("//healthz")).status == 200


def _memory_kb(live: Live) -> int:
    pages = live.running.server_memory_pages()
    return pages * resource.getpagesize() // 1024
