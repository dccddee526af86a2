"""WeChat over HTTP: status 200 even for errors, the error is in `errcode` (platforms §1.1)."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import Blueprint
from sanic.exceptions import BadRequest
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from sandbox.faults import Fault, FaultKind
from sandbox.meeting import meet, proxy_answer
from sandbox.wechat.codes import scheme, unlimited_code
from sandbox.wechat.errors import WeChatError
from sandbox.world import World, world_of

bp = Blueprint("wechat", url_prefix="/wechat")

Work = Callable[[Request, World], HTTPResponse]
Route = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]
# jscode2session calls its JSON text/plain; clients that insist on a JSON content type fail there.
PLAIN = "text/plain"
JSON = "application/json; encoding=utf-8"


def call(target: str, *, content_type: str = JSON) -> Callable[[Work], Route]:
    """Count, let faults strike, word WeChat's errors."""

    def decorate(work: Work) -> Route:
        @wraps(work)
        async def route(request: Request) -> HTTPResponse:
            world = world_of(request)
            fault = await meet(request, target)
            try:
                if fault is not None:
                    return proxy_answer(fault) or _strike(world, request, fault)
                return work(request, world)
            except WeChatError as refused:
                body = refused.body(world.chance, world.clock.now())
                return json(body, content_type=content_type)

        return route

    return decorate


def _strike(world: World, request: Request, fault: Fault) -> HTTPResponse:
    if fault.kind is FaultKind.TOKEN_INVALID:
        world.wechat.tokens.kill(request.args.get("access_token", ""))
        raise WeChatError(fault.number(40001))
    raise WeChatError(fault.number(45009 if fault.kind is FaultKind.RATE_LIMIT else -1))


def _body(request: Request) -> dict[str, object]:
    if request.method != "POST":
        raise WeChatError(43002)
    if not request.body:
        raise WeChatError(44002)
    try:
        body = request.json
    except BadRequest:
        raise WeChatError(47001) from None
    if not isinstance(body, dict):
        raise WeChatError(47001)
    return body


def _authorised_body(request: Request, world: World) -> dict[str, object]:
    world.wechat.tokens.check(request.args.get("access_token"))
    return _body(request)


def _ok(**more: object) -> HTTPResponse:
    return json({"errcode": 0, "errmsg": "ok", **more}, content_type=JSON)


@call("wechat.code", content_type=PLAIN)
def session(request: Request, world: World) -> HTTPResponse:
    # Only the query counts: a POST with its parameters in the body has no appid.
    appid, secret = request.args.get("appid"), request.args.get("secret")
    world.wechat.check_app(appid, secret)
    answer = world.wechat.session(str(appid), request.args.get("js_code"))
    return json(answer, content_type=PLAIN)


@bp.get("/cgi-bin/token")
@call("wechat.token")
def token(request: Request, world: World) -> HTTPResponse:
    if request.args.get("grant_type") != "client_credential":
        raise WeChatError(40002)
    world.wechat.check_app(request.args.get("appid"), request.args.get("secret"))
    text, expires_in = world.wechat.tokens.plain()
    return json({"access_token": text, "expires_in": expires_in}, content_type=JSON)


@call("wechat.token")
def stable_token(request: Request, world: World) -> HTTPResponse:
    body = _body(request)
    if body.get("grant_type") != "client_credential":
        raise WeChatError(40002)
    world.wechat.check_app(str(body.get("appid") or ""), str(body.get("secret") or ""))
    text, expires_in = world.wechat.tokens.stable(force=body.get("force_refresh") is True)
    return json({"access_token": text, "expires_in": expires_in}, content_type=JSON)


@call("wechat.phone")
def phone_number(request: Request, world: World) -> HTTPResponse:
    body = _authorised_body(request, world)
    return _ok(phone_info=world.wechat.phone_number(body.get("code"), body.get("openid")))


@call("wechat.qrcode")
def code_unlimited(request: Request, world: World) -> HTTPResponse:
    picture = unlimited_code(world.wechat, _authorised_body(request, world))
    return raw(picture, content_type="image/jpeg")


@call("wechat.scheme")
def open_link(request: Request, world: World) -> HTTPResponse:
    body = _authorised_body(request, world)
    now = world.clock.now()
    return _ok(openlink=scheme(world.wechat, body, chance=world.chance, now=now))


@call("wechat.send")
def send(request: Request, world: World) -> HTTPResponse:
    return _ok(msgid=world.wechat.send(_authorised_body(request, world)))


# The platform answers the wrong method with 43002, so both are routed.
for _path, _work in {
    "/sns/jscode2session": session,
    "/cgi-bin/stable_token": stable_token,
    "/wxa/business/getuserphonenumber": phone_number,
    "/wxa/getwxacodeunlimit": code_unlimited,
    "/wxa/generatescheme": open_link,
    "/cgi-bin/message/subscribe/send": send,
}.items():
    bp.add_route(_work, _path, methods=["GET", "POST"])
