"""Pausing grants, letting them go on, taking them back; all of a unit's when its 法人 changes."""

from datetime import datetime

from handlers.grant_changes import Changes, Hand, Step, changing
from handlers.grant_edits import own_grant
from handlers.grant_offers import told_of
from handlers.tools import Tools
from models.audit import Action
from models.errors.filing import STATE_CHANGED
from models.grant import Grant
from models.grant_states import GRANT_LABELS
from models.outbox import Topic
from models.vocabulary import GrantStatus, Suspension

_WORKING = (GrantStatus.OFFERED, GrantStatus.SCHEDULED, GrantStatus.ACTIVE)


async def revoke(  # noqa: PLR0913
    tools: Tools,
    hand: Hand,
    unit_id: str,
    grant_id: str,
    *,
    reason: str,
    revision: int,
    now: datetime,
) -> None:
    """Take a grant back: from the commit on, no request under it succeeds.

    revision: the one that was seen. Refuses: NOT_FOUND for another unit's, STATE_CHANGED when it
    was changed meanwhile or cannot be revoked. Source: 手册 3.1.1 (3).
    """
    async with changing(tools, now) as changes:
        grant = await own_grant(unit_id, grant_id, revision)
        step = Step(
            GrantStatus.REVOKED,
            Action.GRANT_REVOKE,
            Topic.GRANT_REVOKED,
            told_of(grant, rep=False),
            reason=reason,
            columns={"reason": reason},
        )
        await changes.move(hand, grant, step)


async def suspend(  # noqa: PLR0913
    tools: Tools,
    hand: Hand,
    unit_id: str,
    grant_id: str,
    *,
    reason: str,
    revision: int,
    now: datetime,
) -> None:
    """Pause a grant until it is resumed. Refuses: NOT_FOUND, STATE_CHANGED."""
    async with changing(tools, now) as changes:
        grant = await own_grant(unit_id, grant_id, revision)
        await changes.move(hand, grant, _paused(grant, Suspension.WISHED, reason))


async def resume(
    tools: Tools, hand: Hand, unit_id: str, grant_id: str, *, revision: int, now: datetime
) -> None:
    """Let a suspended grant go on; after 法人变更 this is the new legal rep's confirmation.

    A clerk who never scanned is waited for again. Refuses: NOT_FOUND, STATE_CHANGED.
    """
    async with changing(tools, now) as changes:
        grant = await own_grant(unit_id, grant_id, revision)
        # The table lets a legal rep turn other states into these too: a request is answered
        # elsewhere, with a fresh identity.
        if grant.status is not GrantStatus.SUSPENDED:
            raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])
        if tools.acceptance and not (grant.accepted_at or grant.person_id):
            to = GrantStatus.OFFERED
        else:
            to = GrantStatus.SCHEDULED if grant.valid_from > now else GrantStatus.ACTIVE
        step = Step(
            to,
            Action.GRANT_RESUME,
            Topic.GRANT_RESUMED,
            told_of(grant, rep=False),
            columns={"suspension": None, "reason": ""},
        )
        await changes.move(hand, grant, step)


async def suspend_all_of_unit(
    changes: Changes, hand: Hand, unit_id: str, why: Suspension
) -> list[str]:
    """Pause every working grant of a unit, inside the caller's transaction; their ids.

    After 法人变更 the new legal representative confirms them one by one (domain §7.2).
    """
    grants = await Grant.filter(unit_id=unit_id, status__in=_WORKING).order_by("id")
    for grant in grants:
        await changes.move(hand, grant, _paused(grant, why, ""))
    return [grant.id for grant in grants]


def _paused(grant: Grant, why: Suspension, reason: str) -> Step:
    return Step(
        GrantStatus.SUSPENDED,
        Action.GRANT_SUSPEND,
        Topic.GRANT_SUSPENDED,
        told_of(grant, rep=False),
        reason=reason,
        detail={"why": why.value},
        columns={"suspension": why, "reason": reason},
    )
