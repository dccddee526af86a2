"""HTTP by hand: for requests that arrive slowly, in pieces, without an end, or not at all."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self


def request(
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    *,
    length: int | None = None,
) -> bytes:
    """The bytes of one request. length: what Content-Length claims, if not the body's own."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None or length is not None:
        lines.append(f"Content-Length: {len(body or b'') if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


@dataclass(slots=True)
class RawAnswer:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The catalogue code of a problem, '' of anything else."""
        problem = self.headers.get("content-type", "").startswith("application/problem+json")
        return str(self.json["code"]) if problem else ""


@dataclass(slots=True)
class RawClient:
    """One connection. `receive_buffer`: of the kernel, for a client that reads slowly."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    received: bytes = field(default=b"")

    @classmethod
    async def connect(cls, port: int, *, receive_buffer: int = 0) -> Self:
        taken = socket.socket()
        if receive_buffer:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        taken.setblocking(False)
        await asyncio.get_running_loop().sock_connect(taken, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=taken, limit=2**16)
        return cls(reader, writer)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, within_s: float = 10.0) -> RawAnswer:
        """Read one answer with a Content-Length."""
        async with asyncio.timeout(within_s):
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, headers = parse_head(head)
            length = int(headers.get("content-length", "0"))
            return RawAnswer(status, headers, await self.reader.readexactly(length))

    async def until(self, wanted: bytes, within_s: float = 10.0) -> bytes:
        """Read until some bytes have come; all that was received. Raises TimeoutError, EOFError."""
        async with asyncio.timeout(within_s):
            while wanted not in self.received:
                data = await self.reader.read(65536)
                if not data:
                    raise EOFError(self.received[-300:])
                self.received += data
        return self.received

    async def ended(self, within_s: float) -> bool:
        """Whether the other side closes within this time; what still comes is read away."""
        try:
            async with asyncio.timeout(within_s):
                while data := await self.reader.read(65536):
                    self.received += data
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def reset(self) -> None:
        """Hang up with an RST, as a phone does that loses its network."""
        taken: socket.socket = self.writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def close(self) -> None:
        self.writer.close()


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers (names in lower case)."""
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}


@asynccontextmanager
async def connected(port: int, *, receive_buffer: int = 0) -> AsyncIterator[RawClient]:
    """A connection that is hung up at the end."""
    client = await RawClient.connect(port, receive_buffer=receive_buffer)
    try:
        yield client
    finally:
        client.close()


def send_and_reset(port: int, data: bytes, linger_s: float = 0.0) -> None:
    """Connect, send, hang up with an RST; blocking."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as taken:
        taken.sendall(data)
        if linger_s:
            time.sleep(linger_s)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
