"""What an operation may refuse: what it declares, and what its declaration brings with it."""

from collections.abc import Iterable, Iterator
from typing import Any

from models.errors.catalogue import readable
from models.errors.entry import Entry
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED, GRANT_REVOKED, GRANT_SUSPENDED
from models.errors.login import SESSION_ENDED, UNIT_SWITCHED
from models.errors.phone import CHALLENGE_UNKNOWN, IDENTITY_NEEDED
from models.errors.scan import CHOOSE_UNIT
from models.errors.system import (
    BODY_TOO_LARGE,
    BUG,
    CSRF_FAILED,
    DATABASE_DOWN,
    FORBIDDEN,
    IF_MATCH_MISSING,
    INPUT_WRONG,
    MEDIA_TYPE_WRONG,
    NOT_FOUND,
    REPEATED,
    STORE_DOWN,
)
from models.errors.unit import UNIT_CLOSED
from server.errors import PROBLEM
from server.operation import Operation
from server.policy import Access

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Said = tuple[int, Entry]


def refusals(operation: Operation) -> dict[int, list[Entry]]:
    """By status, in the order of the codes: every entry that the operation may answer with."""
    found: dict[int, dict[str, Entry]] = {}
    for status, entry in (*_declared(operation), *_implied(operation)):
        found.setdefault(status, {})[entry.code] = entry
    return {
        status: sorted(entries.values(), key=lambda entry: entry.code)
        for status, entries in sorted(found.items())
    }


def problem_answer(status: int, entries: list[Entry], *, page: bool) -> dict[str, Any]:
    """The answer that carries these entries; page: HTML for people instead of a problem."""
    listed = "\n".join(f"- `{entry.code}` {readable(entry.prompt)}" for entry in entries)
    headers = {"X-Trace-Id": {"$ref": "#/components/headers/TraceId"}}
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if page:
        return {"description": listed, "content": {"text/html": {"schema": {"type": "string"}}}}
    shape = {"$ref": "#/components/schemas/Problem"}
    names = [_name(status, entry) for entry in entries]
    examples = {name: {"$ref": f"#/components/examples/{name}"} for name in names}
    content = {PROBLEM: {"schema": shape, "examples": examples}}
    return {"description": listed, "headers": headers, "content": content}


def problem_examples(operations: Iterable[Operation]) -> dict[str, Any]:
    """An example of every problem that any of them may answer, by `<code>.<status>`."""
    return {
        _name(status, entry): {"summary": readable(entry.prompt), "value": _example(status, entry)}
        for operation in operations
        if not operation.page
        for status, entries in refusals(operation).items()
        for entry in entries
    }


def _name(status: int, entry: Entry) -> str:
    return f"{entry.code}.{status}"


def _example(status: int, entry: Entry) -> dict[str, Any]:
    return {
        "type": f"/help/errors/{entry.code}",
        "title": readable(entry.prompt),
        "status": status,
        "code": entry.code,
        "detail": readable(entry.explain),
        "solutions": [readable(remedy) for remedy in entry.remedies],
        "actions": [{"rel": action.rel, "title": action.title} for action in entry.actions],
        "trace_id": "9f86d081884c7d65",
        "retry_after_s": 3 if status in (429, 503) else None,
        "errors": [],
    }


def _declared(operation: Operation) -> Iterator[Said]:
    for entry in operation.refuses:
        yield _REWORDED.get((operation.policy.access, entry.code), entry.status), entry


# Where the door answers with another status than the entry's own.
_REWORDED = {
    (Access.OPERATOR, FORBIDDEN.code): 404,
    (Access.INGEST, FORBIDDEN.code): 401,
    (Access.UNIT, CHOOSE_UNIT.code): 403,
}


def _implied(operation: Operation) -> Iterator[Said]:
    yield from _at_the_door(operation)
    yield from _of_session(operation)
    yield from _of_input(operation)
    yield 500, BUG
    yield 503, STORE_DOWN
    yield 503, DATABASE_DOWN


def _at_the_door(operation: Operation) -> Iterator[Said]:
    access = operation.policy.access
    if access is Access.BROWSER:
        yield 404, CHALLENGE_UNKNOWN
    if access is Access.OPERATOR:
        yield 404, FORBIDDEN
    if access is Access.INGEST:
        yield 401, FORBIDDEN
    by_cookie = (Access.BROWSER, Access.SIGNED_IN, Access.UNIT, Access.OFFICER)
    if operation.method in UNSAFE and access in by_cookie:
        yield 403, CSRF_FAILED


_LOST = (
    SESSION_ENDED,
    GRANT_REVOKED,
    GRANT_EXPIRED,
    GRANT_SUSPENDED,
    GRANT_PAUSED,
    UNIT_CLOSED,
)


def _of_session(operation: Operation) -> Iterator[Said]:
    policy = operation.policy
    if not policy.needs_session:
        return
    if policy.access is Access.OFFICER:
        yield from _of_console(operation)
        return
    for entry in (*_LOST, UNIT_SWITCHED):
        yield entry.status, entry
    if policy.access is not Access.PHONE:
        yield IDENTITY_NEEDED.status, IDENTITY_NEEDED
    if policy.access is Access.UNIT:
        yield 403, CHOOSE_UNIT
        if policy.roles:
            yield policy.refusal.status, policy.refusal


def _of_console(operation: Operation) -> Iterator[Said]:
    # Whoever comes with the session of a desk is told how that one ended.
    for entry in _LOST:
        yield entry.status, entry
    if operation.policy.duties:
        yield operation.policy.refusal.status, operation.policy.refusal


def _of_input(operation: Operation) -> Iterator[Said]:
    yield 400, INPUT_WRONG
    if operation.body is not None or operation.query is not None or operation.if_match:
        yield 422, INPUT_WRONG
    if operation.body is not None:
        yield 413, BODY_TOO_LARGE
        yield 415, MEDIA_TYPE_WRONG
    if operation.if_match:
        yield IF_MATCH_MISSING.status, IF_MATCH_MISSING
    if operation.once:
        yield REPEATED.status, REPEATED
        yield 422, INPUT_WRONG
    if "<" in operation.path:
        yield 404, NOT_FOUND
