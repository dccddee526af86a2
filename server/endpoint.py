"""Turning a declaration into an endpoint: admit, read, call, answer; one place for every fault."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse

from models.errors.system import NOT_FOUND
from server import ingest
from server.admission import admit
from server.batches import read_batch
from server.bodies import convert, read_form, read_json
from server.context import Request
from server.errors import render
from server.operation import Operation, Routes
from server.papers import refused_page
from server.policy import Access

# No id of ours looks otherwise; a column takes no more, and a database no NUL.
_ID = re.compile(r"[A-Za-z0-9_-]{1,26}")
SAFE = frozenset({"GET", "HEAD"})

logger = logging.getLogger("zhangban.endpoint")

Endpoint = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]


def blueprint_of(routes: Routes) -> Blueprint:
    """Everything that was declared, ready to be mounted."""
    blueprint = Blueprint(routes.tag)
    for operation in routes.operations:
        blueprint.add_route(
            endpoint_of(operation),
            operation.path,
            methods=[operation.method],
            name=f"{operation.function.__name__}_{operation.method.lower()}",
            stream=operation.limit > 0 or operation.streamed > 0,
            ctx_operation=operation,
        )
    return blueprint


def endpoint_of(operation: Operation) -> Endpoint:
    """The Sanic handler of one operation."""
    refused = refused_page if operation.page else render

    async def guarded(request: Request, /, **path: str) -> HTTPResponse | None:
        try:
            return await _answer(operation, request, path)
        except Exception as fault:  # noqa: BLE001 - the one place where every fault gets its answer
            if not request.responded:
                return refused(request, fault)
            # A stream has begun: there is no second answer, it just ends.
            logger.warning("stream cut", extra={"fault": type(fault).__name__})
            return None

    if operation.method in SAFE or operation.brief or operation.streamed:
        return guarded
    if operation.limit:
        return _after_body(operation, _uncut(guarded))
    return _uncut(guarded)


def _uncut(guarded: Endpoint) -> Endpoint:

    async def uncut(request: Request, /, **path: str) -> HTTPResponse | None:
        # A client that hangs up must not stop a change half-way (reliability F1, F2); nor does the
        # server stop before it is done.
        change = asyncio.ensure_future(guarded(request, **path))
        under_way = request.app.ctx.under_way
        under_way.add(change)
        change.add_done_callback(under_way.discard)
        return await asyncio.shield(change)

    return uncut


def _after_body(operation: Operation, endpoint: Endpoint) -> Endpoint:
    """Take in a body longer than usual first, while a client that hangs up still ends the wait."""

    async def reading(request: Request, /, **path: str) -> HTTPResponse | None:
        try:
            if operation.policy.access is Access.INGEST:
                ingest.require_key(request, request.app.ctx)
            stream: Any = request.stream
            stream.request_max_size = operation.limit
            await request.receive_body()  # type: ignore[no-untyped-call]
        except Exception as fault:  # noqa: BLE001 - as in the endpoint proper
            return render(request, fault)
        return await endpoint(request, **path)

    return reading


async def _answer(
    operation: Operation, request: Request, path: dict[str, str]
) -> HTTPResponse | None:
    if not all(map(_ID.fullmatch, path.values())):
        raise NOT_FOUND.refuse()
    form = _form(request, operation)
    call = await admit(request, operation, getattr(form, "csrf_token", None))
    arguments: list[Any] = [call]
    if operation.query is not None:
        arguments.append(_query(request, operation.query))
    if form is not None:
        arguments.append(form)
    elif operation.body is not None:
        content_type = request.headers.get("content-type", "")
        read = read_batch if operation.rows else read_json
        arguments.append(read(content_type, request.body, operation.body))
    if operation.streamed:
        stream: Any = request.stream
        stream.request_max_size = operation.streamed
    response = await operation.function(*arguments, **path)
    return call.finish(response) if response is not None else None


def _form(request: Request, operation: Operation) -> msgspec.Struct | None:
    if not operation.page or operation.body is None:
        return None
    content_type = request.headers.get("content-type", "")
    return read_form(content_type, request.body, operation.body)


def _query(request: Request, shape: type[msgspec.Struct]) -> msgspec.Struct:
    args = request.get_args(keep_blank_values=True)
    # The same parameter twice is nobody's honest request: both are kept, the shape refuses them.
    single = {name: values[0] if len(values) == 1 else values for name, values in args.items()}
    return convert(single, shape, texts=True)
