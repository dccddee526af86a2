"""A person's own grants: what units let them do and until when, and asking for more time."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.queryset import QuerySet

from handlers import grant_requests
from handlers.grant_changes import scope_of, scopes_of
from handlers.grant_requests import RENEWABLE, Asked
from handlers.mandates import RelationView, grant_state, relation_view
from handlers.tools import Tools
from models.actor import Actor
from models.errors.system import NOT_FOUND
from models.grant import Grant
from models.grant_states import LIVE
from models.identity import index_candidates
from models.person import Person
from models.unit import Relation
from models.vocabulary import GrantStatus

RENEWAL_NOTE = "授权即将到期或已到期,申请续期"


@dataclass(frozen=True, slots=True)
class OwnGrant:
    """A grant as its clerk sees it.

    renewable: it has ended or soon will, and nothing was asked for yet; asked: a request of this
    clerk to the unit is open.
    """

    grant: Grant
    unit_name: str
    status: GrantStatus
    relations: tuple[RelationView, ...]
    renewable: bool
    asked: bool


async def own_grants(
    tools: Tools, person: Person, *, before: str, limit: int, now: datetime
) -> list[OwnGrant]:
    """A person's grants that work, wait or have run out, the latest first; at most limit + 1.

    One that has run out is not told of where the unit has given another since.
    """
    rows = await _of(tools, person).order_by("-id").select_related("unit")
    live = {row.unit_id for row in rows if row.status in LIVE}
    kept = [row for row in rows if row.status in LIVE or row.unit_id not in live]
    kept = _latest_expired_only(kept)
    shown = [row for row in kept if not before or row.id < before][: limit + 1]
    asked = await Grant.filter(person_id=person.id, status=GrantStatus.REQUESTED)
    open_units = {row.unit_id for row in asked}
    scopes = await scopes_of([row.id for row in shown])
    relations = await _relations(scopes)
    return [
        _shown(row, scopes[row.id], relations, asked=row.unit_id in open_units, now=now)
        for row in shown
    ]


def _latest_expired_only(rows: list[Grant]) -> list[Grant]:
    latest = {row.unit_id: row.id for row in reversed(rows)}
    return [row for row in rows if row.status in LIVE or latest[row.unit_id] == row.id]


def _of(tools: Tools, person: Person) -> QuerySet[Grant]:
    # Under another name a grant is not theirs (手册 3.1.1 注).
    index = index_candidates(tools.vault, person.open(tools.vault))
    return Grant.filter(
        id_type=person.id_type,
        id_no_index__in=index.id_nos,
        name_index__in=index.names,
        status__in=[*LIVE, GrantStatus.EXPIRED],
    )


async def _relations(scopes: dict[str, dict[str, str]]) -> dict[str, Relation]:
    wanted = {relation for scope in scopes.values() for relation in scope}
    rows = await Relation.filter(id__in=sorted(wanted)).select_related("agency")
    return {row.id: row for row in rows}


def _shown(
    row: Grant,
    scope: dict[str, str],
    relations: dict[str, Relation],
    *,
    asked: bool,
    now: datetime,
) -> OwnGrant:
    status = grant_state(row, now)
    views = tuple(
        relation_view(found.id, found.insurance, found.unit_no, found.agency.name, scope[found.id])
        for found in (relations[key] for key in sorted(scope) if key in relations)
    )
    ends_soon = row.valid_to is not None and row.valid_to - now <= RENEWABLE
    renewable = ends_soon and status in (GrantStatus.ACTIVE, GrantStatus.EXPIRED) and not asked
    return OwnGrant(row, row.unit.name, status, views, renewable, asked)


async def renew(
    tools: Tools, person: Person, actor: Actor, grant_id: str, *, now: datetime
) -> Grant:
    """Ask the unit to let an own grant go on as it is, once it is over; the request.

    Refuses: NOT_FOUND for somebody else's, ALREADY_GRANTED while it still lasts long, what
    `grant_requests.ask` refuses.
    """
    grant = await _of(tools, person).filter(id=grant_id).select_related("unit").first()
    if grant is None:
        raise NOT_FOUND.refuse()
    scope = await scope_of(grant.id)
    asked = Asked(grant.unit.uscc, tuple(scope), RENEWAL_NOTE, scope)
    return await grant_requests.ask(tools, person, actor, asked, now=now)
