"""Papers of the window over HTTP: streamed to disk, judged by content, previewed, deleted."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from models.vocabulary import Duty
from server.call import SESSION_COOKIE, csrf_token
from tests.build import a_registered_rep, a_unit
from tests.officers import a_console, an_officer
from tests.registered import Rep
from tests.server.door import Door, door

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100_000
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 100
PDF = b"%PDF-1.7\n" + b"\0" * 100


@pytest.fixture
async def front(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Door]:
    """The application, with a folder for uploads."""
    async with door(
        sqlite_url, public_url="http://127.0.0.1:1", upload_dir=str(tmp_path / "uploads")
    ) as opened:
        yield opened


async def signed_in(front: Door) -> dict[str, str]:
    """Headers of a window officer's browser."""
    console = await a_console(front.tools, await an_officer(Duty.WINDOW))
    token = csrf_token(front.tools, console.secret)
    return {"Cookie": f"{SESSION_COOKIE}={console.secret}", "X-CSRF-Token": token}


async def upload(
    front: Door, rep: Rep, body: bytes, name: str, headers: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    """Send a file; status and answer."""
    url = f"{front.url}/api/v1/officer/materials"
    query = {"unit_id": rep.unit.id, "name": name}
    async with front.http.post(url, params=query, data=io.BytesIO(body), headers=headers) as answer:
        return answer.status, await answer.json()


def files(tmp_path: Path) -> list[Path]:
    """What lies in the upload folder."""
    return [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("body", "name", "mime"),
    [
        (PNG, "介绍信.png", "image/png"),
        (JPG, "a.JPEG", "image/jpeg"),
        (PDF, "a.pdf", "application/pdf"),
    ],
)
async def test_a_paper_is_kept_shown_and_deleted(
    front: Door, tmp_path: Path, body: bytes, name: str, mime: str
) -> None:
    rep, headers = await a_registered_rep(await a_unit()), await signed_in(front)

    status, kept = await upload(front, rep, body, name, headers)

    assert (status, kept["mime"], kept["size"]) == (201, mime, len(body))
    url = f"{front.url}/api/v1/officer/materials/{kept['id']}"
    async with front.http.get(url, headers=headers) as answer:
        assert (answer.content_type, await answer.read()) == (mime, body)
    async with front.http.delete(url, headers=headers) as answer:
        assert answer.status == 204
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        (b"GIF89a", "a.gif", "SB-5501"),
        (PNG, "a.pdf", "SB-5503"),
        (PNG[:8] + b"\0" * 11_000_000, "a.png", "SB-5502"),
        (b"", "a.png", "SB-9007"),
    ],
)
async def test_a_file_that_is_refused_leaves_nothing(
    front: Door, tmp_path: Path, body: bytes, name: str, code: str
) -> None:
    rep, headers = await a_registered_rep(await a_unit()), await signed_in(front)

    _, problem = await upload(front, rep, body, name, headers)

    assert problem["code"] == code
    assert files(tmp_path) == []
