"""Letting a request in: where it comes from, who sends it, whether its route is for them."""

import hashlib
import hmac
from collections.abc import Mapping

from handlers import officer_sessions, session_reloads, sessions
from handlers.mandates import why_lost
from models.actor import Actor, Post
from models.errors.catalogue import entry_of
from models.errors.entry import Refusal
from models.errors.login import SESSION_ENDED, UNIT_SWITCHED
from models.errors.phone import CHALLENGE_UNKNOWN, IDENTITY_NEEDED
from models.errors.scan import CHOOSE_UNIT
from models.errors.system import (
    CSRF_FAILED,
    FORBIDDEN,
    IF_MATCH_MISSING,
    INPUT_WRONG,
)
from models.idempotency import MAX_LENGTH, Once
from models.store.challenge import digest
from models.store.limit import neighbourhood
from models.store.session import SWITCHED, Kind, Session, Stage, Touch
from server import ingest
from server.call import BIND_COOKIE, SESSION_COOKIE, Call, client_ip, csrf_token
from server.context import Context, Request
from server.heads import next_trace_id
from server.operation import Operation
from server.policy import Access, Policy

CSRF_HEADER, EPOCH_HEADER = "x-csrf-token", "x-unit-epoch"
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LOOPBACK = ("127.0.0.1", "::1")


async def admit(request: Request, operation: Operation, csrf: str | None = None) -> Call:
    """Make the call for a request, or refuse it. Deny by default: no operation, no admission.

    csrf: the token that came in a form; otherwise it is expected in the header.
    """
    context: Context = request.app.ctx
    trace_id = request.ctx.trace_id = next_trace_id()
    tools = context.ready[0]
    ip = client_ip(request.headers, request.ip, context.settings.trusted_proxies)
    call = Call(
        request, context, tools, context.now(), ip, trace_id, Actor(ip=ip, trace_id=trace_id)
    )
    policy = operation.policy
    if policy.access is Access.OPERATOR:
        _admit_operator(call)
    elif policy.access is Access.INGEST:
        call.actor = ingest.admit_system(call)
    elif policy.access is Access.BROWSER:
        _admit_browser(call)
        call.once = _once(call) if operation.once else None
    elif policy.access is Access.PUBLIC:
        call.once = _once(call) if operation.once else None
    elif policy.needs_session:
        by_cookie = _take_secret(call, policy)
        call.once = _once(call) if operation.once else None
        await _admit_session(call, policy, by_cookie=by_cookie, csrf=csrf)
    if operation.if_match:
        call.revision = _if_match(request.headers)
    return call


def _admit_operator(call: Call) -> None:
    # Behind a proxy every peer is the loopback address, so then only development mode opens these.
    local = call.request.ip in _LOOPBACK and call.context.settings.trusted_proxies == 0
    if not (call.context.settings.development or local):
        raise FORBIDDEN.refuse(status=404)


def _admit_browser(call: Call) -> None:
    call.bind = call.cookie(BIND_COOKIE)
    if not call.bind:
        raise CHALLENGE_UNKNOWN.refuse()
    if call.request.method in _UNSAFE:
        require_same_site(call)


def require_same_site(call: Call) -> None:
    """Refuse a change that another site's page sent. Refuses: CSRF_FAILED."""
    if call.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise CSRF_FAILED.refuse()


def _take_secret(call: Call, policy: Policy) -> bool:
    bearer = call.request.headers.get("authorization", "")
    by_cookie = not bearer and policy.access not in (Access.PHONE, Access.PERSON)
    call.secret = call.cookie(SESSION_COOKIE) if by_cookie else bearer.removeprefix("Bearer ")[:64]
    if not call.secret or (bearer and not bearer.startswith("Bearer ")):
        raise SESSION_ENDED.refuse()
    return by_cookie


async def _admit_session(call: Call, policy: Policy, *, by_cookie: bool, csrf: str | None) -> None:
    if by_cookie and call.request.method in _UNSAFE:
        _require_csrf(call, csrf)
    touch = await call.tools.sessions.touch(call.secret)
    switching = call.once is not None and policy.access is not Access.UNIT
    if switching and touch.reason == SWITCHED:
        # The answer to the switch was lost on its way: the route looks for the one it gave.
        return
    session = call.session = await _standing(call, touch)
    officer = policy.access is Access.OFFICER
    if session.kind is not _kind_for(by_cookie=by_cookie, officer=officer):
        raise SESSION_ENDED.refuse()
    post = _post(call, session, policy)
    _require_stage(session, policy)
    _require_epoch(call, session)
    call.actor = Actor(
        person_id=session.person_id,
        role=session.role,
        unit_id=session.unit_id,
        session_id=session.id,
        ip=call.ip,
        browser=call.request.headers.get("user-agent", "")[:400],
        trace_id=call.trace_id,
        post=post,
    )


def _kind_for(*, by_cookie: bool, officer: bool) -> Kind | None:
    if officer:
        return Kind.OFFICER if by_cookie else None
    return Kind.DESK if by_cookie else Kind.PHONE


def _post(call: Call, session: Session, policy: Policy) -> Post | None:
    if policy.access is not Access.OFFICER:
        return None
    post = officer_sessions.view_of(call.tools, session).post
    if policy.duties and not policy.duties & post.duties:
        raise policy.refusal.refuse()
    return post


async def live_session(call: Call) -> Session:
    """The session behind the secret, in one round trip while the store knows the revisions.

    Refuses: SESSION_ENDED, GRANT_REVOKED, GRANT_EXPIRED, GRANT_SUSPENDED, GRANT_PAUSED.
    """
    return await _standing(call, await call.tools.sessions.touch(call.secret))


async def _standing(call: Call, touch: Touch) -> Session:
    if touch.session is None:
        raise _gone(touch.reason)
    if touch.word == "ok":
        return touch.session
    stands = touch.word == "check" and await _confirm(call, touch.session)
    if stands:
        return touch.session
    widened = await _reloaded(call, touch)
    if widened is not None:
        return widened
    if not touch.session.mandate or touch.word == "account":
        await call.tools.sessions.finish(call.secret, "")
        raise SESSION_ENDED.refuse()
    refusal = await why_lost(touch.session.mandate, call.now)
    await call.tools.sessions.finish(call.secret, refusal.entry.code)
    raise refusal


async def _reloaded(call: Call, touch: Touch) -> Session | None:
    if touch.session is None or touch.word == "account":
        return None
    return await session_reloads.reload(call.tools, touch.session, call.secret, now=call.now)


async def _confirm(call: Call, session: Session) -> bool:
    if session.kind is Kind.OFFICER:
        return await officer_sessions.confirm_revision(call.tools, session)
    return await sessions.confirm_revisions(call.tools, session, now=call.now)


def _gone(reason: str) -> Refusal:
    return (entry_of(reason) or SESSION_ENDED).refuse()


def _require_csrf(call: Call, form: str | None) -> None:
    given = call.request.headers.get(CSRF_HEADER, "") if form is None else form
    if not hmac.compare_digest(given.encode(), csrf_token(call.tools, call.secret).encode()):
        raise CSRF_FAILED.refuse()
    require_same_site(call)


def _require_stage(session: Session, policy: Policy) -> None:
    if policy.access is not Access.PHONE and not session.person_id:
        raise IDENTITY_NEEDED.refuse()
    if policy.access is Access.UNIT:
        if session.stage is not Stage.UNIT:
            raise CHOOSE_UNIT.refuse(status=403)
        if policy.roles and session.role not in policy.roles:
            raise policy.refusal.refuse()


def _require_epoch(call: Call, session: Session) -> None:
    epoch = call.request.headers.get(EPOCH_HEADER)
    if epoch is not None and epoch != str(session.epoch):
        raise UNIT_SWITCHED.refuse()


def _if_match(headers: Mapping[str, str]) -> int:
    text = headers.get("if-match", "")
    if not text:
        raise IF_MATCH_MISSING.refuse()
    digits = text.strip().strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise INPUT_WRONG.refuse()
    return int(digits)


def _once(call: Call) -> Once | None:
    key = call.request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key) <= MAX_LENGTH or not key.isprintable():
        raise INPUT_WRONG.refuse()
    request = call.request
    fingerprint = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body)
    # Who holds nothing is known by the address; the key itself is a random one of theirs.
    caller = call.secret or call.bind or neighbourhood(call.ip)
    return Once(digest(caller), key, fingerprint.hexdigest())
