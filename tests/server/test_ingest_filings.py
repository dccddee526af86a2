"""An existing system sends statuses of filings over HTTP, signed with its key."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.filing import Filing
from tests.build import a_unit
from tests.server.door import Door, door
from tests.server.ingesting import SECRET, post

PATH = "/api/v1/ingest/filings/status"


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application, which knows the system `core`."""
    async with door(sqlite_url, ingest_keys=f"core:{SECRET}") as opened:
        yield opened


async def send(front: Door, events: list[dict[str, Any]], secret: str = SECRET) -> tuple[int, Any]:
    return await post(front, PATH, {"events": events}, secret)


def an_event(uscc: str, number: int, status: str = "approved") -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "uscc": uscc,
        "external_no": f"X{number}",
        "item": "employee_add",
        "status": status,
        "at": "2026-03-02T01:00:00Z",
    }


async def test_a_batch_is_answered_event_by_event(front: Door) -> None:
    unit = await a_unit()
    first, unknown = an_event(unit.uscc, 1), an_event("91239900RLXDJ01N3N", 2)

    status, told = await send(front, [first, first, unknown])

    assert status == 200
    assert told["results"] == [
        {"event_id": "e1", "result": "applied"},
        {"event_id": "e1", "result": "duplicate"},
        {"event_id": "e2", "result": "rejected", "code": "SB-4001"},
    ]


async def test_a_full_batch_of_500_is_taken_and_one_more_refused(front: Door) -> None:
    unit = await a_unit()
    events = [an_event(unit.uscc, number) for number in range(501)]

    refused, _ = await send(front, events)
    status, told = await send(front, events[:500])

    assert (refused, status) == (422, 200)
    assert {each["result"] for each in told["results"]} == {"applied"}
    assert await Filing.all().count() == 500


async def test_a_wrong_signature_changes_nothing(front: Door) -> None:
    unit = await a_unit()

    status, told = await send(front, [an_event(unit.uscc, 1)], secret="x" * 40)

    assert status == 401
    assert told["code"].startswith("SB-")
    assert not await Filing.exists()


@pytest.mark.parametrize("status", ["draft", "done", ""])
async def test_a_status_that_cannot_be_sent_is_rejected(front: Door, status: str) -> None:
    unit = await a_unit()

    _, told = await send(front, [an_event(unit.uscc, 1, status)])

    assert [each["result"] for each in told["results"]] == ["rejected"]
    assert not await Filing.exists()
