"""The CA over HTTP, on a simple wire of the sandbox's own, signed like `POST /sms/send`.

- POST `/ca/renewals` `{"id", "uscc", "unit_name", "issuer", "serial", "not_after"}` →
  `{"state": "pending"}`, `{"state": "issued", "certificate": "<base64 of DER>"}` or
  `{"state": "refused", "reason"}`; the same id is the same request
- POST `/ca/renewals/withdraw` `{"id"}` → `{"state": "withdrawn"}`

- GET `/ca/certificate` its own certificate, GET `/ca/crl` what it revoked, POST `/ca/ocsp` the same
  for one certificate; they stand in what it issues. `POST /_ctl/ca/revoke` `{"serial"}` revokes

401 for a bad signature, 400 for a bad body. Faults: error refuses with errcode as the reason (500
to 599: a proxy's error), token_invalid 401, rate_limit 429.
"""

import base64
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from sandbox.ca.authority import Asked
from sandbox.credentials import CA
from sandbox.faults import Fault, FaultKind
from sandbox.meeting import meet, proxy_answer
from sandbox.signing import is_signed
from sandbox.world import world_of

_CERTIFICATE = "application/pkix-cert"
bp = Blueprint("ca", url_prefix="/ca")


@bp.post("/renewals")
async def renew(request: Request) -> HTTPResponse:
    fault = await meet(request, "ca.renew")
    if fault is not None:
        return _failed(fault)
    world = world_of(request)
    if not is_signed(request, "/renewals", CA.key, CA.secret, world.clock.now()):
        return json({"state": "error"}, status=401)
    content = request.json
    try:
        asked = Asked(
            uscc=str(content["uscc"]),
            unit_name=str(content["unit_name"]),
            not_after=datetime.fromisoformat(content["not_after"]),
            at=world.clock.now(),
            told_at=f"http://{request.host}/ca",
        )
        kept = world.ca.ask(str(content["id"]), asked)
    except (KeyError, TypeError, ValueError):
        return json({"state": "error"}, status=400)
    if kept.certificate and not kept.withdrawn:
        return json({"state": "issued", "certificate": base64.b64encode(kept.certificate).decode()})
    if kept.reason or kept.withdrawn:
        return json({"state": "refused", "reason": kept.reason or "申请已撤回"})
    return json({"state": "pending"})


@bp.post("/renewals/withdraw")
async def withdraw(request: Request) -> HTTPResponse:
    fault = await meet(request, "ca.withdraw")
    if fault is not None:
        return _failed(fault)
    world = world_of(request)
    if not is_signed(request, "/renewals/withdraw", CA.key, CA.secret, world.clock.now()):
        return json({"state": "error"}, status=401)
    world.ca.withdraw(str((request.json or {}).get("id", "")))
    return json({"state": "withdrawn"})


@bp.get("/certificate")
async def certificate(request: Request) -> HTTPResponse:
    return raw(world_of(request).ca.root.public_bytes(Encoding.DER), content_type=_CERTIFICATE)


@bp.get("/crl")
async def crl(request: Request) -> HTTPResponse:
    fault = await meet(request, "ca.crl")
    if fault is not None:
        return _failed(fault)
    return raw(world_of(request).ca.crl(), content_type="application/pkix-crl")


@bp.post("/ocsp")
async def ocsp(request: Request) -> HTTPResponse:
    fault = await meet(request, "ca.ocsp")
    if fault is not None:
        return _failed(fault)
    try:
        answer = world_of(request).ca.ocsp(request.body)
    except ValueError:
        return raw(b"", status=400)
    return raw(answer, content_type="application/ocsp-response")


def _failed(fault: Fault) -> HTTPResponse:
    statuses = {FaultKind.TOKEN_INVALID: 401, FaultKind.RATE_LIMIT: 429}
    status = statuses.get(fault.kind, 200)
    answer = json({"state": "refused", "reason": fault.errcode or "未通过审核"}, status=status)
    return proxy_answer(fault) or answer
