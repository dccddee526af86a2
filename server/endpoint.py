"""Turning a declaration into an endpoint: admit, read, call, answer; one place for every fault."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse

from server.admission import admit
from server.bodies import convert, read_json
from server.context import Request
from server.errors import render
from server.operation import Operation, Routes

SAFE = frozenset({"GET", "HEAD"})

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
            ctx_operation=operation,
        )
    return blueprint


def endpoint_of(operation: Operation) -> Endpoint:
    """The Sanic handler of one operation."""

    async def answer(request: Request, /, **path: str) -> HTTPResponse | None:
        call = await admit(request, operation)
        arguments: list[Any] = [call]
        if operation.query is not None:
            arguments.append(_query(request, operation.query))
        if operation.body is not None:
            content_type = request.headers.get("content-type", "")
            arguments.append(read_json(content_type, request.body, operation.body))
        response = await operation.function(*arguments, **path)
        return call.finish(response) if response is not None else None

    async def guarded(request: Request, /, **path: str) -> HTTPResponse | None:
        try:
            return await answer(request, **path)
        except Exception as fault:  # noqa: BLE001 - the one place where every fault gets its answer
            return render(request, fault)

    if operation.method in SAFE:
        return guarded

    async def uncut(request: Request, /, **path: str) -> HTTPResponse | None:
        # A client that hangs up must not stop a change half-way (reliability F1, F2).
        return await asyncio.shield(asyncio.ensure_future(guarded(request, **path)))

    return uncut


def _query(request: Request, shape: type[msgspec.Struct]) -> msgspec.Struct:
    args = request.get_args(keep_blank_values=True)
    # The same parameter twice is nobody's honest request: both are kept, and the shape refuses them.
    single = {name: values[0] if len(values) == 1 else values for name, values in args.items()}
    return convert(single, shape, texts=True)
