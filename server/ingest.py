"""Letting an existing 经办系统 in: it signs each request with a key that we gave it (contract §11).

`X-Signature` = hex HMAC-SHA256(secret, timestamp "\\n" method "\\n" path "\\n" sha256hex(body)). A
request that is sent again within its 300 s does no harm: what it tells is taken in by event_id.
"""

import hashlib
import hmac

from msgspec.structs import replace

from models.actor import Actor
from models.errors.system import FORBIDDEN
from server.call import Call
from server.context import Context, Request

KEY, STAMP, SIGNATURE = "x-key-id", "x-timestamp", "x-signature"
LASTS_S = 300
BODY_LIMIT = 1 << 20
"""Bytes of a body; 500 units with their relations take about half of it."""


def require_key(request: Request, context: Context) -> str:
    """The secret that a request must be signed with, known before its body is read.

    Refuses: FORBIDDEN (401) for an unknown key, and a time more than 300 s off.
    """
    secret = dict(context.settings.ingest_keys).get(request.headers.get(KEY, ""))
    stamp = request.headers.get(STAMP, "")
    if secret is None or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise FORBIDDEN.refuse(status=401)
    if abs(context.now().timestamp() - int(stamp)) > LASTS_S:
        raise FORBIDDEN.refuse(status=401)
    return secret


def admit_system(call: Call) -> Actor:
    """The system behind a signed request. Refuses: FORBIDDEN (401) for a wrong signature."""
    request = call.request
    secret = require_key(request, call.context)
    wanted = signature(secret, request.headers[STAMP], request.method, request.path, request.body)
    if not hmac.compare_digest(request.headers.get(SIGNATURE, "").encode(), wanted.encode()):
        raise FORBIDDEN.refuse(status=401)
    return replace(call.actor, person_id=f"system:{request.headers[KEY]}")


def signature(secret: str, stamp: str, method: str, path: str, body: bytes) -> str:
    """What X-Signature must hold."""
    signed = "\n".join((stamp, method, path, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
