"""An existing system sends certificates over HTTP, signed with its key."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from models.certificate import Certificate, CertificateReminder
from models.vocabulary import CertificateSource, CertificateState
from tests.build import NOW, a_unit
from tests.certificates import TODAY, owed_of
from tests.server.door import Door, door
from tests.server.ingesting import SECRET, post

PATH = "/api/v1/ingest/certificates"


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application, which knows the system `core`."""
    async with door(sqlite_url, ingest_keys=f"core:{SECRET}") as opened:
        yield opened


async def send(front: Door, rows: list[dict[str, Any]], secret: str = SECRET) -> tuple[int, Any]:
    return await post(front, PATH, {"certificates": rows}, secret)


async def results(front: Door, *rows: dict[str, Any]) -> list[str]:
    _, told = await send(front, list(rows))
    return [each.get("code", each["result"]) for each in told["results"]]


def a_row(uscc: str, event: str, serial: str = "2A00FF", **more: object) -> dict[str, Any]:
    return {
        "event_id": event,
        "uscc": uscc,
        "issuer": "测试机构",
        "serial": serial,
        "not_before": (NOW - timedelta(days=350)).isoformat(),
        "not_after": (NOW + timedelta(days=15)).isoformat(),
        **more,
    }


async def test_a_batch_is_answered_row_by_row(front: Door) -> None:
    unit = await a_unit()
    good, unknown = a_row(unit.uscc, "c1"), a_row("91239900RLXDJ01N3N", "c2")
    turned = a_row(unit.uscc, "c3", "3", not_before=good["not_after"])

    told = await results(front, good, good, {**good, "event_id": "c4"}, unknown, turned)

    assert told == ["applied", "duplicate", "duplicate", "SB-4001", "SB-9007"]
    kept = await Certificate.get()
    assert (kept.source, kept.serial) == (CertificateSource.INGEST, "2a00ff")
    assert kept.next_step_on == TODAY


async def test_a_revoked_one_is_told_and_never_comes_back(front: Door) -> None:
    unit = await a_unit()
    await results(front, a_row(unit.uscc, "c1"))

    gone = await results(front, a_row(unit.uscc, "c2", status="revoked"))
    late = await results(front, a_row(unit.uscc, "c3"), a_row(unit.uscc, "c4", status="lost"))

    assert (gone, late) == (["applied"], ["duplicate", "SB-5003"])
    kept = await Certificate.get()
    assert (kept.state, kept.next_step_on) == (CertificateState.REVOKED, None)
    assert [topic for topic, _, _ in await owed_of("certificate.")] == ["certificate.revoked"]


async def test_a_successor_ends_the_reminders_of_the_old_one(front: Door) -> None:
    unit = await a_unit()
    await results(front, a_row(unit.uscc, "c1"))
    ends = (NOW + timedelta(days=380)).isoformat()

    told = await results(front, a_row(unit.uscc, "c2", "2b", not_after=ends, replaces="2a00ff"))

    assert told == ["applied"]
    old, new = await Certificate.all().order_by("id")
    assert (old.state, old.replaced_by) == (CertificateState.REPLACED, new.id)
    assert not await CertificateReminder.exists()
    assert [topic for topic, _, _ in await owed_of("certificate.")] == ["certificate.renewed"]


async def test_a_wrong_signature_changes_nothing(front: Door) -> None:
    unit = await a_unit()

    status, _ = await send(front, [a_row(unit.uscc, "c1")], secret="x" * 40)

    assert status == 401
    assert not await Certificate.exists()
