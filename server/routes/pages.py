"""Pages for people: the desk page and its files, the landing page behind a QR, the code look-up."""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from importlib import resources
from mimetypes import guess_type
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.exceptions import NotFound

from models.errors.catalogue import catalogue, entry_of
from models.errors.system import CODE_UNKNOWN
from server.context import Request
from server.heads import dressed
from server.pages.account_documents import account_page, privacy_page, reset_page
from server.pages.documents import (
    certificates_page,
    console_page,
    grants_page,
    inbox_page,
    landing_page,
    login_page,
    own_grants_page,
    profile_page,
    register_page,
)
from server.pages.help import error_index_page, error_page
from server.papers import as_page


class _Files:
    """The page's files, read once; an unchanged one is answered with 304."""

    def __init__(self) -> None:
        folder = resources.files("server.pages").joinpath("static")
        self._bodies = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
        self._tags = {
            name: f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            for name, body in self._bodies.items()
        }

    def answer(self, name: str, known: str) -> HTTPResponse:
        """The file with its tag. Raises NotFound for a name that is not in the folder."""
        body, tag = self._bodies.get(name), self._tags.get(name, "")
        if body is None:
            raise NotFound
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if known == tag:
            return HTTPResponse(None, 304, headers=headers)
        kind = guess_type(name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        return HTTPResponse(body, headers=headers, content_type=kind + charset)


_ALIKE: Mapping[str, Callable[[], str]] = {
    "/inbox": inbox_page,
    "/certificates": certificates_page,
    "/console": console_page,
    "/grants": grants_page,
    "/profile": profile_page,
    "/my-grants": own_grants_page,
    "/register": register_page,
    "/login/reset": reset_page,
    "/account": account_page,
    "/privacy": privacy_page,
}
"""Pages that are the same for everybody; what differs, their scripts ask for."""


def _shown(page: Callable[[], str]) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    async def shown(request: Request) -> HTTPResponse:
        return as_page(request, page())

    return shown


def pages() -> Blueprint:
    """The blueprint of all pages that need no session to be shown."""
    blueprint, files = Blueprint("pages"), _Files()

    @blueprint.get("/", name="desk", ctx_public=True)
    @blueprint.get("/login", name="login", ctx_public=True)
    async def desk(request: Request) -> HTTPResponse:
        settings = request.app.ctx.settings
        return as_page(
            request, login_page(settings.login_channels, development=settings.development)
        )

    for path, page in _ALIKE.items():
        name = path.rpartition("/")[2]
        blueprint.add_route(_shown(page), path, name=name, ctx_public=True)

    @blueprint.get("/static/<name:str>", name="static", ctx_public=True)
    async def static(request: Request, name: str) -> HTTPResponse:
        return dressed(request, files.answer(name, request.headers.get("if-none-match", "")))

    @blueprint.get("/l/<token:str>", name="landing", ctx_public=True)
    async def landing(request: Request, token: str) -> HTTPResponse:
        return as_page(request, landing_page())

    @blueprint.get("/help/errors", name="codes", ctx_public=True)
    async def codes(request: Request) -> HTTPResponse:
        words = (request.args.get("q") or "")[:60]
        return as_page(request, error_index_page(catalogue(), words))

    @blueprint.get("/help/errors/<code:str>", name="code", ctx_public=True)
    async def code(request: Request, code: str) -> HTTPResponse:
        entry = entry_of(code.upper())
        large = request.args.get("large") == "1"
        if entry is None:
            return as_page(request, error_page(CODE_UNKNOWN, large=large), 404)
        return as_page(request, error_page(entry, large=large))

    return blueprint
