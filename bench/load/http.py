"""A raw keep-alive HTTP/1.1 client on asyncio: pre-built request bytes in, status and body out."""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

_AGED = re.compile(rb"max-age=[1-9]", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"
ANSWER_WITHIN_S = 20.0


class ConnectionLost(ConnectionError):
    """The server closed the connection in the middle of an answer."""


class Response(NamedTuple):
    """Status, raw head and de-chunked body."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def cookies(self, *, lasting: bool = False) -> str:
        """Cookies of this answer as a Cookie header's value; lasting: only those with an age."""
        set_here = [
            line.partition(b":")[2].strip()
            for line in self.head.split(b"\r\n")
            if line[:11].lower() == b"set-cookie:"
        ]
        kept = [line for line in set_here if not lasting or _AGED.search(line)]
        return "; ".join(line.partition(b";")[0].decode("latin-1") for line in kept)


def build(
    method: str,
    path: str,
    *,
    host: str = "127.0.0.1",
    headers: Mapping[str, str] | None = None,
    body: object = None,
    form: str | None = None,
) -> bytes:
    """Bytes of one request; body is encoded as JSON, form is sent as it stands."""
    payload = b""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        payload = json.dumps(body, separators=(",", ":")).encode()
        lines.append("Content-Type: application/json")
    elif form is not None:
        payload = form.encode()
        lines.append("Content-Type: application/x-www-form-urlencoded")
    if payload or method in ("POST", "PATCH", "PUT"):
        lines.append(f"Content-Length: {len(payload)}")
    return "\r\n".join(lines).encode("latin-1") + END_OF_HEAD + payload


class Connection(asyncio.Protocol):
    """One connection with one request in flight."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._waiting: asyncio.Future[Response] | None = None
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not instances of asyncio.Transport, so a cast and no check.
        self._transport = cast(asyncio.Transport, transport)
        self.open = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        self._fail(ConnectionLost("closed by the server"))

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        try:
            answer = self._parse()
        except ValueError as wrong:
            self._fail(ConnectionLost(f"not understood: {wrong}"))
            return
        if answer is not None:
            self._take(answer)

    def _take(self, answer: Response) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _fail(self, why: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(why)

    def _parse(self) -> Response | None:
        buffer = self._buffer
        cut = buffer.find(END_OF_HEAD)
        if cut < 0:
            return None
        head, start = buffer[:cut], cut + 4
        status, lower = int(head[9:12]), head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            end = start + int(lower[at + 15 : _line_end(lower, at)])
            if len(buffer) < end:
                return None
            body = buffer[start:end]
        elif b"transfer-encoding: chunked" in lower:
            found = _unchunk(buffer, start)
            if found is None:
                return None
            body, end = found
        else:
            body, end = b"", start
        self._buffer = buffer[end:]
        return Response(status, head, body)

    async def send(self, request: bytes) -> Response:
        """One round trip; raises ConnectionLost, TimeoutError."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        guard = loop.call_later(ANSWER_WITHIN_S, self._fail, TimeoutError("no answer"))
        self._transport.write(request)
        try:
            return await self._waiting
        finally:
            guard.cancel()
            self._waiting = None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self.open = False


def _line_end(head: bytes, at: int) -> int:
    end = head.find(b"\r\n", at)
    return end if end >= 0 else len(head)


def _unchunk(buffer: bytes, at: int) -> tuple[bytes, int] | None:
    parts: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(buffer[at:line].partition(b";")[0], 16)
        at = line + 2
        if len(buffer) < at + size + 2:
            return None
        if size == 0:
            return b"".join(parts), at + 2
        parts.append(buffer[at : at + size])
        at += size + 2


class Caller:
    """A client that keeps one connection and opens it anew when the server has closed it."""

    def __init__(self, port: int, source: str | None = None) -> None:
        self.port = port
        self._source = source
        self._connection: Connection | None = None

    async def send(self, request: bytes) -> Response:
        """One round trip; raises ConnectionLost, TimeoutError, OSError."""
        connection = self._connection
        if connection is None or not connection.open:
            self._connection = connection = await self._connect()
        try:
            return await connection.send(request)
        except (ConnectionLost, TimeoutError):
            connection.close()
            raise

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        source = (self._source, 0) if self._source else None
        _, connection = await loop.create_connection(
            Connection, "127.0.0.1", self.port, local_addr=source
        )
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
