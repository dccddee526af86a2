"""Resolving doubt: a platform's report of a push whose answer we never got (notify §4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.raw import fetch
from models.vocabulary import DeliveryChannel


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery that may have been sent since a moment. recipient: the platform's own id."""

    delivery_id: int
    recipient: str
    template: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """The report that ends a doubt. delivered: whether the message also arrived."""

    msgid: str
    delivered: bool
    code: str


_BIND = """
UPDATE platform_receipts SET delivery_id = $1 WHERE id = (
    SELECT id FROM platform_receipts WHERE channel = $2 AND recipient = $3 AND template = $4
    AND at >= $5 AND delivery_id IS NULL ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) AND delivery_id IS NULL
RETURNING msgid, delivered, code
"""

_BOUND = """
SELECT msgid, delivered, code FROM platform_receipts WHERE delivery_id = $1 ORDER BY id LIMIT 1
"""


async def resolve(channel: DeliveryChannel, doubts: Sequence[Doubt]) -> dict[int, Found]:
    """The report for each doubt that has one, bound to its delivery so that it counts once.

    Safe because a recipient has one push under way: no other can have caused it.
    """
    found: dict[int, Found] = {}
    for each in doubts:
        rows = await fetch(_BOUND, each.delivery_id) or await fetch(
            _BIND, each.delivery_id, channel.value, each.recipient, each.template, each.since
        )
        if rows:
            row = rows[0]
            found[each.delivery_id] = Found(row["msgid"], bool(row["delivered"]), row["code"])
    return found
