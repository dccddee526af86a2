"""The core system of the sandbox: what it was told of units, page by page, to whoever signs."""

import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from sandbox.credentials import CORE
from tests.sandbox.conftest import Line

PATH = "/core/units/changes"


async def ask(
    line: Line, after: str = "", limit: object = 100, *, secret: str = CORE.secret
) -> tuple[int, Any]:
    """Ask for a page; status and answer."""
    body = json.dumps({"after": after, "limit": limit}).encode()
    at = str(int(time.time()))
    signed = f"{at}\nPOST\n/units/changes\n{hashlib.sha256(body).hexdigest()}".encode()
    headers = {
        "Content-Type": "application/json",
        "X-Key-Id": CORE.key,
        "X-Timestamp": at,
        "X-Signature": hmac.digest(secret.encode(), signed, hashlib.sha256).hex(),
    }
    async with line.session.post(line.url + PATH, data=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def tell(line: Line, *units: object) -> list[str]:
    told = await line.post("/_ctl/core/units", {"units": list(units)})
    positions: list[str] = told["positions"]
    return positions


async def test_changes_come_in_their_order_a_page_at_a_time(line: Line) -> None:
    positions = await tell(line, *({"uscc": str(number)} for number in range(5)))

    _, first = await ask(line, limit=3)
    _, second = await ask(line, first["next"], 3)
    _, nothing = await ask(line, second["next"], 3)

    assert [unit["uscc"] for unit in first["units"] + second["units"]] == list("01234")
    assert (first["more"], second["more"]) == (True, False)
    assert positions == sorted(set(positions))
    assert nothing == {"units": [], "next": positions[-1], "more": False}


async def test_a_row_is_given_back_as_it_was_told_but_for_what_it_lacks(line: Line) -> None:
    wrong = {"event_id": "e", "at": "never", "uscc": 5}
    await tell(line, wrong, "no row", {"uscc": "1"})

    _, page = await ask(line)

    assert page["units"][:2] == [wrong, "no row"]
    assert set(page["units"][2]) == {"event_id", "at", "uscc"}
    assert (await line.get("/_ctl/core/units"))["items"][0]["unit"] == wrong


async def test_whoever_does_not_sign_or_asks_for_nonsense_gets_nothing(line: Line) -> None:
    await tell(line, {"uscc": "1"})

    assert (await ask(line, secret="x"))[0] == 401
    assert (await ask(line, limit="many"))[0] == 400


@pytest.mark.parametrize(
    ("fault", "status"), [("error", 500), ("token_invalid", 401), ("rate_limit", 429)]
)
async def test_a_fault_strikes_once(line: Line, fault: str, status: int) -> None:
    await line.post("/_ctl/faults", {"target": "core.units", "kind": fault, "count": 1})

    assert [(await ask(line))[0] for _ in range(2)] == [status, 200]


async def test_no_list_is_refused(line: Line) -> None:
    async with line.session.post(f"{line.url}/_ctl/core/units", json={"units": {}}) as answer:
        assert answer.status == 400
