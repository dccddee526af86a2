"""The text message gateway: `POST /sms/send` `{"id", "phone", "text"}`.

Headers X-Key-Id, X-Timestamp (± 300 s) and X-Signature, the hex HMAC-SHA256 under the secret of
four lines: timestamp, POST, /send, SHA-256 of the body in hex. Answers 200 `{"code": "ok",
"receipt"}`, or why not as code: `bad_signature`, `bad_phone`, `too_long` (over 500), a fault's own.
"""

import re

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.credentials import SMS
from sandbox.faults import FaultKind
from sandbox.meeting import meet, proxy_answer
from sandbox.signing import is_signed
from sandbox.world import world_of

bp = Blueprint("sms", url_prefix="/sms")
LONGEST = 500
_PHONE = re.compile(r"1[3-9][0-9]{9}")


@bp.post("/send")
async def send(request: Request) -> HTTPResponse:
    fault = await meet(request, "sms.send")
    if fault is not None:
        words = {FaultKind.TOKEN_INVALID: "bad_signature", FaultKind.RATE_LIMIT: "quota"}
        code = fault.errcode or words.get(fault.kind, "blocked")
        return proxy_answer(fault) or json({"code": code})
    world = world_of(request)
    if not is_signed(request, "/send", SMS.key, SMS.secret, world.clock.now()):
        return json({"code": "bad_signature"})
    content = request.json if isinstance(request.json, dict) else {}
    text_id, phone, text = (content.get(name) for name in ("id", "phone", "text"))
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        return json({"code": "bad_phone"})
    if not isinstance(text, str) or not isinstance(text_id, str) or len(text) > LONGEST:
        return json({"code": "too_long"})
    world.letters.take_text(text_id, phone, text)
    return json({"code": "ok", "receipt": f"r-{text_id}"})
