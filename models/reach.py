"""How people can be reached, as their rows say: one statement each, however many people."""

from collections.abc import Collection
from typing import Any

from models.raw import as_ids, fetch, ids_from
from models.vocabulary import Platform

_ACCOUNTS = """
SELECT a.id, a.person_id, a.platform, s.template, s.mode,
    CASE WHEN s.mode = 'once' THEN s.remaining - (
        SELECT count(*) FROM deliveries d WHERE d.state = 0 AND d.channel = a.platform
        AND d.recipient_key = a.id AND d.template = s.template
    ) - (
        SELECT count(*) FROM deliveries d WHERE d.state = 1 AND d.channel = a.platform
        AND d.recipient_key = a.id AND d.template = s.template
    ) END AS remaining
FROM {those} JOIN platform_accounts a ON a.person_id = r.row_id
    LEFT JOIN subscriptions s ON s.account_id = a.id
WHERE a.unreachable_at IS NULL
ORDER BY a.bound_at DESC, a.id DESC
"""

_WISHES = """
SELECT p.id, p.phone_index IS NOT NULL AS phone, p.email_index IS NOT NULL AS mailbox,
    q.starts_minute, q.ends_minute, f.topic, f.channel
FROM {those} JOIN persons p ON p.id = r.row_id
    LEFT JOIN quiet_hours q ON q.person_id = p.id
    LEFT JOIN preferences f ON f.person_id = p.id AND NOT f.enabled
"""

_SUBJECTS = """
SELECT a.id, a.kind, a.subject FROM {those} JOIN platform_accounts a ON a.id = r.row_id
WHERE a.platform = $2 AND a.person_id IS NOT NULL
"""


async def accounts_of(people: Collection[str]) -> list[dict[str, Any]]:
    """Accounts that can be written to, of each person the one bound last first; a row for each
    template that it has a subscription of. remaining: credits less what is on its way already,
    None where they are not counted.
    """
    return await _of(people, _ACCOUNTS)


async def wishes_of(people: Collection[str]) -> list[dict[str, Any]]:
    """Of each person phone and mailbox (whether there is one), quiet hours, and what is switched
    off: a row for each topic and channel, at least one.
    """
    return await _of(people, _WISHES)


async def names_of_units(units: Collection[str]) -> list[dict[str, Any]]:
    """Id and name of units."""
    return await _of(units, "SELECT u.id, u.name FROM {those} JOIN units u ON u.id = r.row_id")


async def subjects_of(platform: Platform, accounts: Collection[str]) -> list[dict[str, Any]]:
    """Kind and subject of those accounts of a platform that are somebody's."""
    return await _of(accounts, _SUBJECTS, platform.value)


async def _of(ids: Collection[str], statement: str, *more: object) -> list[dict[str, Any]]:
    if not ids:
        return []
    return await fetch(statement.format(those=ids_from(1)), as_ids(ids), *more)
