"""Counts a call and lets the faults strike that happen below the platform's own protocol."""

import asyncio
import socket
import struct
from typing import cast

from sanic.exceptions import RequestCancelled
from sanic.request import Request
from sanic.response import HTTPResponse, html

from sandbox.faults import Fault, FaultKind
from sandbox.world import world_of

PROXY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0} Bad Gateway</h1></body></html>"


async def meet(request: Request, target: str) -> Fault | None:
    """Count the call; wait, hang or cut the line if told so.

    Gives back the fault that the platform itself has to word (error, token_invalid, rate_limit).
    """
    world = world_of(request)
    world.calls[target] += 1
    fault = world.faults.draw(target)
    if fault is None:
        return None
    if fault.kind is FaultKind.SLOW:
        await asyncio.sleep(fault.delay_s)
        return None
    if fault.kind is FaultKind.TIMEOUT:
        await asyncio.sleep(fault.delay_s)
        cut(request)
    if fault.kind is FaultKind.RESET:
        cut(request)
    return fault


def cut(request: Request) -> None:
    """Reset the TCP connection: the client gets no answer at all."""
    transport = cast("asyncio.Transport", request.transport)
    line = transport.get_extra_info("socket")
    if line is not None:
        # Closing with a linger time of zero sends RST instead of FIN.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    raise RequestCancelled


def proxy_answer(fault: Fault) -> HTTPResponse | None:
    """The page of a proxy in front of the platform, when the fault asks for an HTTP error."""
    status = fault.http_status()
    return html(PROXY_PAGE.format(status), status=status) if status else None
