"""Declaring a route once: what it needs, reads, answers and refuses; the API page reads the same.

The declaration is turned into an endpoint when the application is built, so a request pays only for
what its own declaration asks for.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sanic import HTTPResponse

from models.errors.entry import Entry
from server.policy import Policy

Answers = Mapping[int, Any]
Function = Callable[..., Awaitable[HTTPResponse | None]]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One method of one path. answers: status → shape (None: no body). query: shape of the query.

    media: content type of the good answer; example: a body that works. page: a page for people
    without script, whose body is a form and whose refusals are pages too. brief: one step in the
    store and nothing else, so a client that hangs up can stop nothing half-way. limit: bytes of
    its body where they are more than usual (0: the usual ones). streamed: the same for a body that
    the function reads itself, piece by piece. rows: the body is one list, each row of it read by
    itself (server.batches). uploads: a body that the function reads itself, by content type: the
    shape of its JSON, or bytes for a file.
    """

    method: str
    path: str
    policy: Policy
    function: Function
    summary: str
    tag: str
    answers: Answers
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    refuses: tuple[Entry, ...] = ()
    media: str = "application/json"
    if_match: bool = False
    once: bool = False
    page: bool = False
    brief: bool = False
    limit: int = 0
    streamed: int = 0
    rows: bool = False
    uploads: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Routes:
    """A blueprint's worth of operations under one prefix."""

    tag: str
    prefix: str
    operations: list[Operation] = field(default_factory=list)

    def add(
        self,
        method: str,
        path: str,
        policy: Policy,
        *,
        answers: Answers,
        refuses: Sequence[Entry] = (),
        **more: Any,
    ) -> Callable[[Function], Function]:
        """Declare the decorated function as the operation; its docstring is the summary."""

        def declare(function: Function) -> Function:
            operation = Operation(
                method=method,
                path=self.prefix + path,
                policy=policy,
                function=function,
                summary=(function.__doc__ or "").strip(),
                tag=self.tag,
                answers=answers,
                refuses=tuple(refuses),
                **more,
            )
            self.operations.append(operation)
            return function

        return declare
