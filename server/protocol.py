"""HTTP as we serve it: a request must arrive whole within its time, however slowly it drips.

Sanic starts its request timer again at every byte, so a client that sends one byte a second is
never cut off (F8). Here the clock runs from the first byte of a request to its last.
"""

import time

from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

_ARRIVING = (Stage.REQUEST, Stage.HANDLER)


class BoundedProtocol(HttpProtocol):
    """HttpProtocol whose request timer is not refreshed by further bytes of the same request."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Take bytes in without granting more time for them."""
        began = self._time
        # Set only once the connection's task runs, which may be after the first bytes.
        http = getattr(self, "_http", None)
        arriving = http is not None and http.stage in _ARRIVING
        super().data_received(data)
        if arriving:
            self._time = began

    def check_timeouts(self) -> None:
        """Close a request whose body is still arriving after its time; else as Sanic does."""
        http = self._http
        late = time.monotonic() - self._time > self.request_timeout
        if http is not None and http.stage is Stage.HANDLER and http.request_body and late:
            self.close()
            return
        super().check_timeouts()  # type: ignore[no-untyped-call]
