"""F8: slow clients are hung up on in time, and nobody else notices them."""

import asyncio
import statistics
import time

import pytest

from tests.faults.clocks import slack, timed
from tests.faults.conftest import Fragile
from tests.live import API, Live
from tests.support.figures import Figure
from tests.support.rawhttp import RawClient, request

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]
EACH, CLOSED_S = 50, 16.0
_ISSUE = f"{API}/login/challenges"
_JSON = {"Content-Type": "application/json"}
KINDS = {
    "header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ",
    "body": request("POST", _ISSUE, _JSON, b'{"role":"', length=60_000),
    "chunk": request("POST", _ISSUE, {**_JSON, "Transfer-Encoding": "chunked"}) + b'9\r\n{"role":"',
    "refused": request("POST", "/nowhere", _JSON, b"{", length=60_000),
    "silent": b"",
}


async def _drip(port: int, begin: bytes) -> float:
    client = await RawClient.connect(port)
    began = time.monotonic()
    ended = asyncio.ensure_future(client.ended(CLOSED_S + 10))
    client.writer.write(begin)
    while not ended.done():
        await asyncio.wait([ended], timeout=1.0)
        if begin and not ended.done():
            client.writer.write(b"1")
    client.close()
    return time.monotonic() - began


async def test_fifty_of_each_kind_of_slow_client_are_gone_in_time_and_others_stay_fast(
    fragile: Fragile, guests: Live, figure: Figure
) -> None:
    desk = await guests.sign_in("P11")
    usual_s = await slack(desk, 5)
    slow = {
        kind: [asyncio.ensure_future(_drip(fragile.port, begin)) for _ in range(EACH)]
        for kind, begin in KINDS.items()
    }

    others = []
    while not all(task.done() for tasks in slow.values() for task in tasks):
        others.append(await timed(desk.get("/session")))
        await asyncio.sleep(0.2)

    latest = {kind: max(task.result() for task in tasks) for kind, tasks in slow.items()}
    taken = [each.took_s for each in others]
    figure("latest_s", {kind: round(s, 1) for kind, s in latest.items()})
    figure("others_ms", round(statistics.median(taken) * 1000))
    figure("others_max_ms", round(max(taken) * 1000))
    assert max(latest.values()) <= CLOSED_S, latest
    assert {each.answer.status for each in others} == {200}
    assert statistics.median(taken) <= max(0.05, 2 * usual_s)
    assert max(taken) <= 1.0
