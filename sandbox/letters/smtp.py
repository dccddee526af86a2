"""A mail server that keeps what it is given: as much of RFC 5321 as a client of ours speaks."""

import asyncio
import contextlib
import re
from email import message_from_bytes
from email.policy import default

from sandbox.faults import Fault, FaultKind
from sandbox.world import World

LONGEST_LINE, LONGEST_MAIL = 64 * 1024, 1 << 20
_PATH = re.compile(r"(?:MAIL FROM|RCPT TO):\s*<([^<>\s]*)>", re.IGNORECASE)


async def mail_server(world: World, host: str) -> asyncio.Server:
    """Listen on a free port of this host."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            await _Talk(world, reader, writer).go()
        writer.close()

    return await asyncio.start_server(serve, host, 0, limit=LONGEST_LINE)


class _Talk:
    """One connection. What is refused, and how, a fault of `mail.send` decides at MAIL FROM."""

    def __init__(
        self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._world = world
        self._reader = reader
        self._writer = writer
        self._sender = ""
        self._to: list[str] = []

    async def go(self) -> None:
        """Talk until the client has had enough."""
        await self._say("220 sandbox ESMTP")
        while line := (await self._reader.readline()).decode("utf-8", "replace").strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                await self._say("221 bye")
                return
            await self._say(await self._answer(verb, line))

    async def _answer(self, verb: str, line: str) -> str:
        found = _PATH.match(line)
        if verb in ("EHLO", "HELO"):
            return "250-sandbox\r\n250-8BITMIME\r\n250 SIZE 1048576"
        if verb == "MAIL" and found:
            return await self._begin(found[1])
        if verb == "RCPT" and found:
            self._to.append(found[1])
            return "250 ok"
        if verb == "DATA":
            return await self._take() if self._to else "503 who for?"
        if verb in ("RSET", "NOOP"):
            self._to = []
            return "250 ok"
        return "502 not understood"

    async def _begin(self, sender: str) -> str:
        self._world.calls["mail.send"] += 1
        fault = self._world.faults.draw("mail.send")
        self._sender, self._to = sender, []
        return await self._struck(fault) if fault else "250 ok"

    async def _struck(self, fault: Fault) -> str:
        if fault.kind in (FaultKind.SLOW, FaultKind.TIMEOUT):
            await asyncio.sleep(fault.delay_s)
        if fault.kind is FaultKind.SLOW:
            return "250 ok"
        if fault.kind in (FaultKind.TIMEOUT, FaultKind.RESET):
            self._writer.transport.abort()
            raise ConnectionResetError
        usual = 535 if fault.kind is FaultKind.TOKEN_INVALID else 451
        return f"{fault.number(usual)} refused"

    async def _take(self) -> str:
        await self._say("354 go on")
        lines, size = [], 0
        while (line := await self._reader.readline()) != b".\r\n":
            if not line or (size := size + len(line)) > LONGEST_MAIL:
                raise ConnectionResetError
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=default)
        body = mail.get_body(("plain",))
        text = "\n".join(body.get_content().splitlines()) if body else ""
        mail_id, subject = str(mail["Message-ID"] or ""), str(mail["Subject"] or "")
        for mailbox in self._to:
            self._world.letters.take_mail(mail_id, mailbox, self._sender, subject, text)
        self._to = []
        return "250 taken"

    async def _say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
        await self._writer.drain()
