"""The way in without any script: links, forms, and a page that reloads itself while it waits."""

import secrets
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, redirect

from handlers import challenges, entries, exchanges, sessions
from handlers.mandates import Mandate, RelationView
from handlers.menus import MENUS
from models.errors.catalogue import entry_of
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED, GRANT_REVOKED, GRANT_SUSPENDED
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.phone import CHALLENGE_UNKNOWN, PAIR_CODE_WRONG
from models.errors.scan import CLERK_UNKNOWN, LEGAL_REP_UNKNOWN, LOGIN_DENIED, QR_TAKEN
from models.errors.unit import UNIT_CLOSED
from models.store.challenge import Challenge
from models.store.session import Stage
from models.vocabulary import ChallengeStatus, Channel, Role
from server.call import BIND_COOKIE, BROWSER_AGE_S, BROWSER_COOKIE, SESSION_COOKIE, Call, csrf_token
from server.operation import Routes
from server.pages.documents import home_page, noscript_login_page, noscript_units_page
from server.pages.views import (
    PlainHome,
    PlainLogin,
    PlainPairing,
    PlainRefusal,
    PlainRelation,
    PlainUnit,
    status_text,
)
from server.papers import PLAIN_LOGIN, as_page
from server.policy import BROWSER, PUBLIC, SIGNED_IN
from server.wire.bodies import Body, DeskRole, Id
from server.wire.views import CAPTIONS

routes = Routes("plain", "")
HOME, UNITS, SIGN_OUT = "/home/plain", "/units/plain", "/sign-out/plain"
_HTML = "text/html"


class LoginQuery(Body, frozen=True):
    """Which role to begin with, or which challenge to look at."""

    role: DeskRole = "legal_rep"
    id: Id | None = None


class PairForm(Body, frozen=True):
    """The two digits that the phone shows."""

    id: Id
    code: Annotated[str, Meta(pattern=r"^[0-9]{2}$(?!\n)")]


class UnitForm(Body, frozen=True):
    """The unit to enter."""

    unit_id: Id
    role: DeskRole
    csrf_token: str


class SignOutForm(Body, frozen=True):
    """Sign out."""

    csrf_token: str


@routes.add(
    "GET",
    PLAIN_LOGIN,
    PUBLIC,
    query=LoginQuery,
    answers={200: str},
    refuses=[
        TOO_OFTEN,
        QR_TAKEN,
        LOGIN_DENIED,
        STATE_CHANGED,
        ACCOUNT_DISABLED,
        GRANT_REVOKED,
        GRANT_EXPIRED,
        GRANT_SUSPENDED,
        GRANT_PAUSED,
        LEGAL_REP_UNKNOWN,
        UNIT_CLOSED,
        CLERK_UNKNOWN,
    ],
    media=_HTML,
    page=True,
)
async def plain_login(call: Call, query: LoginQuery) -> HTTPResponse:
    """Show a login QR; once the phone has approved, go in."""
    call.bind = call.cookie(BIND_COOKIE)
    if not query.id or not call.bind:
        return await _begin(call, Role(query.role))
    found = await challenges.look(call.tools, query.id, call.bind, poll=True)
    if found.status is ChallengeStatus.APPROVED:
        return await _go_in(call, found.cid)
    return as_page(call.request, noscript_login_page(_login_view(found)))


async def _begin(call: Call, role: Role) -> HTTPResponse:
    if not call.bind:
        call.bind = secrets.token_urlsafe(24)
        call.set_cookie(BIND_COOKIE, call.bind)
    made = await challenges.issue(
        call.tools, None, bind=call.bind, role=role, channel=Channel.MINIAPP, place=call.place
    )
    return redirect(f"{PLAIN_LOGIN}?id={made.cid}", status=303)


async def _go_in(call: Call, cid: str) -> HTTPResponse:
    entered = await exchanges.exchange(call.tools, call.actor, cid, call.bind, None, now=call.now)
    call.set_cookie(SESSION_COOKIE, entered.opened.secret)
    if entered.opened.browser:
        call.set_cookie(BROWSER_COOKIE, entered.opened.browser, BROWSER_AGE_S)
    return redirect(HOME if entered.opened.stage is Stage.UNIT else UNITS, status=303)


def _login_view(found: Challenge, message: str = "") -> PlainLogin:
    pending = found.status is ChallengeStatus.PENDING
    again = None if pending else f"{PLAIN_LOGIN}?role={found.role.value}"
    return PlainLogin(
        role=found.role,
        caption=CAPTIONS[found.role],
        status=found.status,
        status_text=status_text(found.status, found.scanned_by or None),
        next_url=f"{PLAIN_LOGIN}?id={found.cid}",
        role_urls={role: f"{PLAIN_LOGIN}?role={role.value}" for role in CAPTIONS},
        qr_url=f"/api/v1/login/challenges/{found.cid}/qr.svg" if pending else None,
        again_url=again,
        pairing=PlainPairing("/pair/plain", {"id": found.cid}, message)
        if found.pair_required
        else None,
        refusal=_refusal(found.refusal),
    )


def _refusal(code: str) -> PlainRefusal | None:
    entry = entry_of(code) if code else None
    if entry is None:
        return None
    shown = entry.refuse()
    return PlainRefusal(code, shown.title, shown.detail, shown.solutions)


@routes.add(
    "POST",
    "/pair/plain",
    BROWSER,
    body=PairForm,
    answers={303: None},
    media=_HTML,
    page=True,
    refuses=[CHALLENGE_UNKNOWN, LOGIN_DENIED, STATE_CHANGED],
)
async def plain_pair(call: Call, form: PairForm) -> HTTPResponse:
    """Type the two digits that the phone shows."""
    try:
        await challenges.pair(call.tools, call.actor, form.id, call.bind, form.code, now=call.now)
    except Refusal as refusal:
        if refusal.entry is not PAIR_CODE_WRONG:
            raise
        found = await challenges.look(call.tools, form.id, call.bind)
        return as_page(call.request, noscript_login_page(_login_view(found, refusal.title)))
    return redirect(f"{PLAIN_LOGIN}?id={form.id}", status=303)


@routes.add("GET", HOME, SIGNED_IN, answers={200: str}, media=_HTML, page=True)
async def plain_home(call: Call) -> HTTPResponse:
    """The signed-in page."""
    session = call.signed_in
    if session.stage is not Stage.UNIT or session.role is None:
        return redirect(UNITS, status=303)
    view = entries.view_of(call.tools, session)
    menus = [(item.title, item.url) for item in MENUS[session.role] if item.url is not None]
    shown = PlainHome(
        role=session.role,
        unit=view.unit_name,
        person=view.name,
        relations=[_relation(each) for each in view.relations],
        menus=[menu for menu in menus if "#" not in menu[1] and menu[1] != "/"],
        switch_url=UNITS,
    )
    return as_page(call.request, home_page(shown, SIGN_OUT, csrf_token(call.tools, call.secret)))


def _relation(view: RelationView) -> PlainRelation:
    return PlainRelation(view.insurance_name, view.unit_no, view.agency)


@routes.add("GET", UNITS, SIGNED_IN, answers={200: str}, media=_HTML, page=True)
async def plain_units(call: Call) -> HTTPResponse:
    """Choose the unit to enter."""
    found = await sessions.units(call.tools, call.signed_in, now=call.now)
    token = csrf_token(call.tools, call.secret)
    return as_page(call.request, noscript_units_page([_unit(each) for each in found], UNITS, token))


def _unit(mandate: Mandate) -> PlainUnit:
    relations = [_relation(view) for view in mandate.relations]
    return PlainUnit(mandate.unit.id, mandate.unit.name, mandate.role, relations)


@routes.add("POST", UNITS, SIGNED_IN, body=UnitForm, answers={303: None}, media=_HTML, page=True)
async def plain_switch(call: Call, form: UnitForm) -> HTTPResponse:
    """Enter a unit."""
    opened = await sessions.switch_unit(
        call.tools,
        call.signed_in,
        call.secret,
        call.actor,
        unit_id=form.unit_id,
        role=Role(form.role),
        once=None,
        now=call.now,
    )
    call.set_cookie(SESSION_COOKIE, opened.secret)
    return redirect(HOME, status=303)


@routes.add(
    "POST", SIGN_OUT, SIGNED_IN, body=SignOutForm, answers={303: None}, media=_HTML, page=True
)
async def plain_sign_out(call: Call, form: SignOutForm) -> HTTPResponse:
    """Sign out."""
    await sessions.sign_out(call.tools, call.signed_in, call.secret, call.actor, now=call.now)
    call.set_cookie(SESSION_COOKIE, "")
    return redirect(PLAIN_LOGIN, status=303)
