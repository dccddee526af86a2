"""The one renderer: refusals and faults become problem documents (RFC 9457), nothing leaks."""

import contextlib
import logging
import sqlite3
from http import HTTPStatus
from typing import Any

import asyncpg
import msgspec
from sanic import HTTPResponse
from sanic.exceptions import (
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    RequestCancelled,
    SanicException,
)
from sanic.handlers import ErrorHandler
from tortoise.exceptions import DBConnectionError, OperationalError, TransactionManagementError

from models.errors.entry import FieldError, Refusal
from models.errors.system import (
    BODY_TOO_LARGE,
    BUG,
    DATABASE_DOWN,
    INPUT_WRONG,
    METHOD_WRONG,
    NOT_FOUND,
)
from server.context import Request
from server.heads import dressed, trace_of

logger = logging.getLogger("zhangban.errors")

PROBLEM = "application/problem+json"
DATABASE_FAULTS = (
    DBConnectionError,
    OperationalError,
    TransactionManagementError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    ConnectionError,
    TimeoutError,
)


class ShownAction(msgspec.Struct, frozen=True):
    """A next step, as JSON."""

    rel: str
    title: str


class ShownFault(msgspec.Struct, frozen=True):
    """A faulty field, as JSON; pointer by RFC 6901."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True):
    """A refusal as everybody gets it: title 提示, detail 说明, solutions 解决方案."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    solutions: list[str]
    actions: list[ShownAction]
    trace_id: str
    retry_after_s: int | None = None
    errors: list[ShownFault] = []


def as_refusal(fault: BaseException) -> Refusal:
    """The refusal that stands for any exception; an unknown one is our bug."""
    if isinstance(fault, Refusal):
        return fault
    if isinstance(fault, DATABASE_FAULTS) and not _our_query_is_wrong(fault):
        return DATABASE_DOWN.refuse(retry_after_s=3)
    if isinstance(fault, SanicException):
        return _of_sanic(fault)
    return BUG.refuse()


def _our_query_is_wrong(fault: BaseException) -> bool:
    """Whether the database answered, but could make nothing of what we sent."""
    cause = fault.args[0] if fault.args else None
    if isinstance(cause, asyncpg.SyntaxOrAccessError | asyncpg.DataError):
        return True
    return isinstance(cause, sqlite3.OperationalError) and "no such" in str(cause)


def _of_sanic(fault: SanicException) -> Refusal:
    if isinstance(fault, NotFound):
        return NOT_FOUND.refuse()
    if isinstance(fault, MethodNotAllowed):
        return METHOD_WRONG.refuse()
    if isinstance(fault, PayloadTooLarge):
        return BODY_TOO_LARGE.refuse()
    status = fault.status_code or 500
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return INPUT_WRONG.refuse(status=status)
    return DATABASE_DOWN.refuse(retry_after_s=3) if status == 503 else BUG.refuse()


def problem(refusal: Refusal, trace_id: str) -> HTTPResponse:
    """The problem document for a refusal."""
    body = msgspec.to_builtins(
        Problem(
            type=f"/help/errors/{refusal.entry.code}",
            title=refusal.title,
            status=refusal.status,
            code=refusal.entry.code,
            detail=refusal.detail,
            solutions=refusal.solutions,
            actions=[ShownAction(action.rel, action.title) for action in refusal.actions],
            trace_id=trace_id,
            retry_after_s=refusal.retry_after_s,
            errors=[_fault(each) for each in refusal.errors],
        )
    )
    body.update(refusal.extra)
    headers = {
        "X-Trace-Id": trace_id,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    return HTTPResponse(
        msgspec.json.encode(body), refusal.status, headers=headers, content_type=PROBLEM
    )


def _fault(error: FieldError) -> ShownFault:
    return ShownFault(error.pointer, error.detail)


def log_fault(request: Request | None, refusal: Refusal, fault: Exception) -> None:
    """Log what people must look after: our bugs, and outages."""
    facts = {"code": refusal.entry.code, "trace_id": trace_of(request)}
    if refusal.entry is BUG:
        logger.error("unexpected fault", exc_info=fault, extra=facts)
    elif refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning("unavailable", extra={**facts, "fault": type(fault).__name__})


def render(request: Request | None, fault: Exception) -> HTTPResponse:
    """The problem document for anything that was raised."""
    refusal = as_refusal(fault)
    log_fault(request, refusal, fault)
    response = problem(refusal, trace_of(request))
    if isinstance(fault, MethodNotAllowed) and request is not None:
        response.headers["Allow"] = ", ".join(_allowed(request))
    return dressed(request, response) if request is not None else response


def _allowed(request: Request) -> list[str]:
    """The methods that this path does take; the router names none where a path has several."""
    found = []
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        with contextlib.suppress(SanicException):
            request.app.router.get(request.path, method, None)
            found.append(method)
    return found


class Renderer(ErrorHandler):
    """Sanic's hook for everything that is raised."""

    def default(self, request: Any, exception: Exception) -> HTTPResponse:
        """Answer any exception that a route let through."""
        if isinstance(exception, RequestCancelled):
            return HTTPResponse(status=499)
        return render(request, exception)
