"""The phone page's files, and its way to the product's public API and nowhere else."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

import sandbox
from sandbox.options import Options
from sandbox.serving import Running, running
from tests.sandbox.conftest import Line


async def _echo(request: web.Request) -> web.Response:
    told = {
        "method": request.method,
        "path": request.path_qs,
        "authorization": request.headers.get("Authorization"),
        "cookie": request.headers.get("Cookie"),
        "body": await request.text(),
    }
    headers = {"X-Trace-Id": "t1", "Set-Cookie": "zb_sid=1"}
    return web.json_response(told, status=409, headers=headers)


@pytest.fixture
async def beside_product() -> AsyncIterator[Running]:
    """A sandbox beside a product that tells what it was asked."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with running(Options(port=0, product=f"http://{host}:{port}")) as started:
        yield started
    await runner.cleanup()


async def test_a_call_is_passed_on_with_its_body_and_bearer(beside_product: Running) -> None:
    headers = {"Authorization": "Bearer t", "Cookie": "a=b"}
    async with aiohttp.ClientSession() as session:
        url = f"{beside_product.url}/phone/api/phone/scans?x=1"
        async with session.post(url, json={"text": "二"}, headers=headers) as answer:
            told, status = await answer.json(), answer.status
            trace, cookie = answer.headers.get("X-Trace-Id"), answer.headers.get("Set-Cookie")

    assert (status, trace, cookie) == (409, "t1", None)
    assert (told["method"], told["path"]) == ("POST", "/api/v1/phone/scans?x=1")
    assert (told["authorization"], told["cookie"]) == ("Bearer t", None)
    assert "text" in told["body"]


@pytest.mark.parametrize(
    "path", ["../healthz", "%2e%2e/healthz", "phone/%2e%2e/%2e%2e/x", "a%252f..", "..%5cx", ""]
)
async def test_nothing_but_the_public_api_can_be_reached(
    beside_product: Running, path: str
) -> None:
    url = URL(f"{beside_product.url}/phone/api/{path}", encoded=True)
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 404


async def test_a_product_that_is_not_there_is_a_catalogue_like_error(line: Line) -> None:
    async with line.session.post(f"{line.url}/phone/api/phone/login", json={}) as answer:
        told = await answer.json(content_type="application/problem+json")

    assert (answer.status, told["code"]) == (502, "SANDBOX-502")
    assert set(told) >= {"title", "detail", "solutions", "actions"}


async def test_the_page_and_its_files_are_served_under_a_strict_policy(line: Line) -> None:
    async with line.session.get(f"{line.url}/phone") as answer:
        html, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    named = re.findall(r'(?:href|src)="(/phone/assets/[^"]+)"', html)
    statuses = [(await line.session.get(line.url + path)).status for path in named]
    secret = await line.session.get(f"{line.url}/phone/assets/..%2f__main__.py")

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert statuses == [200] * len(named) != []
    assert secret.status == 404


def test_the_page_needs_nothing_from_elsewhere() -> None:
    folder = Path(sandbox.__path__[0]) / "phone"

    for path in folder.iterdir():
        assert not re.search(r"https?://(?!127\.0\.0\.1)", path.read_text(encoding="utf-8"))
