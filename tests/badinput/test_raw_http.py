"""HTTP as it should not be: refused with a problem or a closed line, and read in one way only."""

import pytest

from tests.badinput.judging import nothing_changes
from tests.badinput.rawhttp import request, speak
from tests.live import Live

ISSUE = b"POST /api/v1/login/challenges HTTP/1.1"
READ = b"GET /healthz HTTP/1.1"
JSON = b"Content-Type: application/json"
BODY = b'{"role":"clerk"}'
LENGTH = b"Content-Length: 16"
CHUNKED = b"Transfer-Encoding: chunked"
WHOLE = b"10\r\n" + BODY + b"\r\n0\r\n\r\n"

REQUEST_LINES = {
    "no version": b"GET /healthz",
    "no target": b"GET HTTP/1.1",
    "old version": b"GET /healthz HTTP/0.9",
    "new version": b"GET /healthz HTTP/2.0",
    "odd version": b"GET /healthz HTTP/1.11",
    "small version": b"GET /healthz http/1.1",
    "two spaces": b"GET  /healthz HTTP/1.1",
    "tab": b"GET\t/healthz HTTP/1.1",
    "space at the end": b"GET /healthz HTTP/1.1 ",
    "space before": b" GET /healthz HTTP/1.1",
    "space in target": b"GET /health z HTTP/1.1",
    "small method": b"get /healthz HTTP/1.1",
    "method with a NUL": b"GE\x00T /healthz HTTP/1.1",
    "method with a sign": b"GET: /healthz HTTP/1.1",
    "long method": b"G" * 5000 + b" /healthz HTTP/1.1",
    "no method": b" /healthz HTTP/1.1",
    "absolute target": b"GET http://elsewhere.invalid/healthz HTTP/1.1",
    "authority": b"CONNECT elsewhere.invalid:443 HTTP/1.1",
    "connect to a path": b"CONNECT /healthz HTTP/1.1",
    "star": b"GET * HTTP/1.1",
    "relative target": b"GET healthz HTTP/1.1",
    "backslash": b"GET \\healthz HTTP/1.1",
    "NUL in target": b"GET /health\x00z HTTP/1.1",
    "raw UTF-8": b"GET /\xe5\x8a\x9e HTTP/1.1",
    "raw byte": b"GET /\xff HTTP/1.1",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "ssh": b"SSH-2.0-OpenSSH_9.2",
    "redis": b"*1\r\n$4\r\nPING",
    "preface of HTTP/2": b"PRI * HTTP/2.0",
    "proxy line": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2",
}
HEADERS = {
    "no colon": [b"X-Bad"],
    "empty name": [b": value"],
    "space before the colon": [b"X-Bad : 1"],
    "space in the name": [b"X Bad: 1"],
    "NUL in the name": [b"X-B\x00d: 1"],
    "NUL in the value": [b"X-Bad: a\x00b"],
    "control in the value": [b"X-Bad: a\x01b"],
    "DEL in the value": [b"X-Bad: a\x7fb"],
    "bare CR": [b"X-Bad: a\rX-Worse: b"],
    "bare LF": [b"X-Bad: a\nX-Worse: b"],
    "folded": [b"X-Bad: a", b" b"],
    "folded by a tab": [b"X-Bad: a", b"\tb"],
    "UTF-8 name": [b"X-\xe5\x8a\x9e: 1"],
    "second Host": [b"Host: elsewhere.invalid"],
    "the same Host": [b"Host: 127.0.0.1"],
    "hundred and one": [b"X-%d: 1" % number for number in range(101)],
    "brackets": [b"[X]: 1"],
    "unknown expectation": [LENGTH, b"Expect: 200-ok"],
}
LENGTHS = {
    "negative": [b"Content-Length: -1"],
    "plus": [b"Content-Length: +16"],
    "hexadecimal": [b"Content-Length: 0x10"],
    "underscore": [b"Content-Length: 1_6"],
    "fraction": [b"Content-Length: 16.0"],
    "words": [b"Content-Length: sixteen"],
    "empty": [b"Content-Length: "],
    "arabic digit": ["Content-Length: ١٦".encode()],
    "wide digit": ["Content-Length: １６".encode()],
    "list": [b"Content-Length: 16, 16"],
    "twice": [LENGTH, LENGTH],
    "twice, unlike": [LENGTH, b"Content-Length: 3"],
    "space before the colon": [b"Content-Length : 16"],
    "with chunks": [LENGTH, CHUNKED],
    "chunks with it": [CHUNKED, LENGTH],
    "chunks twice": [CHUNKED, CHUNKED],
    "other coding": [b"Transfer-Encoding: gzip"],
    "two codings": [b"Transfer-Encoding: gzip, chunked"],
    "chunked last but one": [b"Transfer-Encoding: chunked, identity"],
    "identity": [b"Transfer-Encoding: identity"],
    "hidden": [b"Transfer-Encoding: \x0bchunked"],
    "space before its colon": [b"Transfer-Encoding : chunked", LENGTH],
    "huge": [b"Content-Length: " + b"9" * 40],
}
CHUNKS = {
    "0x": b"0x10\r\n" + BODY + b"\r\n0\r\n\r\n",
    "plus": b"+10\r\n" + BODY + b"\r\n0\r\n\r\n",
    "minus": b"-10\r\n" + BODY + b"\r\n0\r\n\r\n",
    "space before": b" 10\r\n" + BODY + b"\r\n0\r\n\r\n",
    "space after": b"10 \r\n" + BODY + b"\r\n0\r\n\r\n",
    "underscore": b"1_0\r\n" + BODY + b"\r\n0\r\n\r\n",
    "no number": b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "empty": b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    "arabic digit": "١٠\r\n".encode() + BODY + b"\r\n0\r\n\r\n",
    "too many digits": b"0000000000000010\r\n" + BODY + b"\r\n0\r\n\r\n",
    "LF only": b"10\n" + BODY + b"\n0\n\n",
    "LF in an extension": b"10;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n",
    "long extension": b"10;" + b"a" * 5000 + b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    "no end": b"10\r\n" + BODY + b"XX0\r\n\r\n",
    "longer than said": b"2\r\n" + BODY + b"\r\n0\r\n\r\n",
    "trailer": b"10\r\n" + BODY + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
    "bad end": b"10\r\n" + BODY + b"\r\n0\r\nXX",
}
HOSTS = {
    "none": None,
    "empty": b"Host:",
    "with a path": b"Host: a/b",
    "with a user": b"Host: a@b",
    "with a space": b"Host: a b",
    "bad port": b"Host: a:port",
    "two": b"Host: a, b",
    "a tag": b"Host: <script>",
}


@pytest.mark.parametrize("line", REQUEST_LINES.values(), ids=REQUEST_LINES)
async def test_a_bad_request_line_is_refused(live: Live, line: bytes) -> None:
    await _assert_refused(live, request(line))


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_a_bad_header_is_refused(live: Live, headers: list[bytes]) -> None:
    await _assert_refused(live, request(READ, *headers))


@pytest.mark.parametrize("headers", LENGTHS.values(), ids=LENGTHS)
async def test_a_body_whose_length_can_be_read_in_two_ways_is_refused(
    live: Live, headers: list[bytes]
) -> None:
    async with nothing_changes(live):
        await _assert_refused(live, request(ISSUE, JSON, *headers, body=BODY))


@pytest.mark.parametrize("body", CHUNKS.values(), ids=CHUNKS)
async def test_bad_chunks_are_refused(live: Live, body: bytes) -> None:
    async with nothing_changes(live):
        await _assert_refused(live, request(ISSUE, JSON, CHUNKED, body=body))


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
async def test_a_bad_host_is_refused(live: Live, host: bytes | None) -> None:
    await _assert_refused(live, request(READ, host=host))


async def test_the_old_version_knows_no_chunks(live: Live) -> None:
    async with nothing_changes(live):
        await _assert_refused(live, request(ISSUE[:-1] + b"0", JSON, CHUNKED, body=WHOLE))


async def test_good_chunks_are_read_however_they_arrive(live: Live) -> None:
    head = request(ISSUE, JSON, CHUNKED)
    pieces = [WHOLE[at : at + 1] for at in range(len(WHOLE))]
    several = b'5\r\n{"rol\r\nB\r\ne":"clerk"}\r\n0\r\n\r\n'

    whole = await speak(live.running.port, head + WHOLE)
    dripping = await speak(live.running.port, head, *pieces, pause_s=0.001)
    split = await speak(live.running.port, head + several)

    assert [reply.statuses for reply in (whole, dripping, split)] == [[201]] * 3


async def test_a_client_that_asks_first_is_told_to_go_on(live: Live) -> None:
    head = request(ISSUE, JSON, LENGTH, b"Expect: 100-continue")

    reply = await speak(live.running.port, head, BODY, pause_s=0.1)

    assert reply.statuses == [100, 201]


async def test_a_header_in_another_encoding_is_read_all_the_same(live: Live) -> None:
    agents = [
        "掌办".encode("gb18030"),
        "掌办".encode(),
        b"\xff\xfe",
        "掌办".encode("utf-16-le")[1:],
    ]

    for agent in agents:
        headers = (JSON, LENGTH, b"User-Agent: " + agent)
        reply = await speak(live.running.port, request(ISSUE, *headers, body=BODY))

        assert reply.statuses in ([201], [400])


async def test_what_follows_a_refused_request_is_never_read_as_another(live: Live) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    for headers in LENGTHS.values():
        reply = await speak(
            live.running.port, request(ISSUE, JSON, *headers, body=b"0\r\n\r\n" + hidden)
        )

        assert b'"status":"ok"' not in reply.data, headers


async def _assert_refused(live: Live, sent: bytes) -> None:
    reply = await speak(live.running.port, sent)

    assert reply.closed
    assert all(400 <= status < 500 for status in reply.statuses), reply.data[:300]
    assert len(reply.statuses) <= 1
    assert not reply.statuses or b"application/problem+json" in reply.head
    assert (await live.client().get("//healthz")).status == 200
