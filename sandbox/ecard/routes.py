"""`POST /ecard/CSB/`: a header chooses the API, the answer is wrapped once more (platforms §4.2).

Broker errors come with HTTP 200, as integrations that only read the body suggest.
"""

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.ecard.broker import BrokerError
from sandbox.ecard.envelope import EnvelopeBroken, seal, unseal
from sandbox.ecard.people import FAILED, BusinessError
from sandbox.faults import Fault, FaultKind
from sandbox.meeting import meet, proxy_answer
from sandbox.world import World, world_of

bp = Blueprint("ecard", url_prefix="/ecard")

TARGETS = {
    "qrcode_channel_encrypt": "ecard.create_qr",
    "qrcode_channel_query_encrypt": "ecard.query_qr",
    "auth_encrypt": "ecard.auth",
    "qrcode_valid_encrypt": "ecard.valid",
    "v2_sign_valid_encrypt": "ecard.sign_valid",
    "essc_card_query_encrypt": "ecard.card",
}


@bp.post("/CSB/")
async def call(request: Request) -> HTTPResponse:
    world = world_of(request)
    wanted = request.headers.get("_api_name", "")
    fault = await meet(request, TARGETS.get(wanted, "ecard"))
    try:
        if fault is not None:
            return proxy_answer(fault) or _failed(world, fault)
        return json(_answer(world, request))
    except BrokerError as refused:
        return json(refused.body(world.chance.hexes(30)))
    except BusinessError as refused:
        return json({"msgCode": refused.msg_code, "msg": refused.text, "result": None})


def _answer(world: World, request: Request) -> dict[str, object]:
    headers = {name: value for name, value in request.headers.items() if name.startswith("_api_")}
    params = {name: request.args.get(name, "") for name in request.args}
    name = world.ecard.gate.check(headers, params, now=world.clock.now())
    work = world.ecard.calls().get(name)
    if work is None:
        key = f"{name}_null_null_{headers['_api_version']}"
        raise BrokerError(503, f"service not registed, key is : {key}")
    result = work(_parameters(request))
    return {"msgCode": "000000", "msg": "成功", "result": {"encrypt": seal(result)}}


def _parameters(request: Request) -> dict[str, object]:
    body = request.json
    security = body.get("security") if isinstance(body, dict) else None
    try:
        return unseal(security if isinstance(security, str) else "")
    except EnvelopeBroken:
        raise FAILED from None


def _failed(world: World, fault: Fault) -> HTTPResponse:
    if fault.kind is FaultKind.RATE_LIMIT:
        raise BrokerError(fault.number(429), "too many requests")
    if fault.kind is FaultKind.TOKEN_INVALID:
        raise BrokerError(fault.number(403), "access key is invalid")
    # Some interfaces answer with a string, some with an int: a caller has to take both.
    msg_code: str | int = fault.errcode or 700
    return json({"msgCode": msg_code, "msg": "失败", "result": None})
