"""Grants as far as logging in needs them: who holds one, and taking one back at once."""

from dataclasses import dataclass
from datetime import datetime

from handlers.mandates import grant_state
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.filing import STATE_CHANGED
from models.errors.system import NOT_FOUND
from models.grant import GRANT_LABELS, GRANT_NEXT, Grant
from models.masking import PersonShown, Viewer, mask_person
from models.vocabulary import GrantStatus


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant as the legal representative sees it; own staff are shown in clear (domain §4.4)."""

    grant: Grant
    status: GrantStatus
    clerk: PersonShown


async def list_grants(
    tools: Tools, unit_id: str, *, after: str, limit: int, now: datetime
) -> list[GrantView]:
    """Grants of the unit, oldest first, those after a given id; at most limit + 1 rows."""
    rows = (
        await Grant.filter(unit_id=unit_id, id__gt=after)
        .order_by("id")
        .limit(limit + 1)
        .select_related("unit")
    )
    return [_view(tools, row, now) for row in rows]


def _view(tools: Tools, row: Grant, now: datetime) -> GrantView:
    identity = row.open(tools.vault)
    shown = mask_person(
        Viewer.LEGAL_REP, name=identity.name, id_no=identity.id_no, phone=identity.phone or ""
    )
    return GrantView(row, grant_state(row, now), shown)


async def revoke(
    tools: Tools,
    actor: Actor,
    grant_id: str,
    *,
    reason: str,
    revision: int,
    now: datetime,
) -> GrantView:
    """Take a grant back: from the commit on, no request under it succeeds.

    revision: the one the legal representative saw. Refuses: NOT_FOUND for a grant of another unit,
    STATE_CHANGED when it was changed meanwhile or cannot be revoked. Source: 手册 3.1.1 (3).
    """
    async with tx():
        grant = await Grant.get_or_none(id=grant_id, unit_id=actor.unit_id).select_related("unit")
        if grant is None:
            raise NOT_FOUND.refuse()
        if GrantStatus.REVOKED not in GRANT_NEXT.get(grant.status, frozenset()):
            raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])
        # From here until the announcement every request under this grant asks the database.
        await tools.sessions.doubt(f"g:{grant.id}")
        changed = await Grant.filter(id=grant.id, status=grant.status, revision=revision).update(
            status=GrantStatus.REVOKED, reason=reason, revision=revision + 1
        )
        if not changed:
            raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])
        await audit.record(
            tools.vault, actor, Action.GRANT_REVOKE, grant.id, now=now, detail={"reason": reason}
        )
        await outbox.put(
            outbox.Topic.GRANT_REVOKED,
            grant.id,
            [grant.person_id] if grant.person_id else [],
            {"unit": grant.unit_id},
            dedupe_key=f"grant_revoked:{grant.id}:{revision + 1}",
            now=now,
        )
    await tools.sessions.announce(f"g:{grant.id}", revision + 1)
    if grant.person_id:
        await tools.sessions.sweep(grant.person_id, f"g:{grant.id}", "SB-3005")
    return _view(tools, await Grant.get(id=grant.id).select_related("unit"), now)
