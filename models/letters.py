"""Reading what a push is made of: its message as it stands now, and others that go out with it."""

from collections.abc import Sequence
from typing import Any

from models.claims import Claimed
from models.raw import as_ids, as_rows, fetch, ids_from, rows_from
from models.vocabulary import DeliveryChannel

_COLUMNS = (
    "m.id, m.topic, m.subject, m.recipient, m.person_id, m.facts, m.created_at, m.text_version"
)


async def messages_of(ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Messages by id, each with `read` and whether a later one `superseded` it."""
    rows = await fetch(
        f"SELECT {_COLUMNS}, m.read_at IS NOT NULL AS read,"
        " m.series <> '' AND EXISTS ("
        "   SELECT 1 FROM inbox_messages n WHERE n.recipient = m.recipient"
        "   AND n.series = m.series AND n.id <> m.id"
        "   AND (n.created_at > m.created_at OR n.created_at = m.created_at AND n.id > m.id)"
        " ) AS superseded"
        f" FROM inbox_messages m, {ids_from(1)} WHERE m.id = r.row_id",
        as_ids(ids),
    )
    return {row["id"]: row for row in rows}


async def companions_of(
    channel: DeliveryChannel, claims: Sequence[Claimed], now: object
) -> dict[int, list[dict[str, Any]]]:
    """By claim: messages whose due deliveries share its digest_key, oldest first.

    Each row also holds `delivery_id`. Nobody else can claim them while the claim is under way.
    """
    keyed = [
        {
            "claim_id": each.id,
            "key": each.recipient_key,
            "template": each.template,
            "digest": each.digest_key,
        }
        for each in claims
        if each.digest_key
    ]
    if not keyed:
        return {}
    columns = {"claim_id": "bigint", "key": "text", "template": "text", "digest": "text"}
    rows = await fetch(
        f"SELECT {_COLUMNS}, d.id AS delivery_id, r.claim_id AS claim_id"
        f" FROM deliveries d, inbox_messages m, {rows_from(3, **columns)}"
        " WHERE d.state = 0 AND d.channel = $1 AND d.recipient_key = r.key"
        " AND d.template = r.template AND d.digest_key = r.digest AND d.due_at <= $2"
        " AND (d.expires_at IS NULL OR d.expires_at > $2) AND m.id = d.message_id ORDER BY d.id",
        channel.value,
        now,
        as_rows(keyed),
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["claim_id"], []).append(row)
    return found
