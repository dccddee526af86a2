"""F8, F11 on a small scale: what the protocol grants a client, with limits of a second."""

import asyncio
import time

import pytest

from tests.faults.small_server import REQUEST_S, RESPONSE_S, Small, small_server
from tests.support.rawhttp import RawClient, connected, request

LATEST_S = REQUEST_S * 1.5 + 0.5


async def _drips(port: int, begin: bytes, *, limit_s: float) -> float:
    """Send `begin`, then a byte every tenth of a second; after how long we were hung up on."""
    client = await RawClient.connect(port)
    began = time.monotonic()
    ended = asyncio.ensure_future(client.ended(limit_s))
    await client.send(begin)
    while not ended.done():
        await asyncio.sleep(0.1)
        if not ended.done():
            client.writer.write(b"1")
    client.close()
    assert await ended, f"still open after {limit_s} s"
    return time.monotonic() - began


DRIPS = {
    "header": b"GET /slow HTTP/1.1\r\nHost: x\r\nX-Long: ",
    "body": request("POST", "/body", length=60_000),
    "chunk": request("POST", "/body", {"Transfer-Encoding": "chunked"}) + b"ffff\r\n",
    "body of a refused request": request("POST", "/nowhere", length=60_000),
    "body nobody reads": request("GET", "/slow", length=60_000),
}


@pytest.mark.parametrize("what", DRIPS)
async def test_who_drips_a_request_is_hung_up_on_in_time(what: str) -> None:
    async with small_server() as small:
        assert await _drips(small.port, DRIPS[what], limit_s=6) <= LATEST_S


async def test_who_connects_and_says_nothing_is_hung_up_on_in_time() -> None:
    async with small_server() as small, connected(small.port) as client:
        assert await client.ended(LATEST_S)


async def test_a_handler_may_take_longer_than_a_request_may() -> None:
    async with small_server() as small, connected(small.port) as client:
        await client.send(request("GET", "/slow"))

        assert (await client.answer()).body == b"slow but sure"


async def test_each_request_of_a_connection_has_its_own_time() -> None:
    async with small_server() as small, connected(small.port) as client:
        for _ in range(3):
            await client.send(request("POST", "/body", body=b"12345"))
            assert (await client.answer()).body == b"5"
            await asyncio.sleep(REQUEST_S * 1.2)


async def test_who_does_not_read_costs_a_bounded_buffer_and_is_cut() -> None:
    async with small_server() as small, connected(small.port, receive_buffer=4096) as client:
        await client.send(request("GET", "/flood"))
        sent = await _until_it_stands_still(small)
        assert await _is_cut(small, RESPONSE_S * 1.5 + 2.0), "never cut"

    assert sent < 16 * 2**20, "the kernel's buffers, and ours of 64 KiB"


async def test_who_does_not_read_gains_no_time_by_sending() -> None:
    async with small_server() as small, connected(small.port, receive_buffer=4096) as client:
        await client.send(request("GET", "/flood"))
        await _until_it_stands_still(small)
        began = time.monotonic()
        while not small.cut and time.monotonic() - began < 8:
            client.writer.write(b"1")
            await asyncio.sleep(0.2)

        assert small.cut
        assert time.monotonic() - began <= RESPONSE_S * 1.5 + 2.0


async def _until_it_stands_still(small: Small) -> int:
    before = -1
    while before != small.sent:
        before = small.sent
        await asyncio.sleep(0.3)
    return before


async def _is_cut(small: Small, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not small.cut and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return small.cut
