"""F1 at the door: clients that send a request and hang up cost the database nothing."""

import asyncio
import time

import pytest

from tests.faults.clocks import timed
from tests.faults.conftest import Fragile
from tests.live import API, Desk, Live
from tests.support import services
from tests.support.figures import Figure
from tests.support.rawhttp import request, send_and_reset

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]
ABORTS = 2_000


async def test_two_thousand_aborted_requests_leave_the_database_answering(
    fragile: Fragile, guests: Live, figure: Figure
) -> None:
    desk = await guests.sign_in("P11")
    grant = (await desk.get("/grants")).good()["items"][0]

    usual = await asyncio.gather(*(timed(desk.get("/session/units")) for _ in range(4)))
    span_s = min(0.02, 2 * max(each.took_s for each in usual))
    change, reading = _change(desk, grant["id"]), _reading(desk)

    left_open: list[int] = []
    watching = asyncio.ensure_future(_watch(fragile, left_open))

    began = time.monotonic()
    await asyncio.gather(
        *(
            asyncio.to_thread(_abort, fragile.port, data, ABORTS // 4, span_s)
            for data in (change, change, change, reading)
        )
    )

    took_s = time.monotonic() - began
    figure("aborts, in s", ABORTS, round(took_s, 1))
    answer = await timed(desk.get("/grants"))
    assert answer.answer.status == 200
    assert answer.took_s <= 1.0, "it waited for a connection"
    answers = await asyncio.gather(*(desk.get("/session/units") for _ in range(30)))
    assert {each.status for each in answers} == {200}
    await asyncio.sleep(1.2)
    watching.cancel()
    assert left_open, "nobody has looked"
    assert max(left_open) == 0, "a transaction was left open"
    again = (await desk.get("/grants")).good()["items"][0]
    assert again["revision"] == grant["revision"]


async def _watch(fragile: Fragile, seen: list[int]) -> None:
    while True:
        seen.append(await services.abandoned(fragile.direct_database))
        await asyncio.sleep(0.4)


def _change(desk: Desk, grant_id: str) -> bytes:
    # A stale revision: every time a transaction that begins, writes nothing and is rolled back.
    headers = _headers(desk) | {"If-Match": '"999"', "Content-Type": "application/json"}
    return request(
        "POST", f"{API}/grants/{grant_id}/revoke", headers, '{"reason": "离职"}'.encode()
    )


def _reading(desk: Desk) -> bytes:
    return request("GET", f"{API}/session/units", _headers(desk))


def _headers(desk: Desk) -> dict[str, str]:
    jar = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
    return desk.headers | {"Cookie": jar}


def _abort(port: int, data: bytes, times: int, span_s: float) -> None:
    for number in range(times):
        # Now before the server has looked at it, now at every moment until it has answered.
        send_and_reset(port, data, linger_s=number % 20 / 20 * span_s)
