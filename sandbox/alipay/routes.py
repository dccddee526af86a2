"""`/alipay/gateway.do`: parameters in query or form; the answer is JSON called text/html."""

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, text

from sandbox.alipay.errors import AlipayError
from sandbox.alipay.gateway import answer, check, refusal
from sandbox.faults import Fault, FaultKind
from sandbox.meeting import meet, proxy_answer
from sandbox.world import World, world_of

bp = Blueprint("alipay", url_prefix="/alipay")

TARGETS = {
    "alipay.system.oauth.token": "alipay.token",
    "alipay.open.app.mini.templatemessage.send": "alipay.send",
    "alipay.open.app.qrcode.create": "alipay.qrcode",
    "alipay.user.info.share": "alipay.user",
}


async def gateway(request: Request) -> HTTPResponse:
    world = world_of(request)
    params = _params(request)
    fault = await meet(request, TARGETS.get(params.get("method", ""), "alipay"))
    try:
        if fault is not None:
            return proxy_answer(fault) or _strike(fault)
        content = _content(world, params)
    except AlipayError as refused:
        return _text(refusal(params, refused, world.keys))
    return _text(answer(params, content, world.keys))


def _content(world: World, params: dict[str, str]) -> dict[str, object]:
    name = check(params, world.keys, now=world.clock.now())
    work = world.alipay.methods().get(name)
    if work is None:
        raise AlipayError("isv.invalid-method")
    return work(params)


def _strike(fault: Fault) -> HTTPResponse:
    usual = {
        FaultKind.TOKEN_INVALID: "aop.invalid-auth-token",
        FaultKind.RATE_LIMIT: "isp.call-limited",
    }
    raise AlipayError(fault.errcode or usual.get(fault.kind, "aop.unknow-error"))


def _params(request: Request) -> dict[str, str]:
    params = {name: request.args.get(name, "") for name in request.args}
    form = request.form
    if not form:
        return params
    return params | {name: str(form.get(name, "")) for name in form}


def _text(body: str) -> HTTPResponse:
    return text(body, content_type="text/html;charset=utf-8")


bp.add_route(gateway, "/gateway.do", methods=["GET", "POST"])
