"""Places and methods that are not there."""

import re

import pytest

from server.app import operations
from tests.badinput.judging import faults_of_refusal, nothing_changes
from tests.badinput.rawhttp import request, speak
from tests.live import Live

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "FOO")
ODD_IDS = (
    "%00", "a%00b", "%2e", "%2e%2e", "%2f", "..%2f..%2fetc%2fpasswd", "%5c", "%0d%0a", "%0a",
    "%7f", "%80", "%ff%fe", "%c0%ae", "%E2%80%AE", "%F0%9F%98%80", "%e5%8a%9e", "%25", "%2525",
    "%zz", "%", "%u0041", "a" * 65, "a" * 4000, "'", "%27%3B--", "*", "-1", "0", "2147483648",
    "9223372036854775808", "NaN", "null", "undefined", "%7B%7D", "a;b", "a=b", "~", "a.b", "@",
)  # fmt: skip


def _paths() -> dict[str, set[str]]:
    """Every declared path with its methods, the parameters filled with an id of nobody."""
    found: dict[str, set[str]] = {}
    for operation in operations():
        path = re.sub(r"<[^>]*>", "01ja000000000000000000000a", operation.path)
        found.setdefault(path, set()).add(operation.method)
    return found


async def test_a_method_that_is_not_declared_is_refused_with_those_that_are(live: Live) -> None:
    client, faults = live.client(), []

    async with nothing_changes(live):
        for path, declared in _paths().items():
            for method in sorted(set(METHODS) - declared):
                answer = await client.send(method, f"/{path}")
                allowed = {each.strip() for each in answer.headers.get("Allow", "").split(",")}
                if answer.status != 405 or not declared <= allowed:
                    faults.append(f"{method} {path}: {answer.status} Allow {allowed}")

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1",
        "/api",
        "/api/v2/session",
        "/api/v1/session/unit/more",
        "/api/v1//session",
        "//api/v1/session",
        "/API/V1/SESSION",
        "/api/v1/session%00",
        "/api/v1/session%20",
        "/api/v1/../v1/session/x",
        "/api/v1/%73ession/x",
        "/api/v1/session;a=b",
        "/.env",
        "/.git/config",
        "/server/settings.py",
        "/static/../settings.py",
        "/static/..%2fdocuments.py",
        "/static/%2e%2e%2fdocuments.py",
        "/static/",
        "/static/nothing.js",
        "/static/page.css%00.js",
        "/admin",
        "/wp-login.php",
        "/cgi-bin/sh",
        "/" + "a/" * 2000,
        "/%F0%9F%98%80",
    ],
)
async def test_an_unknown_place_is_not_found(live: Live, path: str) -> None:
    # By hand: a client would tidy the path up before sending it.
    reply = await speak(live.running.port, request(f"GET {path} HTTP/1.1".encode()))

    assert reply.statuses in ([404], [400])
    assert b"application/problem+json" in reply.head


async def test_an_odd_id_in_a_path_is_nobodys(live: Live) -> None:
    desk, faults = await live.sign_in("P1"), []
    phone = await live.phone("P2")
    cookies = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
    headers = [
        f"Cookie: {cookies}".encode(),
        f"X-CSRF-Token: {desk.session['csrf_token']}".encode(),
        b'If-Match: "1"',
        b"Content-Type: application/json",
    ]

    async with nothing_changes(live):
        for operation in operations():
            if "<" not in operation.path:
                continue
            bearer = [f"Authorization: Bearer {phone.token}".encode()]
            extra = bearer if "/phone/" in operation.path else headers
            for odd in ODD_IDS:
                path = re.sub(r"<[^>]*>", odd, operation.path)
                line = f"{operation.method} {path} HTTP/1.1".encode()
                body = b"" if operation.method in ("GET", "DELETE") else b"{}"
                length = [b"Content-Length: %d" % len(body)] if body else []
                reply = await speak(live.running.port, request(line, *extra, *length, body=body))
                if not (len(reply.statuses) == 1 and 400 <= reply.statuses[0] < 500):
                    faults.append(f"{line.decode()[:120]}: {reply.data[:200]!r}")

    assert not faults, "\n".join(faults[:40])


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&limit=2",
        "limit=1&limit=1",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=abc",
        "limit=1.5",
        "limit=",
        "limit=%D9%A1",
        "limit=%EF%BC%91",
        "limit=99999999999999999999",
        "limit=1&cursor=a&cursor=b",
        "cursor=%00",
        "cursor=%0a",
        "cursor=a%0a",
        "cursor=..",
        "cursor=" + "a" * 65,
        "Limit=1",
        "limit[]=1",
        "limit[0]=1",
        "unknown=1",
        "q=1",
        "%00=1",
        "=1",
        "a&b&c",
        "&".join(f"a{number}=1" for number in range(500)),
    ],
)
async def test_a_query_that_is_not_declared_is_refused(live: Live, query: str) -> None:
    desk = await live.sign_in("P1")

    answer = await desk.get(f"/grants?{query}")

    assert not faults_of_refusal(answer), answer.body


async def test_the_same_parameter_twice_is_never_one_of_them(live: Live) -> None:
    desk = live.desk()
    await desk.issue()

    answer = await desk.get(f"{desk.path}?wait=0&wait=0")

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/wait"
