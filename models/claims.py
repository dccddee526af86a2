"""Claiming deliveries: who sends what, one push of a recipient at a time (notify §4.3).

A claim lasts until its lease ends; then whoever comes claims it anew, under the next fencing token.
The partial unique index of deliveries makes a second push of a recipient impossible, whatever
two claims that overlap may have seen.
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from models.raw import fetch, moment
from models.vocabulary import DeliveryChannel, Urgency

LOOKS = 2
"""How often a claim looks when another worker was quicker."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours until its lease ends. token: its attempts, to settle it with."""

    id: int
    channel: DeliveryChannel
    message_id: str
    recipient_key: str
    template: str
    urgency: int
    token: int
    tries: int
    most_tries: int
    started_at: datetime
    expires_at: datetime | None
    doubt_since: datetime | None
    once: bool
    guard: str
    digest_key: str | None


# OFFSET 0 keeps PostgreSQL from making joins of these: with statistics of a quiet hour, when
# hardly anything is open, it would read the whole backlog anew for each delivery.
_DUE = """
    SELECT id FROM (
        SELECT d.id FROM deliveries d
        WHERE d.state = 0 AND d.channel = $1 AND d.urgency = {urgency} AND d.due_at <= $2
        AND NOT EXISTS (
            SELECT 1 FROM deliveries e WHERE e.channel = d.channel
            AND e.recipient_key = d.recipient_key AND e.state = 1 LIMIT 1 OFFSET 0
        )
        AND NOT EXISTS (
            SELECT 1 FROM deliveries e WHERE e.channel = d.channel
            AND e.recipient_key = d.recipient_key AND e.state = 0 AND e.id < d.id
            AND e.due_at <= $2 LIMIT 1 OFFSET 0
        )
        ORDER BY d.due_at, d.id LIMIT $5 FOR UPDATE SKIP LOCKED
    ) due{urgency}"""

_CLAIM = f"""
WITH chosen AS (
    SELECT id FROM (
        SELECT d.id FROM deliveries d
        WHERE d.state = 1 AND d.channel = $1 AND d.due_at <= $2
        ORDER BY d.due_at LIMIT $5 FOR UPDATE SKIP LOCKED
    ) doubtful
    {" ".join(f"UNION ALL {_DUE.format(urgency=each.value)}" for each in Urgency)}
    LIMIT $5
)
UPDATE deliveries SET
    doubt_since = CASE WHEN state = 1 THEN coalesce(doubt_since, attempt_started_at)
        ELSE doubt_since END,
    state = 1, attempts = attempts + 1, due_at = $3, lease_owner = $4, attempt_started_at = $2
FROM chosen WHERE deliveries.id = chosen.id
RETURNING deliveries.id, message_id, recipient_key, template, attempts, tries, most_tries,
    expires_at, doubt_since, once, guard, digest_key, urgency
"""


async def claim(
    channel: DeliveryChannel, limit: int, *, now: datetime, lease_until: datetime, owner: str
) -> list[Claimed]:
    """Up to limit deliveries of a channel that are due, the doubtful first, then by urgency.

    Two workers that chose pushes of one recipient at the same moment: one looks once more.
    """
    for _ in range(LOOKS):
        with contextlib.suppress(IntegrityError):
            rows = await fetch(_CLAIM, channel.value, now, lease_until, owner, limit)
            return [_claimed(channel, now, row) for row in sorted(rows, key=_turn)]
    return []


def _turn(row: dict[str, Any]) -> tuple[int, int]:
    return int(row["urgency"]), int(row["id"])


def _claimed(channel: DeliveryChannel, now: datetime, row: dict[str, Any]) -> Claimed:
    return Claimed(
        id=row["id"],
        channel=channel,
        message_id=row["message_id"],
        recipient_key=row["recipient_key"],
        template=row["template"],
        urgency=row["urgency"],
        token=row["attempts"],
        tries=row["tries"],
        most_tries=row["most_tries"],
        started_at=now,
        expires_at=moment(row["expires_at"]),
        doubt_since=moment(row["doubt_since"]),
        once=bool(row["once"]),
        guard=row["guard"],
        digest_key=row["digest_key"],
    )
