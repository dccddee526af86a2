"""The core system: against the sandbox, page by page, and against peers that answer rubbish."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.filing_events import Result
from handlers.unit_sync import SentUnit
from models.errors.entry import Refusal
from models.errors.unit import CORE_UNAVAILABLE
from server.gateways.accounts import CoreAccount
from server.gateways.core import ROWS, Core
from server.wire.ingest_bodies import read_units
from tests.gateways.conftest import Ctl, OpenTransport
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer, Says

PAGE: dict[str, Any] = {"units": [], "next": "7", "more": False}
UNIT = {
    "uscc": "91239900RLXDJ01N3N",
    "name": "测试公司",
    "status": "closed",
    "legal_rep": {"id_type": "01", "id_no": "239900196905180577", "name": "张三"},
    "relations": [{"insurance": "110", "unit_no": "1", "agency": "239900000001"}],
}


def now() -> datetime:
    return datetime.now(UTC)


async def at_the_sandbox(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport, **other: str
) -> Core:
    keys = (await ctl("/credentials"))["core"] | other
    account = CoreAccount(f"{sandbox_url}/core", keys["key"], keys["secret"])
    return Core(account, await open_transport(account.base_url), now, read_units)


async def test_a_unit_arrives_as_it_was_told(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    core = await at_the_sandbox(ctl, sandbox_url, open_transport)
    await ctl("/core/units", {"units": [UNIT]})

    page = await core.changed_units("")

    (row,) = page.rows
    assert isinstance(row, SentUnit)
    assert (row.uscc, row.name, row.closed) == (UNIT["uscc"], "测试公司", True)
    assert row.legal_rep is not None
    assert (row.legal_rep.name, row.relations[0].unit_no) == ("张三", "1")
    assert await core.changed_units(page.position) == type(page)((), page.position, more=False)


async def test_pages_follow_one_another(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    core = await at_the_sandbox(ctl, sandbox_url, open_transport)
    await ctl("/core/units", {"units": [UNIT | {"event_id": f"e{n}"} for n in range(ROWS + 1)]})

    first = await core.changed_units("")
    second = await core.changed_units(first.position)

    assert (len(first.rows), first.more) == (ROWS, True)
    assert (len(second.rows), second.more) == (1, False)


async def test_a_row_that_cannot_be_read_is_in_the_page_as_rejected(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    core = await at_the_sandbox(ctl, sandbox_url, open_transport)
    await ctl("/core/units", {"units": [UNIT, UNIT | {"event_id": "e2", "name": 5}, None]})

    page = await core.changed_units("")

    unread = [row for row in page.rows if isinstance(row, Result)]
    assert len(page.rows) == 3
    assert [(row.event_id, row.code, row.errors[0].pointer) for row in unread] == [
        ("e2", "SB-9007", "/units/1/name"),
        ("", "SB-9007", "/units/2"),
    ]


@pytest.mark.parametrize("fault", ["error", "timeout", "reset", "token_invalid", "rate_limit"])
async def test_each_fault_of_the_sandbox_is_no_answer(
    fault: str, ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    core = await at_the_sandbox(ctl, sandbox_url, open_transport)
    await ctl("/faults", {"target": "core.units", "kind": fault, "count": 2, "delay_s": 3})

    with pytest.raises(Refusal) as refused:
        await core.changed_units("")

    assert refused.value.entry is CORE_UNAVAILABLE


async def test_a_wrong_secret_gets_nothing(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    core = await at_the_sandbox(ctl, sandbox_url, open_transport, secret="x")

    with pytest.raises(Refusal) as refused:
        await core.changed_units("")

    assert refused.value.entry is CORE_UNAVAILABLE


@pytest.mark.parametrize(
    "says",
    [
        Answer.of_json(PAGE | {"units": {}}),
        Answer.of_json(PAGE | {"units": [UNIT] * (ROWS + 1)}),
        Answer.of_json(PAGE | {"next": 7}),
        Answer.of_json(PAGE | {"next": "7" * 201}),
        Answer.of_json(PAGE | {"more": "yes"}),
        Answer.of_json({"units": []}),
        Answer.of_json([]),
        Answer(b""),
        Answer(b"<html></html>"),
        Answer(status=503),
        RESET,
        SILENCE,
    ],
)
async def test_whatever_is_no_answer_is_unavailable(
    says: Says, open_transport: OpenTransport
) -> None:
    async with Peer(lambda _: says) as peer:
        account = CoreAccount(peer.url, "k", "s")
        core = Core(account, await open_transport(peer.url, total_s=0.3), now, read_units)

        with pytest.raises(Refusal) as refused:
            await core.changed_units("")

    assert refused.value.entry is CORE_UNAVAILABLE
