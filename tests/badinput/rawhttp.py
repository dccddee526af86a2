"""Speaking HTTP by hand, well or badly."""

import asyncio
import contextlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back before the server closed, or before patience ended.

    closed: whether the server closed; statuses: of every answer in data, in order.
    """

    data: bytes
    closed: bool

    @property
    def statuses(self) -> list[int]:
        """The statuses of all answers."""
        lines = self.data.split(b"HTTP/1.1 ")[1:]
        return [int(line[:3]) for line in lines]

    @property
    def head(self) -> bytes:
        """The first answer's head, in lower case."""
        return self.data.partition(b"\r\n\r\n")[0].lower()


async def speak(port: int, *parts: bytes, patience_s: float = 2.0, pause_s: float = 0.0) -> Reply:
    """Send the parts one after another and read until the server closes or nothing more comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data, closed = b"", False
    try:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while chunk := await _read(reader):
                    data += chunk
                closed = True
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    return Reply(data, closed)


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65536)
    except ConnectionError:
        return b""


def request(
    line: bytes = b"POST /api/v1/login/challenges HTTP/1.1",
    *headers: bytes,
    body: bytes = b"",
    host: bytes | None = b"Host: 127.0.0.1",
) -> bytes:
    """A request with `Connection: close`, so that the end of the answer is the end of the data."""
    lines = [line, *([host] if host is not None else []), *headers, b"Connection: close"]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
