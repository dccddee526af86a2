"""Our cheaper answer says the same as Sanic's own."""

import pytest
from sanic import HTTPResponse
from sanic.headers import format_http1_response

from server.reply import Reply

VALUES = ["plain", "带汉字", "a\r\nSet-Cookie: b=c", "\udcff", "a\x00b", "", 17]


@pytest.mark.parametrize("value", VALUES)
def test_the_bytes_on_the_wire_are_those_of_sanic(value: object) -> None:
    written = []
    for kind in (HTTPResponse, Reply):
        answer = kind(b"{}", 201, content_type="application/json")
        answer.headers["X-Trace-Id"] = value
        answer.add_cookie("zb_sid", "secret", path="/", httponly=True)
        written.append(format_http1_response(201, answer.processed_headers))

    assert written[0] == written[1]
