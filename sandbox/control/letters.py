"""Looking into the SMS box and the mailbox: `GET /_ctl/sms?phone=`, `GET /_ctl/mail?to=`."""

from dataclasses import asdict

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.world import world_of

bp = Blueprint("control-letters")


@bp.get("/sms")
async def texts(request: Request) -> HTTPResponse:
    phone = request.args.get("phone")
    found = world_of(request).letters.texts
    return json({"items": [asdict(each) for each in found if phone in (None, each.phone)]})


@bp.get("/mail")
async def mails(request: Request) -> HTTPResponse:
    to = request.args.get("to")
    found = world_of(request).letters.mails
    return json({"items": [asdict(each) for each in found if to in (None, each.to)]})
