"""Routes of the error catalogue as JSON (contract §11)."""

import msgspec
from sanic import HTTPResponse

from models.errors.catalogue import catalogue, entry_of
from models.errors.entry import Entry
from models.errors.system import CODE_UNKNOWN
from server.call import Call
from server.operation import Routes
from server.policy import PUBLIC
from server.routes.answers import as_json
from server.wire import bodies

routes = Routes("help", "/api/v1/help")


class ShownCode(msgspec.Struct, frozen=True):
    """One entry of the catalogue: title 提示, detail 说明, solutions 解决方案."""

    code: str
    status: int
    title: str
    detail: str
    solutions: list[str]
    actions: list[dict[str, str]]


class Catalogue(msgspec.Struct, frozen=True):
    """The whole catalogue; it fits one page."""

    items: list[ShownCode]
    next_cursor: str | None


@routes.add("GET", "/errors", PUBLIC, query=bodies.NoQuery, answers={200: Catalogue})
async def list_errors(call: Call, query: bodies.NoQuery) -> HTTPResponse:
    """Every error code with its 提示, 说明 and 解决方案."""
    return as_json(Catalogue([_shown(entry) for entry in catalogue()], None))


@routes.add("GET", "/errors/<code:str>", PUBLIC, answers={200: ShownCode}, refuses=[CODE_UNKNOWN])
async def read_error(call: Call, code: str) -> HTTPResponse:
    """One error code."""
    entry = entry_of(code.upper())
    if entry is None:
        raise CODE_UNKNOWN.refuse()
    return as_json(_shown(entry))


def _shown(entry: Entry) -> ShownCode:
    actions = [{"rel": action.rel, "title": action.title} for action in entry.actions]
    return ShownCode(
        entry.code, entry.status, entry.prompt, entry.explain, list(entry.remedies), actions
    )
