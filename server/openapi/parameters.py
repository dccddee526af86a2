"""Parameters of an operation: from its path, from the shape of its query, from its headers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from models.idempotency import MAX_LENGTH
from server.openapi.refusals import UNSAFE
from server.operation import Operation
from server.policy import Access

_STEP = re.compile(r"<(\w+)(?::(\w+))?>")
_TYPES = {"str": "string", "int": "integer"}
_CSRF = (
    "`csrf_token` of `GET /api/v1/session`; a browser must send it with every change, a phone with"
    " its bearer token need not."
)
_EPOCH = (
    "`epoch` of `GET /api/v1/session`, which grows when the unit is switched; a page that still"
    " shows another unit is refused with `SB-2014`."
)


def path_of(operation: Operation) -> str:
    """The path with its parameters as OpenAPI writes them."""
    return _STEP.sub(r"{\1}", operation.path)


def parameters(operation: Operation, shapes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every parameter. shapes: the schemas of all shapes by name, the query's among them."""
    return [*_in_path(operation), *_in_query(operation, shapes), *_in_headers(operation)]


def _in_path(operation: Operation) -> Iterator[dict[str, Any]]:
    for name, kind in _STEP.findall(operation.path):
        schema: dict[str, Any] = {"type": _TYPES[kind or "str"]}
        if schema["type"] == "string":
            schema |= {"minLength": 1, "maxLength": 26, "pattern": "^[A-Za-z0-9_-]+$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(operation: Operation, shapes: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    properties = shapes[operation.query.__name__].get("properties", {})
    for each in msgspec.structs.fields(operation.query):
        schema = properties[each.encode_name]
        yield {
            "name": each.encode_name,
            "in": "query",
            "required": each.required,
            "schema": schema,
        }


def _in_headers(operation: Operation) -> Iterator[dict[str, Any]]:
    unsafe, access = operation.method in UNSAFE, operation.policy.access
    by_cookie = access in (Access.SIGNED_IN, Access.UNIT, Access.OFFICER)
    if unsafe and by_cookie and not operation.page:
        yield _header("X-CSRF-Token", _CSRF, maxLength=64)
    has_unit = operation.policy.needs_session and access is not Access.OFFICER
    if has_unit and not operation.page:
        yield _header("X-Unit-Epoch", _EPOCH, pattern="^[0-9]{1,9}$")
    if access is Access.INGEST:
        about = "Seconds since 1970, at most 300 off; part of what is signed."
        yield _header("X-Timestamp", about, required=True, pattern="^[0-9]{1,11}$")
    if operation.if_match:
        about = '`revision` of what is changed, as it was read: `"7"`; stale: 409, absent: 428.'
        yield _header("If-Match", about, required=True, pattern='^"[0-9]{1,9}"$')
    if operation.once:
        about = (
            "Made up by the client for one change and kept 24 h: the same key with the same body"
            " gets the first answer again, with another body 409."
        )
        yield _header("Idempotency-Key", about, pattern="^[!-~]+$", maxLength=MAX_LENGTH)


def _header(name: str, about: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": about,
        "schema": {"type": "string", **schema},
    }
