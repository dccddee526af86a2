"""What every answer carries, whoever made it: a trace id, and what browsers may do with it."""

import itertools
import secrets
from collections.abc import MutableMapping
from typing import Any

from sanic import HTTPResponse

from server.context import Request

_PROCESS = secrets.token_hex(5)
_numbers = itertools.count(1)


def next_trace_id() -> str:
    """A fresh id for one request: which process, which request of it. No secret, so no random."""
    return f"{_PROCESS}{next(_numbers):06x}"


def trace_of(request: Request | None) -> str:
    """The trace id of a request, made now if nothing has asked for it before."""
    if request is None:
        return next_trace_id()
    found = getattr(request.ctx, "trace_id", "")
    if not found:
        found = request.ctx.trace_id = next_trace_id()
    return str(found)


def put_on(headers: MutableMapping[str, Any], trace_id: str, *, secure: bool) -> None:
    """Add to the headers of an answer what they lack."""
    headers["X-Trace-Id"] = trace_id
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


def dressed(request: Request, response: HTTPResponse) -> HTTPResponse:
    """The response with those headers."""
    put_on(response.headers, trace_of(request), secure=request.app.ctx.settings.secure)
    return response
