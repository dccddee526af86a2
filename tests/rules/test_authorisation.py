"""Who may do what: every route, every caller, every object, against docs/authz.csv.

The table was written from the contract, not from the policies in the code; `-s` prints the count.
"""

import csv
from collections import Counter
from collections.abc import AsyncIterator
from itertools import groupby

import pytest

from models.errors.catalogue import catalogue
from models.errors.entry import Entry
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED, GRANT_REVOKED, GRANT_SUSPENDED
from models.errors.login import SESSION_ENDED, UNIT_SWITCHED
from models.errors.phone import CHALLENGE_UNKNOWN, IDENTITY_NEEDED
from models.errors.scan import CHOOSE_UNIT
from models.errors.system import CSRF_FAILED, FORBIDDEN
from server.commands.demo_env import TEMPLATES_FILE
from server.operation import Operation
from server.policy import Access
from tests.handlers.fake_ca import FakeCa
from tests.live_clients import Answer
from tests.rules.authz_cells import (
    TABLE,
    cells,
    is_problem,
    outcome,
    request_of,
    send,
    shape_of,
    told_too_much,
)
from tests.rules.authz_sent import Cell, Sent
from tests.rules.authz_witness import Witness
from tests.rules.authz_world import Caller, World, a_world, with_officers
from tests.server.door import Door, door
from tests.server.registries import Registries

# Some thousands of requests: minutes on a busy machine.
pytestmark = pytest.mark.timeout(600)

DENIED = {"401", "403", "404", "409", "410", "422", "503", "again"}
ENTRANCES = ("/api/v1/login/challenges", "/api/v1/phone/login")
_BY_ACCESS: dict[Access, tuple[Entry, ...]] = {
    Access.PUBLIC: (CSRF_FAILED,),
    Access.BROWSER: (CHALLENGE_UNKNOWN, CSRF_FAILED),
    Access.OPERATOR: (FORBIDDEN,),
    Access.INGEST: (FORBIDDEN,),
    Access.PLATFORM: (FORBIDDEN,),
    Access.OFFICER: (
        SESSION_ENDED,
        CSRF_FAILED,
        GRANT_REVOKED,
        GRANT_EXPIRED,
        GRANT_SUSPENDED,
        GRANT_PAUSED,
    ),
}
_OF_SESSIONS = (
    SESSION_ENDED,
    GRANT_REVOKED,
    GRANT_EXPIRED,
    GRANT_SUSPENDED,
    GRANT_PAUSED,
    UNIT_SWITCHED,
    CSRF_FAILED,
    IDENTITY_NEEDED,
    CHOOSE_UNIT,
)


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application behind one proxy, so that nobody counts as the machine itself."""
    async with door(
        sqlite_url,
        trusted_proxies="1",
        challenges_per_minute="100000",
        polls_per_minute="100000",
        password_tries="100000",
        codes_per_hour="100000",
        most_devices="20",
        templates_file=str(TEMPLATES_FILE),
    ) as opened:
        opened.app.ctx.ca = FakeCa()
        opened.app.ctx.registries = Registries()
        yield opened


def operations_of(front: Door) -> dict[tuple[str, str], Operation | None]:
    """Every route of the router by method and shape; None for a page marked public."""
    found: dict[tuple[str, str], Operation | None] = {}
    for route in front.app.router.routes:
        for method in route.methods:
            operation = getattr(route.ctx, "operation", None)
            assert operation or getattr(route.ctx, "public", False), f"{method} {route.path}"
            found[method, shape_of(route.path)] = operation
    return found


async def test_every_route_has_a_policy_or_is_marked_public(front: Door) -> None:
    found = operations_of(front)

    assert all(isinstance(op.policy.access, Access) for op in found.values() if op is not None)
    assert len([op for op in found.values() if op is None]) <= 24


async def test_the_table_has_every_route_and_no_other(front: Door) -> None:
    written = {(cell.method, cell.path) for cell in cells()}

    assert written == set(operations_of(front))


def test_no_line_of_the_table_is_written_twice_and_every_cell_is_filled() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))

    lines = Counter(tuple(row[:3]) for row in rows)
    assert max(lines.values()) == 1
    assert {cell for row in rows[1:] for cell in row[3:]} <= {"ok"} | DENIED
    assert len({len(row) for row in rows}) == 1


async def judge(cell: Cell, world: World, front: Door, witness: Witness | None) -> tuple[str, str]:
    """Send a cell's request; what is wrong with the answer ('' if nothing), and its code."""
    sent = request_of(cell, world, front)
    answer = await send(front, cell.method, sent, world.callers[cell.caller])
    got = outcome(answer)
    if got != cell.expected:
        return f"{cell}: {got} {_short(answer)} instead of {cell.expected}", answer.code
    if words := told_too_much(cell, world, answer):
        return f"{cell}: tells {sorted(words)}", answer.code
    if got == "ok":
        return "", ""
    if not is_problem(answer):
        return f"{cell}: refused by {answer.headers.get('Content-Type')}", answer.code
    harm = witness is not None and await witness.rows_changed()
    return (f"{cell}: refused, and yet rows changed" if harm else ""), answer.code


def _short(answer: Answer) -> str:
    return answer.code or answer.body[:80].decode("utf-8", "replace")


async def test_nobody_gets_more_and_nobody_less_than_the_table_says(front: Door) -> None:
    table, world = list(cells()), await with_officers(front, await a_world(front))

    refused, codes = await _try_what_is_refused(front, table, world)
    fresh = await with_officers(front, await a_world(front))
    wrong = refused + await _try_what_is_allowed(front, table, fresh)

    count = sum(cell.expected != "ok" for cell in table)
    print(f"\nauthorisation: {len(table)} cells, {count} refused, {len(wrong)} wrong")  # noqa: T201
    assert not wrong, "\n".join(wrong)
    assert _undeclared(operations_of(front), codes) == []


async def _try_what_is_refused(
    front: Door, table: list[Cell], world: World
) -> tuple[list[str], set[tuple[str, str, str]]]:
    witness, wrong, codes = Witness(front), list[str](), set[tuple[str, str, str]]()
    await witness.start()
    for row, line in groupby(table, key=lambda cell: (cell.method, cell.path, cell.thing)):
        for cell in (cell for cell in line if cell.expected != "ok"):
            fault, code = await judge(cell, world, front, witness)
            wrong += [fault] if fault else []
            codes.add((cell.method, cell.path, code))
        # Looking at the whole store is slow, so it is done once a line.
        harm = await witness.store_changed()
        wrong += [f"{row}: refused, and yet {harm}"] if harm else []
    return wrong, codes


async def _try_what_is_allowed(front: Door, table: list[Cell], world: World) -> list[str]:
    wrong = []
    # The challenges of a world live two minutes: whatever shares one comes first.
    for cell in sorted((cell for cell in table if cell.expected == "ok"), key=_lasting):
        # What is allowed may change things, so it happens in a world of its own.
        own = await _world_for(cell, front, world) if _lasting(cell) else world
        fault, _ = await judge(cell, own, front, None)
        wrong += [fault] if fault else []
    return wrong


def _lasting(cell: Cell) -> bool:
    return cell.method != "GET" and cell.path not in ENTRANCES


async def _world_for(cell: Cell, front: Door, world: World) -> World:
    if not cell.caller.startswith("officer_"):
        return await a_world(front)
    # Making the units and their people anew is slow, and the console changes none of them.
    console = cell.path.startswith("/api/v1/officer/")
    return await with_officers(front, world if console else await a_world(front))


def _undeclared(
    declared: dict[tuple[str, str], Operation | None], codes: set[tuple[str, str, str]]
) -> list[str]:
    by_code = {entry.code: entry for entry in catalogue()}
    wrong = []
    for method, path, code in sorted(codes):
        operation = declared[method, path]
        if not code or operation is None:
            continue
        access = operation.policy.access
        implied = (*_BY_ACCESS.get(access, _OF_SESSIONS), operation.policy.refusal)
        if by_code[code] not in (*operation.refuses, *implied, STATE_CHANGED):
            wrong.append(f"{method} {path}: {code} is not declared")
    return wrong


@pytest.mark.timeout(400)
async def test_other_methods_never_answer_more_than_get_allows(front: Door) -> None:
    world = await with_officers(front, await a_world(front))
    table = {(c.path, c.caller): c for c in cells() if c.thing != "-"}
    table |= {(c.path, c.caller): c for c in cells() if c.method == "GET" and c.thing in "-own"}
    declared = set(operations_of(front))
    wrong, tried = [], 0
    for (path, name), cell in table.items():
        for method in ("HEAD", "OPTIONS", "PUT", "TRACE", "GET", "POST", "PATCH", "DELETE"):
            if (method, path) in declared:
                continue
            sent = Sent(request_of(cell, world, front).path)
            answer = await send(front, method, sent, world.callers[name])
            allowed = cell.method == "GET" and cell.expected == "ok"
            harmless = answer.status in (401, 403, 404, 405)
            if not harmless and not (allowed and method == "HEAD" and not answer.body):
                wrong.append(f"{method} {path} by {name}: {answer.status}")
            tried += 1
    print(f"\nother methods: {tried} tried, {len(wrong)} wrong")  # noqa: T201
    assert not wrong, "\n".join(wrong)


async def test_the_operators_pages_are_open_on_the_machine_itself_only(sqlite_url: str) -> None:
    paths = ("/metrics", "/docs", "/docs/openapi.json")
    async with door(sqlite_url) as alone:
        local = [(await send(alone, "GET", Sent(path), Caller())).status for path in paths]
    async with door(sqlite_url, trusted_proxies="1", development="true") as developing:
        anywhere = [(await send(developing, "GET", Sent(path), Caller())).status for path in paths]

    assert (local, anywhere) == ([200] * 3, [200] * 3)
