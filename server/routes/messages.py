"""Routes of the inbox (contract §10)."""

from sanic import HTTPResponse

from handlers import inbox
from models.errors.login import SESSION_ENDED
from models.errors.system import CSRF_FAILED, NOT_FOUND
from server.call import Call
from server.operation import Routes
from server.policy import SIGNED_IN
from server.routes.answers import as_json
from server.wire import message_bodies as bodies
from server.wire import message_shapes as shapes
from server.wire import message_views as views

routes = Routes("messages", "/api/v1/messages")


@routes.add(
    "GET",
    "",
    SIGNED_IN,
    query=bodies.MessageQuery,
    answers={200: shapes.MessagePage},
    refuses=[SESSION_ENDED],
)
async def list_messages(call: Call, query: bodies.MessageQuery) -> HTTPResponse:
    """The person's messages, newest first."""
    unread = None if query.unread is None else query.unread in ("true", "1")
    rows = await inbox.list_messages(
        call.actor.person_id, unread=unread, before=query.cursor, limit=query.limit
    )
    shown = [views.message(row, call.actor.role) for row in rows[: query.limit]]
    more = shown[-1].id if len(rows) > query.limit else None
    return as_json(shapes.MessagePage(shown, more))


@routes.add(
    "GET",
    "/unread-count",
    SIGNED_IN,
    answers={200: shapes.UnreadCount},
    refuses=[SESSION_ENDED],
)
async def count_unread(call: Call) -> HTTPResponse:
    """How many messages were not read, up to 99."""
    found = await inbox.count_unread(call.actor.person_id)
    return as_json(shapes.UnreadCount(found.count, found.more))


@routes.add(
    "POST",
    "/<message_id:str>/read",
    SIGNED_IN,
    answers={200: shapes.ShownMessage},
    refuses=[NOT_FOUND, SESSION_ENDED, CSRF_FAILED],
)
async def read_message(call: Call, message_id: str) -> HTTPResponse:
    """Mark a message read; safe to repeat."""
    row = await inbox.read_message(call.actor.person_id, message_id, now=call.now)
    return as_json(views.message(row, call.actor.role))


@routes.add(
    "POST",
    "/read-all",
    SIGNED_IN,
    query=bodies.ReadAllQuery,
    answers={200: shapes.MarkedRead},
    refuses=[SESSION_ENDED, CSRF_FAILED],
)
async def read_all(call: Call, query: bodies.ReadAllQuery) -> HTTPResponse:
    """Mark all messages read, or those up to one."""
    marked = await inbox.read_all(call.actor.person_id, up_to=query.up_to, now=call.now)
    return as_json(shapes.MarkedRead(marked.count, marked.more))
