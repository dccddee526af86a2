"""Whom news of a unit is for 通知对象: its clerks by their grants, and its legal representative."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import outbox
from models.filing import Filing
from models.grant import Grant
from models.vocabulary import GrantStatus


async def everybody_of(
    unit_ids: Iterable[str], now: datetime
) -> Mapping[str, list[outbox.Recipient]]:
    """The legal representative and every clerk of each unit; one statement for all of them."""
    found = {unit_id: [outbox.legal_rep_of(unit_id)] for unit_id in unit_ids}
    rows = await _standing(now).filter(unit_id__in=list(found)).values_list("id", "unit_id")
    for grant_id, unit_id in rows:
        found[unit_id].append(outbox.clerk_of(grant_id))
    return found


async def those_of_relation(
    unit_id: str, relation_id: str, now: datetime
) -> list[outbox.Recipient]:
    """The legal representative, and the clerks whose grants hold the relation."""
    held = _standing(now).filter(unit_id=unit_id, relations__id=relation_id)
    grant_ids = await held.values_list("id", flat=True)
    return [outbox.legal_rep_of(unit_id), *(outbox.clerk_of(str(each)) for each in grant_ids)]


async def audience_of_filing(filing: Filing, now: datetime) -> list[outbox.Recipient]:
    """Who submitted it; where nobody here did, those whom it concerns."""
    if filing.submitted_by_id:
        return [outbox.person(filing.submitted_by_id)]
    if filing.relation_id:
        return await those_of_relation(filing.unit_id, filing.relation_id, now)
    return (await everybody_of([filing.unit_id], now))[filing.unit_id]


def _standing(now: datetime) -> QuerySet[Grant]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    return Grant.filter(lasting, status=GrantStatus.ACTIVE, valid_from__lte=now)
