"""A row of a batch that cannot be read spoils no other, whatever the batch is of (contract §11)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.audit import AuditEntry
from models.ingest import IngestEvent
from tests.build import a_unit
from tests.server.door import Door, door
from tests.server.ingesting import SECRET, post

AT = "2026-03-02T01:00:00Z"
FILING = {"external_no": "X1", "item": "employee_add", "status": "approved", "at": AT}
CERTIFICATE = {
    "issuer": "测试机构",
    "serial": "2A",
    "not_before": AT,
    "not_after": "2027-03-02T01:00:00Z",
}
UNIT = {"name": "新名", "at": AT}
KINDS = {
    "events": ("/api/v1/ingest/filings/status", FILING),
    "certificates": ("/api/v1/ingest/certificates", CERTIFICATE),
    "units": ("/api/v1/ingest/units", UNIT),
}
WRONG = {"code": "SB-9007", "result": "rejected"}


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application, which knows the system `core`."""
    async with door(sqlite_url, ingest_keys=f"core:{SECRET}") as opened:
        yield opened


async def send(front: Door, kind: str, rows: list[Any]) -> list[dict[str, Any]]:
    status, told = await post(front, KINDS[kind][0], {kind: rows})
    assert status == 200, told
    results: list[dict[str, Any]] = told["results"]
    return results


async def a_row(kind: str, event_id: object, **more: object) -> dict[str, Any]:
    return {"event_id": event_id, "uscc": (await a_unit()).uscc, **KINDS[kind][1], **more}


@pytest.mark.parametrize("kind", KINDS)
async def test_rows_of_wrong_types_and_shapes_are_named_and_the_others_apply(
    front: Door, kind: str
) -> None:
    good, last = await a_row(kind, "e1"), await a_row(kind, "e9")
    rows: list[Any] = [
        good,
        {**good, "event_id": "e2", "uscc": 5},
        {key: value for key, value in good.items() if key != "uscc"} | {"event_id": "e3"},
        {**good, "event_id": "e4", "further": 1},
        {**good, "event_id": 7},
        "no row",
        None,
        {**good, "event_id": "e7", "uscc": "9123\u200b"},
        last,
    ]

    told = await send(front, kind, rows)

    assert [each["result"] for each in (told[0], told[-1])] == ["applied", "applied"]
    middle = [(each["event_id"], [at["pointer"] for at in each["errors"]]) for each in told[1:-1]]
    assert middle == [
        ("e2", [f"/{kind}/1/uscc"]),
        ("e3", [f"/{kind}/2/uscc"]),
        ("e4", [f"/{kind}/3/further"]),
        ("", [f"/{kind}/4/event_id"]),
        ("", [f"/{kind}/5"]),
        ("", [f"/{kind}/6"]),
        ("e7", [f"/{kind}/7/uscc"]),
    ]
    assert all(WRONG.items() <= each.items() for each in told[1:-1])


@pytest.mark.parametrize("kind", KINDS)
async def test_a_mended_row_is_taken_when_it_is_sent_again(front: Door, kind: str) -> None:
    good = await a_row(kind, "e1")
    await send(front, kind, [{**good, "uscc": [good["uscc"]]}])
    assert not await IngestEvent.exists()
    assert not await AuditEntry.exists()

    told = await send(front, kind, [good])

    assert [each["result"] for each in told] == ["applied"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", ["no list", "none", "further", "501"])
async def test_a_body_that_is_wrong_as_a_whole_is_refused_as_a_whole(
    front: Door, kind: str, wrong: str
) -> None:
    row = await a_row(kind, "e1")
    bodies: dict[str, object] = {
        "no list": {kind: row},
        "none": {kind: []},
        "further": {kind: [row], "more": 1},
        "501": {kind: [row] * 501},
    }

    status, told = await post(front, KINDS[kind][0], bodies[wrong])

    assert (status, told["code"]) == (422, "SB-9007")
    assert not await IngestEvent.exists()


@pytest.mark.parametrize("kind", KINDS)
async def test_an_event_id_that_nobody_could_read_back_is_not_sent_back(
    front: Door, kind: str
) -> None:
    good = await a_row(kind, "e1")
    named = ["x" * 65, "e\u202e1", "事件", ["e1"]]

    told = await send(front, kind, [{**good, "event_id": each} for each in named])

    assert [each["event_id"] for each in told] == [""] * 4


async def test_what_a_handler_refuses_is_pointed_at_from_the_root_of_the_body(front: Door) -> None:
    good = await a_row("certificates", "c1")
    turned = {**good, "event_id": "c2", "not_before": good["not_after"]}

    told = await send(front, "certificates", [good, turned])

    assert [each["pointer"] for each in told[1]["errors"]] == ["/certificates/1/not_after"]
