"""Settling deliveries: what became of claims, many at once, each under its fencing token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.claims import Claimed
from models.database import require_transaction
from models.raw import as_rows, fetch, rows_from
from models.vocabulary import DeliveryState


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claim. due_at: when a pending one may be claimed again.

    tried: whether it uses up one of its tries; doubt_since: set while nobody knows whether it
    arrived; outcome: the word for the log of attempts; companions: deliveries that it spoke for.
    """

    claim: Claimed
    state: DeliveryState
    outcome: str
    at: datetime
    due_at: datetime | None = None
    tried: bool = False
    doubt_since: datetime | None = None
    reason: str = ""
    code: str = ""
    msgid: str | None = None
    companions: tuple[int, ...] = ()


async def settle(settled: Sequence[Settled]) -> dict[int, bool]:
    """Write what became of claims. By id of those that were still ours: whether another push waits
    for the same recipient.

    A claim whose lease ended and which somebody else took is left alone: that is its business now.
    """
    require_transaction()
    rows = as_rows([_row(each) for each in settled])
    won = await fetch(
        "UPDATE deliveries SET state = r.state, due_at = coalesce(r.due_at, deliveries.due_at),"
        " tries = deliveries.tries + r.tried, doubt_since = r.doubt_since, reason = r.reason,"
        " code = r.code, platform_msgid = coalesce(r.msgid, deliveries.platform_msgid),"
        " done_at = r.done_at, lease_owner = NULL"
        f" FROM {rows_from(1, **_COLUMNS)}"
        " WHERE deliveries.id = r.id AND deliveries.attempts = r.token AND deliveries.state = 1"
        " RETURNING deliveries.id, EXISTS (SELECT 1 FROM deliveries w WHERE w.state = 0"
        " AND w.channel = deliveries.channel AND w.recipient_key = deliveries.recipient_key"
        " AND w.id <> deliveries.id) AS others",
        rows,
    )
    ours = {int(row["id"]): bool(row["others"]) for row in won}
    mine = [each for each in settled if each.claim.id in ours]
    if mine:
        # As a rule all are ours still, and what was said of them can be said again.
        await _log(rows if len(mine) == len(settled) else as_rows([_row(each) for each in mine]))
    await _with_companions(mine)
    await _meet_receipts([each for each in mine if each.msgid])
    return ours


_COLUMNS = {
    "id": "bigint",
    "token": "int",
    "state": "int",
    "due_at": "timestamptz",
    "tried": "int",
    "doubt_since": "timestamptz",
    "reason": "text",
    "code": "text",
    "msgid": "text",
    "done_at": "timestamptz",
    "started_at": "timestamptz",
    "finished_at": "timestamptz",
    "outcome": "text",
}


def _row(each: Settled) -> dict[str, object]:
    return {
        "id": each.claim.id,
        "token": each.claim.token,
        "state": int(each.state),
        "due_at": each.due_at,
        "tried": int(each.tried),
        "doubt_since": each.doubt_since,
        "reason": each.reason[:40],
        "code": each.code[:40],
        "msgid": each.msgid[:64] if each.msgid else None,
        "done_at": None if each.state is DeliveryState.PENDING else each.at,
        "started_at": each.claim.started_at,
        "finished_at": each.at,
        "outcome": each.outcome,
    }


async def _log(rows: str) -> None:
    await fetch(
        "INSERT INTO delivery_attempts"
        " (delivery_id, n, started_at, finished_at, outcome, reason, code, msgid)"
        " SELECT id, token, started_at, finished_at, outcome, reason, code, msgid"
        f" FROM {rows_from(1, **_COLUMNS)} RETURNING id",
        rows,
    )


async def _with_companions(mine: Sequence[Settled]) -> None:
    spoken_for = [
        {"id": companion, "at": each.at}
        for each in mine
        if each.state is DeliveryState.SENT
        for companion in each.companions
    ]
    if spoken_for:
        await fetch(
            "UPDATE deliveries SET state = 6, reason = 'digested', done_at = r.at"
            f" FROM {rows_from(1, id='bigint', at='timestamptz')}"
            " WHERE deliveries.id = r.id AND deliveries.state = 0 RETURNING deliveries.id",
            as_rows(spoken_for),
        )


async def _meet_receipts(sent: Sequence[Settled]) -> None:
    """Match receipts that came before we had written the message's number down."""
    if not sent:
        return
    met = await fetch(
        "UPDATE platform_receipts SET delivery_id = r.id"
        f" FROM {rows_from(1, id='bigint', channel='text', msgid='text')}"
        " WHERE platform_receipts.channel = r.channel AND platform_receipts.msgid = r.msgid"
        " AND platform_receipts.delivery_id IS NULL"
        " RETURNING platform_receipts.delivery_id, delivered, code",
        as_rows(
            [
                {"id": each.claim.id, "channel": each.claim.channel.value, "msgid": each.msgid}
                for each in sent
            ]
        ),
    )
    if met:
        rows = [
            {
                "id": row["delivery_id"],
                "state": int(DeliveryState.DELIVERED if row["delivered"] else DeliveryState.FAILED),
                "code": "" if row["delivered"] else row["code"],
            }
            for row in met
        ]
        await fetch(
            "UPDATE deliveries SET state = r.state, code = r.code"
            f" FROM {rows_from(1, id='bigint', state='int', code='text')}"
            " WHERE deliveries.id = r.id AND deliveries.state = 2 RETURNING deliveries.id",
            as_rows(rows),
        )
