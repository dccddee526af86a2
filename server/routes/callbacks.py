"""Routes that the platforms push to (contract §11, platforms §1.4, §1.5, §3.1)."""

import asyncio
import json
from urllib.parse import parse_qsl

from sanic import HTTPResponse, text

from handlers import push_events
from handlers.push_events import Pushed
from models.errors.system import BUSY, FORBIDDEN
from models.vocabulary import Platform
from server.call import Call
from server.gateways.accounts import PushKeys
from server.gateways.alipay import Alipay
from server.gateways.alipay_sign import AnswerRefused
from server.gateways.ecard_wire import Envelope, EnvelopeBroken
from server.gateways.wechat_push import Push, PushRefused, open_push, verify_url
from server.operation import Routes
from server.policy import PLATFORM, PUBLIC
from server.routes.subscriptions import long_term

routes = Routes("callbacks", "/api/v1/callbacks")

ANSWER_S = 0.9
"""A platform is answered within a second: it sends again what was not taken in."""
_TAKEN = "success"


@routes.add("GET", "/wechat", PUBLIC, answers={200: str}, refuses=[FORBIDDEN], media="text/plain")
async def verify_wechat(call: Call) -> HTTPResponse:
    """WeChat's check of our address: its echostr, as it came."""
    try:
        echo = verify_url(_keys(call), _query(call), now=call.now.timestamp())
    except PushRefused:
        raise FORBIDDEN.refuse() from None
    return text(echo)


@routes.add(
    "POST",
    "/wechat",
    PLATFORM,
    answers={200: str},
    refuses=[FORBIDDEN, BUSY],
    media="text/plain",
)
async def wechat(call: Call) -> HTTPResponse:
    """A push of WeChat: consents, refusals, receipts; sent again, it changes nothing."""
    try:
        push = open_push(_keys(call), _query(call), call.request.body, now=call.now.timestamp())
    except PushRefused:
        raise FORBIDDEN.refuse() from None
    forever = long_term(call.context.settings.templates, Platform.WECHAT)
    try:
        async with asyncio.timeout(ANSWER_S):
            await push_events.receive(push.event, push.openid, _lines(push), forever, now=call.now)
    except TimeoutError:
        raise BUSY.refuse(retry_after_s=1) from None
    return text(_TAKEN)


@routes.add(
    "POST", "/alipay", PLATFORM, answers={200: str}, refuses=[FORBIDDEN], media="text/plain"
)
async def alipay(call: Call) -> HTTPResponse:
    """A notification of Alipay: proven its own, taken note of; nothing here depends on one."""
    gateway = call.context.platforms.get(Platform.ALIPAY)
    try:
        pairs = parse_qsl(
            call.request.body.decode(), keep_blank_values=True, max_num_fields=64, errors="strict"
        )
        if not isinstance(gateway, Alipay) or len(dict(pairs)) != len(pairs):
            raise FORBIDDEN.refuse()
        gateway.notification(dict(pairs))
    except (AnswerRefused, ValueError):
        raise FORBIDDEN.refuse() from None
    return text(_TAKEN)


@routes.add("POST", "/ecard", PLATFORM, answers={200: str}, refuses=[FORBIDDEN], media="text/plain")
async def ecard(call: Call) -> HTTPResponse:
    """A push of the e-card platform, sealed with our channel's key; a hint, nothing is believed.

    What became of a QR the platform is asked itself, so nothing is taken from here.
    """
    settings = call.context.settings
    if not settings.ecard_base:
        raise FORBIDDEN.refuse()
    envelope = Envelope(settings.ecard_encrypt_key, settings.ecard_iv, "aes-cbc")
    try:
        sealed = json.loads(call.request.body)["security"]
        envelope.open(sealed)
    except (EnvelopeBroken, ValueError, TypeError, KeyError, RecursionError):
        raise FORBIDDEN.refuse() from None
    return text(_TAKEN)


def _keys(call: Call) -> PushKeys:
    settings = call.context.settings
    if not (settings.wechat_appid and settings.wechat_token):
        raise FORBIDDEN.refuse()
    return PushKeys(settings.wechat_appid, settings.wechat_token, settings.wechat_aes_key or None)


def _query(call: Call) -> dict[str, str]:
    """Parameters that stand once; one that stands twice is nobody's honest push."""
    args = call.request.get_args(keep_blank_values=True)
    return {name: values[0] for name, values in args.items() if len(values) == 1}


def _lines(push: Push) -> list[Pushed]:
    return [
        Pushed(
            key=key,
            template=item.template_id,
            outcome=item.outcome or "",
            msgid=item.msgid or "",
            code=item.error_code or "",
        )
        for key, item in zip(push.keys, push.items, strict=False)
    ]
