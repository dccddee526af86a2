"""HTTP as strictly as its grammar is written (RFC 9112): what another reader could read otherwise,
is refused.

Sanic alone takes a bare CR or a NUL in a header, `Transfer-Encoding :`, digits of other scripts as
a length, `0x2` as a chunk's size, two Host headers and none: each lets a proxy in front of us see
another request than we do (reliability 4.2.1).
"""

import re

from multidict import CIMultiDict
from sanic.compat import Header
from sanic.exceptions import BadRequest
from sanic.http.http1 import HTTP_CONTINUE, Http

MOST_HEADERS = 100
_HEAD = re.compile(
    # method, target in origin form, version …
    rb"[A-Z]{1,20} /[!-~]* HTTP/1\.[01]"
    # … and headers: a token, a colon, what is printable; bytes above ASCII may stand in a value.
    rb"(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*)*"
)
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LENGTH = re.compile(r"[0-9]{1,18}")
# The end of what came before, then the size; extensions are for nobody here.
_CHUNK = re.compile(rb"\r\n[0-9A-Fa-f]{1,8}\r\n")
_LONGEST_CHUNK_HEAD = 12


class StrictHttp(Http):
    """Sanic's reader of requests, with the grammar checked on top."""

    __slots__ = ()

    async def http1_request_header(self) -> None:
        """Read a request's head. Raises BadRequest for one that is not by the grammar."""
        await super().http1_request_header()  # type: ignore[no-untyped-call]
        request = self.request
        if not is_sound(request.head, request.headers):
            raise BadRequest("Bad Request")
        if not request.head.isascii():
            # Bytes that are no UTF-8 came through as surrogates, which no database takes.
            seen = [
                (name, value.encode(errors="replace").decode())
                for name, value in request.headers.items()
            ]
            request.headers = Header(seen)

    async def read(self) -> bytes | None:
        """Read some of the body. Raises BadRequest for a chunk that is not by the grammar."""
        kind: object = self.request_body
        if kind == "chunked" and self.request_bytes_left == 0:
            await self._require_chunk()
        found: bytes | None = await super().read()
        return found

    async def _require_chunk(self) -> None:
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(HTTP_CONTINUE)
        buffer = self.recv_buffer
        while (end := buffer.find(b"\r\n", 2)) < 0 and len(buffer) < _LONGEST_CHUNK_HEAD:
            await self._receive_more()
        if end < 0 or not _CHUNK.fullmatch(buffer, 0, end + 2):
            self.keep_alive = False
            self.request_body = None
            raise BadRequest("Bad chunked encoding")


def is_sound(head: bytes, headers: "CIMultiDict[str]") -> bool:
    """Whether a request's head can be read in one way only. headers: as Sanic read them from it."""
    if not _HEAD.fullmatch(head) or len(headers) > MOST_HEADERS:
        return False
    hosts = headers.getall("host", [])
    modern = head.partition(b"\r\n")[0].endswith(b"1.1")
    if len(hosts) > 1 or (modern and not hosts) or not all(map(_HOST.fullmatch, hosts)):
        return False
    length = headers.get("content-length")
    if length is not None and not _LENGTH.fullmatch(length):
        return False
    return modern or "transfer-encoding" not in headers
