"""The core system sends units over HTTP, signed with its key."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.unit import Unit
from models.vocabulary import UnitStatus
from tests.build import a_unit
from tests.server.door import Door, door
from tests.server.ingesting import SECRET, post

PATH = "/api/v1/ingest/units"


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application, which knows the system `core`."""
    async with door(sqlite_url, ingest_keys=f"core:{SECRET}") as opened:
        yield opened


async def send(front: Door, units: list[dict[str, Any]], secret: str = SECRET) -> tuple[int, Any]:
    return await post(front, PATH, {"units": units}, secret)


def an_event(uscc: str, number: int) -> dict[str, Any]:
    return {"event_id": f"u{number}", "uscc": uscc, "name": "新名", "at": "2026-03-02T01:00:00Z"}


async def test_one_bad_row_does_not_stop_the_others(front: Door) -> None:
    first, last = await a_unit("甲公司"), await a_unit("乙公司")
    events = [an_event(first.uscc, 1), an_event("91239900RLXDJ01N3X", 2), an_event(last.uscc, 3)]

    status, told = await send(front, events)

    assert status == 200
    assert told["results"] == [
        {"event_id": "u1", "result": "applied"},
        {
            "event_id": "u2",
            "result": "rejected",
            "code": "SB-1003",
            "errors": [{"pointer": "/units/1/uscc", "detail": "校验码不正确"}],
        },
        {"event_id": "u3", "result": "applied"},
    ]
    assert await Unit.filter(name="新名").count() == 2


async def test_a_unit_is_closed_and_opened_again(front: Door) -> None:
    unit = await a_unit("甲公司")
    seen = []
    for number, status in enumerate(["closed", "open", "gone"]):
        _, told = await send(front, [{**an_event(unit.uscc, number), "status": status}])
        seen.append((told["results"][0]["result"], (await Unit.get(id=unit.id)).status))

    assert seen == [
        ("applied", UnitStatus.CLOSED),
        ("applied", UnitStatus.WAITING_SYNC),
        ("rejected", UnitStatus.WAITING_SYNC),
    ]


async def test_a_wrong_signature_changes_nothing(front: Door) -> None:
    unit = await a_unit()

    status, _ = await send(front, [an_event(unit.uscc, 1)], secret="x" * 40)

    assert status == 401
    assert (await Unit.get(id=unit.id)).name == unit.name
