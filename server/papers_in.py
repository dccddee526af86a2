"""Files taken in from requests: streamed to disk, judged by content, moved into place whole."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiofiles
import aiofiles.os

from models.errors.system import INPUT_WRONG
from models.errors.upload import CONTENT_MISMATCH, FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED
from models.ids import new_id
from server.context import Request

WINDOW = "window"
"""Folder of the papers of the windows, in the upload folder."""

LARGEST = 10 * 1024 * 1024
_HEADS = {
    b"%PDF-": ("application/pdf", ("pdf",)),
    b"\xff\xd8\xff": ("image/jpeg", ("jpg", "jpeg")),
    b"\x89PNG\r\n\x1a\n": ("image/png", ("png",)),
}
_HEAD_BYTES = max(map(len, _HEADS))


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that lies under its id. size in bytes, sha256 in hex."""

    id: str
    mime: str
    size: int
    sha256: str


async def take_in(request: Request, folder: Path, name: str) -> Taken:
    """Write a request's body into the folder, under a fresh id; nothing is left of a refused one.

    Refuses: INPUT_WRONG for an empty body, FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED, CONTENT_MISMATCH
    when the name's ending is another kind's.
    """
    await aiofiles.os.makedirs(folder, exist_ok=True)
    file_id = new_id()
    part = folder / f"{file_id}.part"
    try:
        taken = await _write(request, part, file_id, name)
        await aiofiles.os.replace(part, folder / file_id)
    except BaseException:
        await forget(folder, f"{file_id}.part")
        raise
    return taken


async def _write(request: Request, part: Path, file_id: str, name: str) -> Taken:
    digest, size, mime = hashlib.sha256(), 0, ""
    head = b""
    async with aiofiles.open(part, "xb") as file:
        while chunk := await _next(request):
            size += len(chunk)
            if size > LARGEST:
                raise FILE_TOO_LARGE.refuse(n=LARGEST // 1024 // 1024)
            head = (head + chunk)[:_HEAD_BYTES] if len(head) < _HEAD_BYTES else head
            digest.update(chunk)
            await file.write(chunk)
    if not size:
        raise INPUT_WRONG.refuse()
    mime = _kind(head, name)
    return Taken(file_id, mime, size, digest.hexdigest())


async def _next(request: Request) -> bytes | None:
    stream: Any = request.stream
    found: bytes | None = await stream.read()
    return found


def _kind(head: bytes, name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    for magic, (mime, endings) in _HEADS.items():
        if head.startswith(magic):
            if ending not in endings:
                raise CONTENT_MISMATCH.refuse()
            return mime
    raise FILE_TYPE_UNSUPPORTED.refuse()


async def forget(folder: Path, name: str) -> None:
    """Delete a file if it is there."""
    (folder / name).unlink(missing_ok=True)
