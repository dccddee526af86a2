"""The three registries."""

from typing import Any

from tests.sandbox.conftest import Line

USCC = "91239900RLXDJ01N3N"
UNIT = {
    "source": "market",
    "uscc": USCC,
    "name": "龙江样例有限公司",
    "legal_rep": {"name": "张某", "id_type": "01", "id_no": "239900196905180577"},
    "available": True,
}


async def _ask(line: Line, source: str, uscc: str = USCC) -> tuple[int, Any]:
    async with line.session.get(f"{line.url}/registry/{source}", params={"uscc": uscc}) as answer:
        return answer.status, await answer.json()


async def test_a_unit_is_found_where_it_was_registered_only(line: Line) -> None:
    await line.post("/_ctl/registry", {**UNIT, "unit_nos": ["10001"]})

    status, told = await _ask(line, "market")

    assert (status, told["result"]) == (200, "found")
    assert told["unit"] == {
        "uscc": USCC,
        "name": UNIT["name"],
        "legal_rep": UNIT["legal_rep"],
        "unit_nos": ["10001"],
    }
    assert await _ask(line, "pension_enterprise") == (200, {"result": "not_found"})


async def test_a_source_can_be_down_for_one_unit_or_for_all(line: Line) -> None:
    await line.post("/_ctl/registry", {**UNIT, "available": False})
    one = (await _ask(line, "market"))[0], (await _ask(line, "market", "other"))[0]
    await line.post("/_ctl/registry", {"source": "market", "available": False})
    every = (await _ask(line, "market", "other"))[0]
    await line.post("/_ctl/registry", {"source": "market", "available": True})
    await line.post("/_ctl/registry", UNIT)

    assert (one, every) == ((503, 200), 503)
    assert (await _ask(line, "market"))[1]["result"] == "found"


async def test_a_unit_can_be_forgotten(line: Line) -> None:
    await line.post("/_ctl/registry", UNIT)

    await line.session.delete(f"{line.url}/_ctl/registry?source=market&uscc={USCC}")

    assert await _ask(line, "market") == (200, {"result": "not_found"})


async def test_no_such_source_and_no_uscc_are_errors(line: Line) -> None:
    assert (await _ask(line, "tax"))[0] == 404
    assert (await _ask(line, "market", ""))[0] == 400
