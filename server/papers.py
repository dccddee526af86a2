"""Answers that are pages: their headers, and what a page without script shows when refused."""

from sanic import HTTPResponse, redirect

from models.errors.login import SESSION_ENDED
from models.errors.phone import CHALLENGE_UNKNOWN
from models.errors.scan import QR_EXPIRED
from server.context import Request
from server.errors import as_refusal, log_fault
from server.heads import dressed
from server.pages.documents import CONTENT_SECURITY_POLICY
from server.pages.help import error_page

PLAIN_LOGIN = "/login/plain"
_START_AGAIN = (SESSION_ENDED, CHALLENGE_UNKNOWN, QR_EXPIRED)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def as_page(request: Request, document: str, status: int = 200) -> HTTPResponse:
    """An HTML answer with the headers that every page carries."""
    page = HTTPResponse(
        document, status, headers=dict(_HEADERS), content_type="text/html; charset=utf-8"
    )
    return dressed(request, page)


def refused_page(request: Request, fault: Exception) -> HTTPResponse:
    """What a page without script shows instead of a problem document."""
    refusal = as_refusal(fault)
    log_fault(request, refusal, fault)
    if refusal.entry in _START_AGAIN:
        return dressed(request, redirect(PLAIN_LOGIN, status=303))
    return as_page(request, error_page(refusal.entry), refusal.status)
