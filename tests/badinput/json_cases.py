"""JSON texts that must be refused, in the manner of the JSON test suites; all written here.

Each is the body of `POST /api/v1/login/challenges`, whose good form is `{"role": "clerk"}`.
"""

from collections.abc import Iterator

GOOD = b'{"role":"clerk"}'


def refused_bodies() -> Iterator[tuple[str, bytes]]:
    """Name and body of every case."""
    groups = (
        ("structure", _STRUCTURE),
        ("number", [_role(each) for each in _NUMBERS]),
        ("string", [b'{"role":"clerk"' + each + b"}" for each in _MEMBERS]),
        ("text", [b'{"role":"' + each + b'"}' for each in _TEXTS]),
        ("literal", [_role(each) for each in _LITERALS]),
        ("encoding", _encodings()),
        ("size", _large()),
    )
    for group, bodies in groups:
        for index, body in enumerate(bodies):
            yield f"{group}-{index}", body


def _role(value: bytes) -> bytes:
    return b'{"role":' + value + b"}"


_STRUCTURE = [
    b"",
    b" ",
    b"\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}{}",
    b"[]",
    b"[[]]",
    b"[{}]",
    b"{]",
    b"[}",
    b"null",
    b"true",
    b"1",
    b'"clerk"',
    b"{}",
    b"{,}",
    b'{"role"}',
    b'{"role":}',
    b'{"role" "clerk"}',
    b'{"role"::"clerk"}',
    b'{"role":"clerk",}',
    b'{,"role":"clerk"}',
    b'{"role":"clerk",,"channel":"miniapp"}',
    b'{"role":"clerk"}}',
    b'{"role":"clerk"}]',
    b'{"role":"clerk"} x',
    b'{"role":"clerk"}\x00',
    b'{"role":"clerk"}{"role":"clerk"}',
    b'{"role":"clerk"};',
    b'{"role":"clerk"',
    b'{"role":"clerk',
    b'{"role":"clerk}',
    b'{"role":clerk}',
    b"{role:'clerk'}",
    b"{'role':'clerk'}",
    b'{role:"clerk"}',
    b'{1:"clerk"}',
    b'{null:"clerk"}',
    b'{[]:"clerk"}',
    b'{"role":["clerk"]}',
    b'{"role":{"role":"clerk"}}',
    b'/* */{"role":"clerk"}',
    b'{"role":"clerk"}// end',
    b'{"role":/* */"clerk"}',
    b'# {"role":"clerk"}',
    b')]}\',\n{"role":"clerk"}',
    b'callback({"role":"clerk"})',
    b'{"role":"clerk"}\x0b',
    b'\x0c{"role":"clerk"}',
    b'\xc2\xa0{"role":"clerk"}',
    b"role=clerk",
    b"<role>clerk</role>",
    b"role: clerk",
    b"!!python/object:os.system",
]
_NUMBERS = [
    b"0",
    b"-0",
    b"01",
    b"+1",
    b".5",
    b"5.",
    b"1e",
    b"1e+",
    b"1.e1",
    b"0x10",
    b"0b1",
    b"1_000",
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"9" * 400,
    b"9" * 5000,
    b"-" + b"9" * 400,
    b"0." + b"0" * 400 + b"1",
    b"NaN",
    b"-NaN",
    b"Infinity",
    b"-Infinity",
    b"Inf",
    b"1.0.0",
    b"--1",
    b"1-1",
    b"\xd9\xa1",
    b"\xef\xbc\x91",
    b"1a",
    b"2147483648",
    b"9223372036854775808",
    b"18446744073709551616",
]
_MEMBERS = [
    b',"role":"clerk"',
    b',"role":"legal_rep"',
    b',"ro\\u006ce":"legal_rep"',
    b',"Role":"clerk"',
    b',"role ":"clerk"',
    b',"":""',
    b',"__proto__":{"role":"officer"}',
    b',"constructor":{"prototype":{}}',
    b',"unit_id":"1"',
    b',"status":"approved"',
    b',"id":"1"',
    b',"created_at":"2020-01-01T00:00:00Z"',
    b',"channel":null',
    b',"channel":"MINIAPP"',
    b',"channel":"miniapp\\u0000"',
    b',"channel":"miniapp "',
    b',"channel":["miniapp"]',
    b',"channel":{"$ne":""}',
    b',"channel":1',
    b',"channel":true',
    b',"channel":"ecard","channel":"miniapp"',
    b',"\\u0000":1',
    b',"a\\ud800":1',
    b',"x":{"y":1,"y":2}',
    b',"x":[{"y":1,"y":2}]',
    b',"x":[[["\\u0000"]]]',
]
_TEXTS = [
    b"",
    b" clerk",
    b"clerk ",
    b"CLERK",
    b"clerk\\u0000",
    b"\\u0000clerk",
    b"clerk\x00",
    b"clerk\x01",
    b"cl\terk",
    b"cl\nerk",
    b"cl\rerk",
    b"clerk\x7f",
    b"clerk\\n",
    b"clerk\\x41",
    b"clerk\\'",
    b"clerk\\a",
    b"clerk\\u00",
    b"clerk\\u00g0",
    b"clerk\\U00000041",
    b"clerk\\",
    b"\\ud800",
    b"\\udc00",
    b"\\ud800\\ud800",
    b"\\udc00\\ud800",
    b"\\ud83dx",
    b"\xff",
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xe0\x80\x80",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xe4\xb8",
    b"clerk\xe2\x80\x8b",
    b"clerk\xef\xbb\xbf",
    b"\xe2\x80\xaeclerk",
    b"\xef\xbd\x83\xef\xbd\x8c\xef\xbd\x85\xef\xbd\x92\xef\xbd\x8b",
    b"c" * 60_000,
]
_LITERALS = [
    b"null",
    b"true",
    b"false",
    b"True",
    b"None",
    b"TRUE",
    b"nul",
    b"nullx",
    b"undefined",
    b"[]",
    b"{}",
    b'[""]',
    b"clerk",
]


def _encodings() -> list[bytes]:
    text = GOOD.decode()
    marked = [text.encode(name) for name in ("utf-8-sig", "utf-16", "utf-32")]
    bare = [text.encode(name) for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
    chinese = '{"role":"办事员"}'
    return [*marked, *bare, *(chinese.encode(name) for name in ("gb18030", "hz", "utf-7"))]


def _large() -> list[bytes]:
    """Large and deep, below the limit of 64 KiB."""
    members = b",".join(b'"k%d":1' % number for number in range(5000))
    return [
        b"[" * 60_000,
        b'{"role":' * 7_000,
        b"[" * 500 + b"]" * 500,
        b"[" * 30_000 + b"]" * 30_000,
        b"[" + b"{}," * 20_000 + b"{}]",
        b"{" + members + b"}",
        b'{"role":"clerk","x":' + b"[" * 900 + b"]" * 900 + b"}",
        b" " * 60_000,
        b'{"role":"clerk","' + b"k" * 60_000 + b'":1}',
    ]
