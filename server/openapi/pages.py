"""Pages and files for people, listed by hand; a test compares the list with the router."""

from typing import Any

_HTML = "text/html"
# path, operation id, what it shows, media type of the good answer
_PAGES = (
    ("/", "desk", "The page of the desk: sign in, then the units and menus.", _HTML),
    ("/login", "login", "The same page, by its other name.", _HTML),
    ("/inbox", "inbox", "The page of the messages and of the notification settings.", _HTML),
    ("/certificates", "certificates", "The page of a unit's certificates.", _HTML),
    ("/register", "register", "The page where a unit is registered.", _HTML),
    ("/login/reset", "reset", "Set a password by one-time code or link.", _HTML),
    ("/account", "account", "The page of one's own account and data.", _HTML),
    ("/profile", "profile", "The page of the unit's own information.", _HTML),
    ("/privacy", "privacy", "The privacy notice in force.", _HTML),
    ("/grants", "grants", "The page where a legal rep manages the unit's grants.", _HTML),
    ("/my-grants", "my-grants", "The page of a clerk's own grants and requests.", _HTML),
    ("/console", "console", "The page of the agency's console.", _HTML),
    ("/static/{name}", "static", "A file of the pages; with If-None-Match 304.", "*/*"),
    ("/l/{token}", "landing", "What a phone's browser shows for the link in a QR.", _HTML),
    ("/help/errors", "codes", "Look an error code up; `q` takes a code or words.", _HTML),
    ("/help/errors/{code}", "code", "One error code; `large=1` in large type.", _HTML),
)
_QUERIES = {"codes": ("q",), "code": ("large",)}


def pages() -> dict[str, Any]:
    """The path items of the pages."""
    return {path: {"get": _page(path, *rest)} for path, *rest in _PAGES}


def _page(path: str, name: str, about: str, media: str) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": {"description": "OK", "content": {media: {"schema": {}}}},
    }
    in_path = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    if in_path:
        answers["404"] = {"description": "Not Found"}
    if name == "static":
        answers["304"] = {"description": "Not Modified"}
    return {
        "operationId": f"page_{name}",
        "summary": about,
        "tags": ["pages"],
        "security": [],
        "parameters": [
            *(_parameter(each, "path") for each in in_path),
            *(_parameter(each, "query") for each in _QUERIES.get(name, ())),
        ],
        "responses": answers,
    }


def _parameter(name: str, place: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "schema": {"type": "string", "minLength": 1} if place == "path" else {"type": "string"},
    }
