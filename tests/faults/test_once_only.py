"""F2: a request that is sent again gets the first answer again, also when nobody saw that one."""

import asyncio
import secrets
from collections.abc import Awaitable
from typing import Any

import pytest

from tests.faults.conftest import Fragile
from tests.live import Answer, Desk, Live
from tests.support import services

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]
_SWITCHES = "SELECT count(*) FROM audit_entries WHERE body LIKE '%session.switch_unit%'"


async def _choosing(guests: Live) -> tuple[Desk, list[dict[str, str]]]:
    """A desk of somebody with several units, in none of them yet; the units."""
    desk = await guests.sign_in("P4")
    return desk, (await desk.get("/session/units")).good()["items"]


def _switch(desk: Desk, unit: dict[str, str], key: str) -> Awaitable[Answer]:
    # Not desk.post: every copy is sent with the cookie of before the switch.
    body = {"unit_id": unit["id"], "role": unit["role"]}
    twin = Desk(desk.url, desk.http, dict(desk.headers), dict(desk.cookies))
    return twin.post("/session/unit", body, **{"Idempotency-Key": key})


async def _switches(fragile: Fragile) -> int:
    rows = await services.ask(fragile.direct_database, _SWITCHES)
    return int(str(rows))


def _told(answer: Answer) -> tuple[int, Any, str]:
    session = {name: told for name, told in answer.good().items() if name != "expires_at"}
    return answer.status, session, answer.headers.get("Set-Cookie", "").partition(";")[0]


async def test_a_switch_sent_twice_happens_once_and_is_answered_alike(
    fragile: Fragile, guests: Live
) -> None:
    desk, units = await _choosing(guests)
    before, key = await _switches(fragile), secrets.token_hex(16)

    first = await _switch(desk, units[0], key)
    second = await _switch(desk, units[0], key)

    assert first.status == 200, first.body
    assert _told(second) == _told(first)
    assert await _switches(fragile) == before + 1


async def test_eight_copies_at_once_are_one_switch_and_eight_equal_answers(
    fragile: Fragile, guests: Live
) -> None:
    desk, units = await _choosing(guests)
    before, key = await _switches(fragile), secrets.token_hex(16)

    answers = await asyncio.gather(*(_switch(desk, units[0], key) for _ in range(8)))

    assert [answer.status for answer in answers] == [200] * 8, [a.body for a in answers]
    assert len({str(_told(answer)) for answer in answers}) == 1
    assert await _switches(fragile) == before + 1


async def test_the_same_key_with_another_body_is_refused(guests: Live) -> None:
    desk, units = await _choosing(guests)
    key = secrets.token_hex(16)
    (await _switch(desk, units[0], key)).good()

    other = await _switch(desk, units[1], key)

    assert (other.status, other.code) == (409, "SB-9006")


async def test_a_switch_whose_commit_nobody_saw_is_answered_when_it_is_sent_again(
    fragile: Fragile, guests: Live
) -> None:
    desk, units = await _choosing(guests)
    before, key = await _switches(fragile), secrets.token_hex(16)
    # The COMMIT arrives and is carried out; its answer does not come back.
    fragile.database.set(blackhole=frozenset({"down"}), only=b"COMMIT")

    lost = await _switch(desk, units[0], key)
    fragile.database.heal()
    again = await _switch(desk, units[0], key)

    assert (lost.status, lost.code) == (503, "SB-9010")
    assert again.status == 200, again.body
    assert await _switches(fragile) == before + 1
