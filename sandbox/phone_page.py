"""The phone simulator: a page that looks like the mini-program, and its way to the product's API.

The page's origin is the sandbox while the product listens elsewhere, so `/phone/api/*` is passed on
to the product's `/api/v1/*`, and to nothing else.
"""

from pathlib import Path

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from sandbox.courier import Reply, Unreachable
from sandbox.world import world_of

bp = Blueprint("phone")

FOLDER = Path(__file__).parent / "phone"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; form-action 'none'"
)
UP = ("authorization", "content-type", "accept", "idempotency-key", "if-match", "user-agent")
DOWN = ("content-type", "retry-after", "x-trace-id", "cache-control")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PATIENCE_S = 35.0


@bp.get("/phone", strict_slashes=False)
async def page(request: Request) -> HTTPResponse:
    return _file("index.html")


@bp.get("/phone/assets/<name:str>")
async def asset(request: Request, name: str) -> HTTPResponse:
    return _file(name)


def _file(name: str) -> HTTPResponse:
    known = {path.name: path for path in FOLDER.iterdir() if path.suffix in KINDS}
    if name not in known:
        raise NotFound("no such file")
    kind = f"{KINDS[known[name].suffix]}; charset=utf-8"
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return raw(known[name].read_bytes(), content_type=kind, headers=headers)


async def pass_on(request: Request, path: str) -> HTTPResponse:
    # "..", also encoded, would lead out of /api/v1.
    if any(part in ("", ".", "..") for part in path.split("/")) or "\\" in path or "%" in path:
        raise NotFound("no such path")
    world = world_of(request)
    query = f"?{request.query_string}" if request.query_string else ""
    sent = {name: request.headers[name] for name in UP if name in request.headers}
    try:
        reply = await world.courier.carry(
            request.method,
            f"{world.product}/api/v1/{path}{query}",
            headers=sent,
            body=request.body,
            timeout_s=PATIENCE_S,
        )
    except Unreachable:
        return _absent(world.product)
    return _answer(reply)


def _answer(reply: Reply) -> HTTPResponse:
    headers = {name: reply.headers[name] for name in DOWN if name in reply.headers}
    kind = headers.pop("content-type", "application/octet-stream")
    return raw(reply.body, status=reply.status, headers=headers, content_type=kind)


def _absent(product: str) -> HTTPResponse:
    body = {
        "title": "连不上掌办服务,请确认服务已启动!",
        "status": 502,
        "code": "SANDBOX-502",
        "detail": f"沙箱手机无法访问 {product}",
        "solutions": ["启动服务后重试", "用 --product 指定服务地址"],
        "actions": [],
    }
    return json(body, status=502, content_type="application/problem+json")


bp.add_route(pass_on, "/phone/api/<path:path>", methods=METHODS)
