"""Routes of the signed-in session, its units and its devices (contract §6)."""

from sanic import HTTPResponse, empty

from handlers import entries, sessions
from handlers.mandates import Mandate
from models.errors.grant import GRANT_REVOKED, RELATION_NOT_GRANTED
from models.errors.login import SESSION_ENDED
from models.errors.scan import CHOOSE_UNIT
from models.errors.system import CSRF_FAILED, NOT_FOUND
from models.store.session import Kind
from models.vocabulary import Role
from server import streams
from server.call import SESSION_COOKIE, Call, csrf_token
from server.operation import Routes
from server.policy import SIGNED_IN, UNIT
from server.routes.answers import as_json
from server.routes.entry import opened_session, view_shown
from server.wire import bodies, shapes, views

routes = Routes("session", "/api/v1")


@routes.add(
    "GET",
    "/session",
    SIGNED_IN,
    answers={200: shapes.ShownSession},
    refuses=[SESSION_ENDED, GRANT_REVOKED],
)
async def read_session(call: Call) -> HTTPResponse:
    """Who is signed in, as what, for which unit."""
    found = call.signed_in
    view = await view_shown(call, found)
    return as_json(views.session(found, view, csrf_token(call.tools, call.secret)))


@routes.add(
    "GET",
    "/session/units",
    SIGNED_IN,
    query=bodies.SearchQuery,
    answers={200: shapes.UnitPage},
    refuses=[SESSION_ENDED],
)
async def list_units(call: Call, query: bodies.SearchQuery) -> HTTPResponse:
    """Every unit and role the person may enter now, last used first."""
    found = await sessions.units(call.tools, call.signed_in, now=call.now)
    rows = [mandate for mandate in found if _matches(mandate, query.q)]
    keys = [mandate.key.replace(":", "_") for mandate in rows]
    start = keys.index(query.cursor) + 1 if query.cursor in keys else 0
    end = start + query.limit
    more = keys[end - 1] if end < len(rows) else None
    return as_json(shapes.UnitPage([views.unit(mandate) for mandate in rows[start:end]], more))


def _matches(mandate: Mandate, words: str) -> bool:
    wanted = words.strip().casefold()
    numbers = (relation.unit_no for relation in mandate.relations)
    return wanted in mandate.unit.name.casefold() or any(wanted in number for number in numbers)


@routes.add(
    "POST",
    "/session/unit",
    SIGNED_IN,
    body=bodies.UnitBody,
    answers={200: shapes.ShownSession},
    refuses=[RELATION_NOT_GRANTED, GRANT_REVOKED, SESSION_ENDED, CSRF_FAILED],
    once=True,
    example={"unit_id": "01ja000000000000000000000a", "role": "clerk"},
)
async def switch_unit(call: Call, body: bodies.UnitBody) -> HTTPResponse:
    """Enter a unit, or another one: a new session id, the old one dead, epoch + 1."""
    if call.session is None:
        opened = await sessions.switched_before(call.tools, call.once, now=call.now)
    else:
        opened = await sessions.switch_unit(
            call.tools,
            call.session,
            call.secret,
            call.actor,
            unit_id=body.unit_id,
            role=Role(body.role),
            once=call.once,
            now=call.now,
        )
    found, shown = await opened_session(call, opened.secret)
    if found.kind is Kind.DESK:
        call.set_cookie(SESSION_COOKIE, opened.secret)
        return as_json(shown)
    answer = as_json(shown)
    answer.headers["X-Session-Token"] = opened.secret
    return answer


@routes.add(
    "DELETE", "/session", SIGNED_IN, answers={204: None}, refuses=[SESSION_ENDED, CSRF_FAILED]
)
async def sign_out(call: Call) -> HTTPResponse:
    """Sign out here."""
    await sessions.sign_out(call.tools, call.signed_in, call.secret, call.actor, now=call.now)
    call.set_cookie(SESSION_COOKIE, "")
    return empty()


@routes.add(
    "GET", "/sessions", SIGNED_IN, answers={200: shapes.DevicePage}, refuses=[SESSION_ENDED]
)
async def list_devices(call: Call) -> HTTPResponse:
    """Where the person is signed in."""
    found = await sessions.devices(call.tools, call.signed_in)
    items = [
        views.device(
            each,
            entries.view_of(call.tools, each) if each.view else entries.NO_VIEW,
            call.signed_in.id,
        )
        for each in found
    ]
    return as_json(shapes.DevicePage(items, None))


@routes.add(
    "DELETE",
    "/sessions/<device_id:str>",
    SIGNED_IN,
    answers={204: None},
    refuses=[NOT_FOUND, SESSION_ENDED, CSRF_FAILED],
)
async def sign_out_device(call: Call, device_id: str) -> HTTPResponse:
    """Sign another device out."""
    await sessions.sign_out_device(call.tools, call.signed_in, device_id, call.actor, now=call.now)
    return empty()


@routes.add(
    "GET",
    "/session/events",
    UNIT,
    answers={200: str},
    refuses=[SESSION_ENDED, CHOOSE_UNIT],
    media="text/event-stream",
)
async def watch_session(call: Call) -> None:
    """Events of a session: `message`, `grant`, `unit-switched`, `session-end`."""
    await streams.session_events(call)
