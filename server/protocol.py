"""HTTP as we serve it: a request must arrive whole within its time, however slowly it drips.

Sanic starts its timer again at every byte that comes in, so a client that sends one byte a second
is never cut off (reliability F8). Here only a new request and what we send start it again; and a
server that is stopping does not wait for connections that have nothing more to do.
"""

import time
from typing import Any

from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

from server.framing import StrictHttp


class BoundedProtocol(HttpProtocol):
    """HttpProtocol whose timer is not refreshed by further bytes of the same request.

    request_timeout covers everything a client owes: the first byte after connecting, header, body,
    and what is left of a body that was refused before it had arrived.
    """

    HTTP_CLASS = StrictHttp
    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; only the first of a request start its time."""
        began = self._time
        # Set only once the connection's task runs, which may be after the first bytes.
        http = getattr(self, "_http", None)
        starts = http is None or (http.stage is Stage.IDLE and not _owed(http))
        super().data_received(data)
        if not starts:
            self._time = began

    def push(self, data: bytes) -> None:
        """Write one more chunk of a stream, now.

        A client that does not take what it was sent is given nothing more, and its time runs out.
        """
        transport = self.transport
        if transport is not None and self._can_write.is_set() and not transport.is_closing():
            transport.write(b"%x\r\n%b\r\n" % (len(data), data))
            self._time = time.monotonic()

    def check_timeouts(self) -> None:
        """Close a connection that still owes us bytes after its time; else as Sanic does."""
        http = getattr(self, "_http", None)
        late = time.monotonic() - self._time > self.request_timeout
        if http is not None and late and (_owed(http) or self._never_asked(http)):
            self.close()
            return
        super().check_timeouts()  # type: ignore[no-untyped-call]

    def _never_asked(self, http: Any) -> bool:
        return http.stage is Stage.IDLE and not self.state["requests_count"]

    async def receive_more(self) -> None:
        """Wait for bytes; a stopping server waits for none that would begin another request."""
        if self.signal.stopped and self._http.stage is Stage.IDLE and not self.recv_buffer:
            self.close()
        await super().receive_more()  # type: ignore[no-untyped-call]


def _owed(http: Any) -> bool:
    """Whether a part of the request's body has not arrived yet."""
    body = getattr(http, "request_body", None)
    return bool(body) and (body == "chunked" or http.request_bytes_left > 0)
