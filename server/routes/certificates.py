"""Routes of a unit's certificates (contract §10)."""

from sanic import HTTPResponse, empty

from handlers import certificates, renewals
from handlers.certificate_rows import CertificateView
from handlers.certificates import SentFile, TypedDates
from models.errors.certificate import (
    CA_UNAVAILABLE,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_OF_OTHER_UNIT,
    CERTIFICATE_REVOKED,
    CERTIFICATE_UNRECOGNISED,
    RENEWAL_TOO_EARLY,
    RENEWAL_TOO_LATE,
)
from models.errors.filing import STATE_CHANGED
from models.errors.system import (
    BODY_TOO_LARGE,
    CSRF_FAILED,
    IF_MATCH_MISSING,
    INPUT_WRONG,
    NOT_FOUND,
)
from server.bodies import read_json
from server.call import Call
from server.operation import Routes
from server.policy import UNIT
from server.routes.answers import as_json
from server.wire import bodies
from server.wire import certificate_shapes as shapes
from server.wire import certificate_views as views

LARGEST_FILE = 64 * 1024
_AROUND_A_FILE = 8 * 1024
"""Bytes that a multipart body may hold besides the file."""

routes = Routes("certificates", "/api/v1/certificates")


@routes.add(
    "GET",
    "",
    UNIT,
    query=bodies.PageQuery,
    answers={200: shapes.CertificatePage},
    refuses=[NOT_FOUND],
)
async def list_certificates(call: Call, query: bodies.PageQuery) -> HTTPResponse:
    """The unit's certificates, oldest first."""
    rows = await certificates.list_certificates(
        call.tools, call.actor.unit_id, after=query.cursor, limit=query.limit, now=call.now
    )
    shown = [views.certificate(row) for row in rows[: query.limit]]
    more = shown[-1].id if len(rows) > query.limit else None
    return as_json(shapes.CertificatePage(shown, more))


@routes.add(
    "POST",
    "",
    UNIT,
    query=shapes.ReplacesQuery,
    limit=LARGEST_FILE + _AROUND_A_FILE,
    uploads={
        "application/x-x509-ca-cert": bytes,
        "multipart/form-data": bytes,
        "application/json": shapes.DatesBody,
    },
    example={"title": "U盾", "not_after": "2027-03-02T15:59:59Z"},
    answers={201: shapes.ShownCertificate},
    refuses=[
        CERTIFICATE_UNRECOGNISED,
        CERTIFICATE_OF_OTHER_UNIT,
        CERTIFICATE_REVOKED,
        CERTIFICATE_EXPIRED,
        INPUT_WRONG,
        BODY_TOO_LARGE,
        NOT_FOUND,
        STATE_CHANGED,
        CSRF_FAILED,
    ],
)
async def add_certificate(call: Call, query: shapes.ReplacesQuery) -> HTTPResponse:
    """A certificate file (.cer, .pem or .p7b; raw or as multipart field `file`), or typed dates.

    The file is read and not kept; one that may hold a private key is refused unread.
    """
    if call.request.headers.get("content-type", "").startswith("application/json"):
        return as_json(views.certificate(await _add_dates(call, query.replaces)), 201)
    data, name = _file(call)
    if len(data) > LARGEST_FILE:
        raise BODY_TOO_LARGE.refuse()
    added = await certificates.add_file(
        call.tools,
        call.actor,
        SentFile(data, name),
        replaces=query.replaces,
        lists=call.context.revocations,
        now=call.now,
    )
    return as_json(views.certificate(added), 201)


async def _add_dates(call: Call, replaces: str) -> CertificateView:
    request = call.request
    body = read_json(request.headers.get("content-type", ""), request.body, shapes.DatesBody)
    typed = TypedDates(
        title=body.title,
        not_before=body.not_before or min(call.now, body.not_after),
        not_after=body.not_after,
        issuer=body.issuer,
        serial=body.serial,
    )
    return await certificates.add_dates(
        call.tools, call.actor, typed, replaces=replaces, now=call.now
    )


def _file(call: Call) -> tuple[bytes, str]:
    request = call.request
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return request.body, ""
    sent = request.files.get("file") if request.files else None
    if sent is None:
        raise CERTIFICATE_UNRECOGNISED.refuse()
    return sent.body, sent.name or ""


@routes.add(
    "GET",
    "/<certificate_id:str>",
    UNIT,
    answers={200: shapes.ShownCertificate},
    refuses=[NOT_FOUND],
)
async def read_certificate(call: Call, certificate_id: str) -> HTTPResponse:
    """One certificate of the unit."""
    found = await certificates.read_certificate(
        call.tools, call.actor.unit_id, certificate_id, now=call.now
    )
    return as_json(views.certificate(found))


@routes.add(
    "POST",
    "/<certificate_id:str>/report-lost",
    UNIT,
    if_match=True,
    answers={200: shapes.ShownCertificate},
    refuses=[NOT_FOUND, STATE_CHANGED, IF_MATCH_MISSING, CSRF_FAILED],
)
async def report_lost(call: Call, certificate_id: str) -> HTTPResponse:
    """Note that a certificate was lost; everybody of the unit is told."""
    reported = await certificates.report_lost(
        call.tools, call.actor, certificate_id, revision=call.revision, now=call.now
    )
    return as_json(views.certificate(reported))


@routes.add(
    "POST",
    "/<certificate_id:str>/renew",
    UNIT,
    if_match=True,
    answers={200: shapes.ShownCertificate},
    refuses=[
        NOT_FOUND,
        RENEWAL_TOO_EARLY,
        RENEWAL_TOO_LATE,
        CA_UNAVAILABLE,
        STATE_CHANGED,
        IF_MATCH_MISSING,
        CSRF_FAILED,
    ],
)
async def renew(call: Call, certificate_id: str) -> HTTPResponse:
    """Ask the CA for a successor, which is taken in within minutes or days."""
    if call.context.ca is None:
        raise CA_UNAVAILABLE.refuse()
    asked = await renewals.ask(
        call.tools, call.actor, certificate_id, revision=call.revision, now=call.now
    )
    return as_json(views.certificate(asked))


@routes.add(
    "POST",
    "/<certificate_id:str>/cancel-renewal",
    UNIT,
    if_match=True,
    answers={200: shapes.ShownCertificate},
    refuses=[NOT_FOUND, STATE_CHANGED, IF_MATCH_MISSING, CSRF_FAILED],
)
async def cancel_renewal(call: Call, certificate_id: str) -> HTTPResponse:
    """Take the request back; the certificate is watched as before."""
    cancelled = await renewals.cancel(
        call.tools, call.actor, certificate_id, revision=call.revision, now=call.now
    )
    return as_json(views.certificate(cancelled))


@routes.add(
    "DELETE",
    "/<certificate_id:str>",
    UNIT,
    answers={204: None},
    refuses=[NOT_FOUND, CSRF_FAILED],
)
async def remove_certificate(call: Call, certificate_id: str) -> HTTPResponse:
    """Forget a certificate and its reminders."""
    await certificates.remove(call.tools, call.actor, certificate_id, now=call.now)
    return empty()
