"""F11: event streams begin at once, stay alive, and end with a goodbye."""

import asyncio
import os
import time
from collections.abc import Awaitable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from server import streams
from server.app import RESPONSE_S
from tests.faults.conftest import Fragile
from tests.faults.servers import Served, serving, visitors
from tests.live import API, Desk, Live
from tests.support.figures import Figure
from tests.support.rawhttp import RawClient, parse_head, request

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]
# Just longer than the longest silence of a stream: one that relied on more would be cut.
SHORT_RESPONSE_S = 11
WATCHED_S = 150 if os.environ.get("ZB_PROVE") == "1" else 24
OPEN = 50


@pytest.fixture(scope="module")
def hasty(fragile_product: Fragile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a short response timeout."""
    folder = Path(tmp_path_factory.mktemp("hasty"))
    module = ["tests.support.hasty", str(SHORT_RESPONSE_S)]
    with serving(fragile_product.running, folder, module=module) as served:
        yield served


async def _open(port: int, desk: Desk, path: str) -> RawClient:
    jar = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
    client = await RawClient.connect(port)
    await client.send(request("GET", f"{API}{path}", {"Cookie": jar}))
    return client


async def _listen(client: RawClient, seconds: float) -> list[float]:
    """When something came, in seconds since the call, and when it was over."""
    began, heard = time.monotonic(), [0.0]
    while (left_s := seconds - (time.monotonic() - began)) > 0:
        try:
            async with asyncio.timeout(left_s):
                data = await client.reader.read(65536)
        except TimeoutError:
            break
        assert data, f"cut after {time.monotonic() - began:.1f} s: {client.received[-200:]!r}"
        client.received += data
        heard.append(time.monotonic() - began)
    return [*heard, seconds]


def _longest_silence(heard: list[float]) -> float:
    return max(late - early for early, late in pairwise(heard))


def test_the_heartbeat_is_three_times_as_fast_as_the_timeout() -> None:
    assert streams.HEARTBEAT_S * 3 <= RESPONSE_S
    assert streams.SESSION_CHECK_S * 3 <= RESPONSE_S


async def test_the_first_byte_of_a_stream_comes_at_once(fragile: Fragile, guests: Live) -> None:
    desk = guests.desk()
    await desk.issue()
    began = time.monotonic()
    client = await _open(fragile.port, desk, f"{desk.path}/events")

    status, headers = parse_head(await client.reader.readuntil(b"\r\n\r\n"))
    await client.until(b":ok")

    assert time.monotonic() - began <= 1.0
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    client.close()


@pytest.mark.timeout(WATCHED_S + 90)
async def test_streams_are_never_silent_for_long_and_outlive_the_response_timeout(
    fragile: Fragile, hasty: Served, figure: Figure
) -> None:
    async with visitors(hasty, fragile.running) as guests:
        pending, scanned = guests.desk(), guests.desk()
        signed_in = await guests.sign_in("P11")
        phone = await guests.phone("P3")
        await pending.issue()
        await scanned.issue(phone.role)
        (await phone.scan(scanned)).good()
        clients = [
            await _open(hasty.port, pending, f"{pending.path}/events"),
            await _open(hasty.port, scanned, f"{scanned.path}/events"),
            await _open(hasty.port, signed_in, "/session/events"),
        ]
        heard = await asyncio.gather(*(_listen(client, WATCHED_S) for client in clients))

    silences = [round(_longest_silence(each), 1) for each in heard]
    figure("longest_silence_s", silences)
    assert max(silences) <= 15.0, silences
    for client in clients:
        client.close()


async def test_a_stopping_server_says_goodbye_to_every_stream_and_is_gone_in_five_seconds(
    fragile: Fragile, tmp_path: Path, figure: Figure
) -> None:
    with serving(fragile.running, tmp_path) as served:
        async with visitors(served, fragile.running) as guests:
            clients = await asyncio.gather(*_fifty_streams(served, guests))
            await asyncio.gather(*(client.until(b":ok") for client in clients))
            # Somebody who has asked before and keeps the connection must not hold it up either.
            idle = await _open(served.port, guests.desk(), "/session")
            await idle.answer()
            # As clients do that have not noticed anything, nobody hangs up.
            took_s = await asyncio.to_thread(served.stop)
            ended = await asyncio.gather(*(client.ended(2) for client in [*clients, idle]))

    figure("took_s", round(took_s, 1))
    assert all(ended)
    assert [b"event: bye" in client.received for client in clients] == [True] * OPEN
    assert took_s <= 5.0
    assert served.process.returncode == 0, served.told()


def _fifty_streams(served: Served, guests: Live) -> list[Awaitable[RawClient]]:
    async def challenge() -> RawClient:
        desk = guests.desk()
        await desk.issue()
        return await _open(served.port, desk, f"{desk.path}/events")

    async def session() -> RawClient:
        return await _open(served.port, await signed_in, "/session/events")

    signed_in = asyncio.ensure_future(guests.sign_in("P11"))
    return [challenge() if number % 2 else session() for number in range(OPEN)]
