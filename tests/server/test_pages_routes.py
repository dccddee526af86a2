"""What every answer carries, page or API, good or bad; and that looking changes nothing."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from models.errors.system import CODE_UNKNOWN
from tests.build import SITE
from tests.live_clients import Answer
from tests.rules.authz_cells import cells, request_of, send
from tests.rules.authz_sent import Cell, Sent
from tests.rules.authz_witness import Witness
from tests.rules.authz_world import Caller, World, a_world, with_officers
from tests.server.door import Door, door

LOOPBACK = "http://127.0.0.1:8000"
CALLERS = ("nobody", "own_browser", "phone_card", "rep_own", "revoked", "no_csrf")
STRAY = ("/nothing", "/api/v1/nothing", "/static/nothing.js", "/static/..%2fapp.py", "/%ff")
HSTS = "Strict-Transport-Security"
PAGE_HEADERS = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.fixture(params=[SITE, LOOPBACK], ids=["https", "loopback"])
def site(request: pytest.FixtureRequest) -> str:
    """Where browsers reach the server."""
    return str(request.param)


@pytest.fixture
async def front(sqlite_url: str, site: str) -> AsyncIterator[Door]:
    """The application behind one proxy."""
    async with door(
        sqlite_url,
        public_url=site,
        trusted_proxies="1",
        challenges_per_minute="100000",
        most_devices="20",
    ) as opened:
        yield opened


def of(caller: str) -> Iterator[Cell]:
    """The cells of one caller that only look, or are refused."""
    return (
        cell
        for cell in cells()
        if cell.caller == caller and (cell.method == "GET" or cell.expected != "ok")
    )


async def answers_of(front: Door) -> list[tuple[str, Answer]]:
    """Answers of every route to several callers, and to requests that no route is for."""
    world: World = await with_officers(front, await a_world(front))
    found = []
    for cell in (cell for caller in CALLERS for cell in of(caller)):
        sent, caller = request_of(cell, world, front), world.callers[cell.caller]
        found.append((str(cell), await send(front, cell.method, sent, caller)))
    stray = [("GET", path) for path in STRAY]
    stray += [(method, "/api/v1/session") for method in ("HEAD", "OPTIONS", "PUT")]
    for method, path in stray:
        answer = await send(front, method, Sent(path), Caller())
        found.append((f"{method} {path}", answer))
    return found


async def without(front: Door, header: str, pattern: str) -> list[str]:
    """Answers whose header is missing or another one."""
    return [
        f"{name} ({answer.status}): {answer.headers.get(header)}"
        for name, answer in await answers_of(front)
        if not re.fullmatch(pattern, answer.headers.get(header, ""))
    ]


async def test_no_answer_is_guessed_to_be_of_another_type(front: Door) -> None:
    assert await without(front, "X-Content-Type-Options", "nosniff") == []


async def test_browsers_are_held_to_https_where_there_is_https(front: Door, site: str) -> None:
    wanted = r"max-age=31536000; includeSubDomains" if site == SITE else ""

    assert await without(front, HSTS, wanted) == []


async def test_every_answer_can_be_traced(front: Door) -> None:
    assert await without(front, "X-Trace-Id", r"[0-9a-f]{12,32}") == []


async def test_nothing_but_the_pages_own_files_is_kept_by_a_browser(front: Door) -> None:
    wrong = await without(front, "Cache-Control", "no-store")

    assert [line for line in wrong if not line.startswith("GET /static/{id}")] == []


async def test_no_answer_names_its_software_or_opens_itself_to_other_sites(front: Door) -> None:
    silent = ("Server", "X-Powered-By", "Via", "Access-Control-Allow-Origin", "X-AspNet-Version")
    inside = re.compile(rb"sanic|tortoise|asyncpg|aiosqlite|redis|Traceback|File \"|\.py\b", re.I)

    wrong = [
        name
        for name, answer in await answers_of(front)
        if any(header in answer.headers for header in silent) or inside.search(answer.body)
    ]

    assert wrong == []


async def test_every_page_may_load_only_its_own_and_be_framed_by_nobody(front: Door) -> None:
    pages = [
        (name, answer)
        for name, answer in await answers_of(front)
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.body
    ]

    wrong = [
        name
        for name, answer in pages
        if {part.strip() for part in answer.headers["Content-Security-Policy"].split(";")} != POLICY
        or any(answer.headers.get(header) != value for header, value in PAGE_HEADERS.items())
    ]
    assert wrong == []
    assert len(pages) > 50


async def test_pages_hold_no_script_or_style_of_their_own(front: Door) -> None:
    own = re.compile(rb"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", re.I)

    wrong = [
        name
        for name, answer in await answers_of(front)
        if answer.headers.get("Content-Type", "").startswith("text/html")
        and own.search(answer.body)
    ]

    assert wrong == []


async def test_a_wrong_method_is_told_the_right_ones(front: Door) -> None:
    answer = await send(front, "PUT", Sent("/api/v1/session"), Caller())

    allowed = {method.strip() for method in answer.headers["Allow"].split(",")}
    assert (answer.status, answer.code) == (405, "SB-9012")
    assert {"GET", "DELETE"} <= allowed


async def test_looking_changes_no_row_whoever_looks(front: Door) -> None:
    world = await with_officers(front, await a_world(front))
    witness = Witness(front)
    await witness.start()

    changed = []
    for cell in (cell for cell in cells() if cell.method == "GET"):
        for method in ("GET", "HEAD"):
            sent = request_of(cell, world, front)
            await send(front, method, sent, world.callers[cell.caller])
        if await witness.rows_changed():
            changed.append(str(cell))

    assert changed == []


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/help/errors", 200, "SB-2102"),
        ("/help/errors?q=%E5%8A%9E%E4%BA%8B%E5%91%98", 200, "SB-2102"),
        ("/help/errors?q=<script>alert(1)</script>", 200, "&lt;script&gt;"),
        ("/help/errors/SB-2102", 200, "未找到当前办事员账号信息"),
        ("/help/errors/sb-2102", 200, "未找到当前办事员账号信息"),
        ("/help/errors/SB-2102?large=1", 200, "未找到当前办事员账号信息"),
        ("/help/errors/SB-0000", 404, CODE_UNKNOWN.prompt),
        ("/help/errors/<script>", 404, CODE_UNKNOWN.prompt),
    ],
)
async def test_codes_can_be_looked_up_by_people(
    front: Door, path: str, status: int, words: str
) -> None:
    answer = await send(front, "GET", Sent(path), Caller())

    page = answer.body.decode()
    assert answer.status == status
    assert words in page
    assert "<script>alert" not in page
