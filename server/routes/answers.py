"""Typed shapes as JSON answers."""

import msgspec
from sanic import HTTPResponse

from server.reply import Reply

_ENCODER = msgspec.json.Encoder()


def as_json(shape: msgspec.Struct, status: int = 200) -> HTTPResponse:
    """Encode a shape of server.wire."""
    return Reply(_ENCODER.encode(shape), status, content_type="application/json")
