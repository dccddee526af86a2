"""Control of WeChat and Alipay: users and their login codes, subscriptions, what was sent."""

from dataclasses import asdict

from sanic import Blueprint
from sanic.exceptions import BadRequest
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.control.reading import Body
from sandbox.credentials import ALIPAY_APPID, WECHAT
from sandbox.world import world_of

bp = Blueprint("control_phones")


@bp.post("/wechat/users")
async def wechat_user(request: Request) -> HTTPResponse:
    """A WeChat user opens the mini-program (of another appid, if told so)."""
    body, platform = Body.of(request), world_of(request).wechat
    user = platform.know(body.text("openid"), body.text("unionid", ""), body.text("phone", ""))
    codes = {"code": platform.login_code(user, body.text("appid", WECHAT.appid))}
    return json(codes | ({"phone_code": platform.phone_code(user)} if user.phone else {}))


@bp.post("/alipay/users")
async def alipay_user(request: Request) -> HTTPResponse:
    """An Alipay user opens the mini-program; `openid` is the open_id."""
    body, accounts = Body.of(request), world_of(request).alipay.accounts
    user = accounts.know(body.text("openid"), body.text("unionid", ""), body.text("phone", ""))
    code = accounts.auth_code(user, body.text("appid", ALIPAY_APPID))
    return json({"code": code, "open_id": user.open_id, "user_id": user.user_id})


@bp.post("/wechat/subscribe")
async def subscribe(request: Request) -> HTTPResponse:
    """The user answers the prompt, or (`via: settings`, accept false) switches the template off."""
    body, platform = Body.of(request), world_of(request).wechat
    openid, template_id = body.text("openid"), body.text("template_id")
    accept, count = body.flag("accept"), int(body.number("count", 1))
    if body.text("via", "popup") == "settings" and not accept:
        left, pushes = 0, await platform.switch_off(openid, template_id)
    else:
        left, pushes = await platform.answer_prompt(
            openid, template_id, accept=accept, count=max(1, count)
        )
    return json({"credits": left, "pushed": [asdict(push) for push in pushes]})


@bp.get("/wechat/sent")
async def wechat_sent(request: Request) -> HTTPResponse:
    """Messages the platform accepted, in order; `?openid=` narrows."""
    openid = request.args.get("openid")
    sent = world_of(request).wechat.mailbox.sent
    return json({"items": [asdict(one) for one in sent if openid in (None, one.openid)]})


@bp.get("/alipay/sent")
async def alipay_sent(request: Request) -> HTTPResponse:
    """Messages the platform accepted, in order; `?openid=` narrows."""
    openid = request.args.get("openid")
    sent = world_of(request).alipay.sent
    return json({"items": [asdict(one) for one in sent if openid in (None, one.open_id)]})


@bp.post("/wechat/templates")
async def wechat_templates(request: Request) -> HTTPResponse:
    """`{templates: {id: [keys]}, long_term?: [ids]}`: from now on other ids are 40037."""
    body, mailbox = Body.of(request), world_of(request).wechat.mailbox
    mailbox.templates.update(_templates(body))
    if "long_term" in body.content:
        mailbox.long_term = set(body.texts("long_term"))
    return json({"templates": sorted(mailbox.templates)})


@bp.post("/alipay/templates")
async def alipay_templates(request: Request) -> HTTPResponse:
    """`{templates: {id: [keywords]}}`: from now on other ids are USER_TEMPLATE_ILLEGAL."""
    platform = world_of(request).alipay
    platform.templates.update(_templates(Body.of(request)))
    return json({"templates": sorted(platform.templates)})


def _templates(body: Body) -> dict[str, list[str]]:
    templates = body.content.get("templates")
    if not isinstance(templates, dict):
        raise BadRequest("templates: an object is expected")
    return {str(key): Body({"keys": keys}).texts("keys") for key, keys in templates.items()}


@bp.post("/wechat/tokens/kill")
async def kill_tokens(request: Request) -> HTTPResponse:
    """Every access token dies at once, as after a change of the app's secret."""
    world_of(request).wechat.tokens.kill_all()
    return json({})


@bp.post("/wechat/verify-url")
async def verify_url(request: Request) -> HTTPResponse:
    """What WeChat's console does when the callback is saved."""
    return json({"verified": await world_of(request).wechat.pusher.verify_url()})
