"""Routes for existing 经办系统: statuses of filings, certificates, units (contract §11)."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sanic import HTTPResponse

from handlers import certificate_events, filing_events, unit_sync
from models.errors.system import FORBIDDEN, INPUT_WRONG
from models.vocabulary import CertificateState, FilingStatus
from server.batches import Batch, below
from server.call import Call
from server.ingest import BODY_LIMIT
from server.operation import Routes
from server.policy import INGEST
from server.routes.answers import as_json
from server.wire import ingest_bodies as bodies

T = TypeVar("T")
routes = Routes("ingest", "/api/v1/ingest")


@routes.add(
    "POST",
    "/filings/status",
    INGEST,
    body=bodies.FilingStatusBody,
    rows=True,
    limit=BODY_LIMIT,
    answers={200: bodies.TakenResults},
    refuses=[FORBIDDEN],
    example={
        "events": [
            {
                "event_id": "e-1",
                "uscc": "91239900RLXDJ01N3N",
                "external_no": "2026030200001",
                "item": "employee_add",
                "status": "approved",
                "at": "2026-03-02T02:00:00Z",
            }
        ]
    },
)
async def take_filing_statuses(call: Call, batch: Batch[bodies.FilingStatusEvent]) -> HTTPResponse:
    """Statuses of filings; each event counts once, and none leads a filing backwards."""

    async def take(each: bodies.FilingStatusEvent) -> filing_events.Result:
        event = filing_events.FilingEvent(
            event_id=each.event_id,
            uscc=each.uscc,
            external_no=each.external_no,
            item=each.item,
            status=FilingStatus(each.status),
            at=each.at,
            note=each.reviewer_note,
            unit_no=each.unit_no,
            due_at=each.due_at,
        )
        return await filing_events.take_in(call.tools, call.actor, event, now=call.now)

    return await _answer(batch, take)


@routes.add(
    "POST",
    "/certificates",
    INGEST,
    body=bodies.CertificatesBody,
    rows=True,
    limit=BODY_LIMIT,
    answers={200: bodies.TakenResults},
    refuses=[FORBIDDEN],
    example={
        "certificates": [
            {
                "event_id": "c-1",
                "uscc": "91239900RLXDJ01N3N",
                "issuer": "演示电子认证服务有限公司",
                "serial": "2a00ff",
                "not_before": "2026-03-02T02:00:00Z",
                "not_after": "2027-03-02T02:00:00Z",
            }
        ]
    },
)
async def take_certificates(call: Call, batch: Batch[bodies.CertificateEvent]) -> HTTPResponse:
    """Certificates of units and what became of them; each event counts once."""

    async def take(each: bodies.CertificateEvent) -> filing_events.Result:
        event = certificate_events.CertificateEvent(
            event_id=each.event_id,
            uscc=each.uscc,
            issuer=each.issuer,
            serial=each.serial,
            not_before=each.not_before,
            not_after=each.not_after,
            state=CertificateState(each.status),
            title=each.title,
            algorithm=each.algorithm,
            replaces=each.replaces,
        )
        return await certificate_events.take_in(call.tools, call.actor, event, now=call.now)

    return await _answer(batch, take)


@routes.add(
    "POST",
    "/units",
    INGEST,
    body=bodies.UnitsBody,
    rows=True,
    limit=BODY_LIMIT,
    answers={200: bodies.TakenResults},
    refuses=[FORBIDDEN],
    example={
        "units": [
            {
                "event_id": "u-1",
                "uscc": "91239900RLXDJ01N3N",
                "name": "测试公司",
                "at": "2026-03-02T02:00:00Z",
            }
        ]
    },
)
async def take_units(call: Call, batch: Batch[bodies.UnitEvent]) -> HTTPResponse:
    """Units with relations and legal reps, and whether they are closed; each event counts once."""

    async def take(each: bodies.UnitEvent) -> filing_events.Result:
        return await unit_sync.take_in(call.tools, call.actor, bodies.sent(each), now=call.now)

    return await _answer(batch, take)


async def _answer(
    batch: Batch[T], take: Callable[[T], Awaitable[filing_events.Result]]
) -> HTTPResponse:
    """Take the rows in one after another, and say of each what became of it."""
    results = []
    for row in batch:
        if row.value is None:
            unread = filing_events.rejected(row.event_id, INPUT_WRONG.refuse(errors=row.errors))
            results.append(_shown(unread, ""))
        else:
            results.append(_shown(await take(row.value), row.place))
    return as_json(bodies.TakenResults(results))


def _shown(told: filing_events.Result, place: str) -> bodies.TakenResult:
    """The result, its pointers from the root of the body. place: where the event stands in it."""
    faults = [bodies.TakenFault(each.pointer, each.detail) for each in below(place, told.errors)]
    return bodies.TakenResult(told.event_id, told.result.value, told.code, faults)
