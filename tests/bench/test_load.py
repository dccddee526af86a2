"""The load generator against small servers of our own: answers, streams, addresses."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bench.load.closed import closed_loop
from bench.load.crowd import newest_url
from bench.load.http import Caller, ConnectionLost, Response, build
from bench.load.login import SCANNED, Desk
from bench.load.pump import Pump, answered
from bench.load.stream import Waiter, open_stream

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


class Told:
    """A loopback server that answers each request with the next of its prepared answers."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.answers:
            try:
                self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            for piece in self.answers.pop(0).split(b"|"):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()


@pytest_asyncio.fixture
async def told() -> AsyncIterator[Told]:
    found = Told()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()
    await server.wait_closed()


async def one(told: Told, *answers: bytes) -> list[Response]:
    told.answers += answers
    caller = Caller(told.port)
    try:
        return [await caller.send(build("GET", "/")) for _ in answers]
    finally:
        caller.close()


async def test_an_answer_in_pieces_is_put_together(told: Told) -> None:
    found = await one(told, b"HTTP/1.1 200 OK\r\ncontent-le|ngth: 5\r\n\r\nhe|llo")

    assert found[0].status == 200
    assert found[0].body == b"hello"


async def test_chunks_are_joined_and_the_connection_is_kept(told: Told) -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel|\r\n2\r\nlo\r\n0\r\n\r\n"
    )

    found = await one(told, chunked, b"HTTP/1.1 204 No Content\r\n\r\n")

    assert [each.body for each in found] == [b"hello", b""]
    assert [each.status for each in found] == [200, 204]


async def test_a_connection_cut_in_an_answer_is_an_error(told: Told) -> None:
    with pytest.raises(ConnectionLost):
        await one(told, b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhel")


async def test_cookies_of_an_answer_become_one_header(told: Told) -> None:
    head = (
        b"HTTP/1.1 204 No Content\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2; Max-Age=60\r\n\r\n"
    )

    found = await one(told, head)

    assert found[0].cookies() == "a=1; b=2"
    assert found[0].cookies(lasting=True) == "b=2"


async def test_every_browser_comes_from_an_address_of_its_own(told: Told) -> None:
    told.answers += [CREATED] * 3
    desk = Desk(told.port, random.Random(1), origin="http://127.0.0.1:1")
    issuing = desk.issuing("clerk", addresses=3)

    assert (await closed_loop([issuing], 0.2)).done == 3
    issuing.close()

    addresses = {
        line
        for request in told.asked
        for line in request.split(b"\r\n")
        if line.startswith(b"X-Forwarded-For")
    }
    assert len(addresses) == 3


async def test_a_pump_asks_in_turn_counts_what_is_not_as_it_should_be_and_comes_back(
    told: Told,
) -> None:
    told.answers += [CREATED, b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n", CREATED]
    pump = Pump(told.port, answered(201), [build("GET", "/a"), build("GET", "/b")])

    first = await closed_loop([pump], 0.2)
    told.answers += [CREATED] * 2
    second = await closed_loop([pump], 0.2)
    pump.close()

    paths = [request.split()[1] for request in told.asked]
    assert paths[:3] == [b"/a", b"/b", b"/a"]
    assert set(paths[3:]) == {b"/a", b"/b"}
    assert (first.done, second.done) == (2, 2)
    assert first.bad == 1 + sum(first.faults.values())
    assert set(first.faults) == {"ConnectionLost: closed by the server"}


async def test_a_waiter_hears_its_event_even_when_it_came_before_it_was_asked_for(
    told: Told,
) -> None:
    told.answers.append(b'HTTP/1.1 200 OK\r\n\r\nevent: status\ndata: {"status": "scan|ned"}\n\n')
    waiter = await open_stream(told.port, build("GET", "/events"))

    first = await asyncio.wait_for(waiter.expect(SCANNED), 5)
    again = await asyncio.wait_for(waiter.expect(SCANNED), 5)

    assert waiter.status == 200
    assert again >= first
    waiter.close()


async def test_a_waiter_whose_stream_ends_is_told_so(told: Told) -> None:
    told.answers.append(b"HTTP/1.1 200 OK\r\n\r\n: nothing")
    waiter = await open_stream(told.port, build("GET", "/events"))

    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(waiter.expect(SCANNED), 5)


def test_the_newest_frame_already_shown_is_the_one_to_scan() -> None:
    waiter = Waiter(b"")
    waiter.tail = (
        b'event: frame\ndata: {"frames":[{"url":"old","at":"1970-01-01T00:00:10Z"},'
        b'{"url":"now","at":"1970-01-01T00:00:15Z"},{"url":"soon","at":"1970-01-01T00:00:20Z"}]}'
    )

    assert newest_url(waiter, "issued", lambda: 17.0) == "now"
    assert newest_url(waiter, "issued", lambda: 1.0) == "old"


def test_without_a_frame_the_issued_text_is_scanned() -> None:
    assert newest_url(Waiter(b""), "issued") == "issued"


async def test_a_loop_counts_what_went_well_and_what_did_not() -> None:
    answers = iter(["yes", "no", "broken"])

    async def operation() -> bool:
        await asyncio.sleep(0.001)
        answer = next(answers, "yes")
        if answer == "broken":
            raise ValueError(answer)
        return answer == "yes"

    found = await closed_loop([operation], 0.1)

    assert found.bad == 2
    assert found.done >= 5
    assert found.wall_s >= 0.1
    assert len(found.latencies_ms) == found.done + found.bad
