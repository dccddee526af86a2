"""Who may answer requests: the legal rep, and delegated 单位管理员 within their own grant."""

from dataclasses import dataclass
from datetime import datetime

from handlers.grant_changes import Hand, scope_of, scopes_of, within
from handlers.mandates import grant_state
from handlers.tools import Tools
from models.actor import Actor
from models.errors.grant import GRANTS_NOT_YOURS
from models.grant import Grant
from models.masking import PersonShown, Viewer, mask_person
from models.vocabulary import GrantParty, GrantStatus, Role


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a manager cannot go beyond: the own scope, the own last day (None: 长期)."""

    scope: dict[str, str]
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides; ceiling None: the legal representative, who is bound by nothing."""

    hand: Hand
    ceiling: Ceiling | None


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """An open request as who may answer it sees it; a manager sees the clerk masked."""

    grant: Grant
    clerk: PersonShown
    scope: dict[str, str]


async def decider(actor: Actor, now: datetime) -> Decider:
    """In which capacity the caller answers. Refuses: GRANTS_NOT_YOURS for other clerks."""
    if actor.role is Role.LEGAL_REP:
        return Decider(Hand(actor, GrantParty.LEGAL_REP), None)
    own = (
        await Grant.filter(
            unit_id=actor.unit_id, person_id=actor.person_id, status=GrantStatus.ACTIVE
        )
        .exclude(manager_slot=None)
        .select_related("unit")
        .first()
    )
    if own is None or grant_state(own, now) is not GrantStatus.ACTIVE:
        raise GRANTS_NOT_YOURS.refuse()
    ceiling = Ceiling(await scope_of(own.id), own.valid_to)
    return Decider(Hand(actor, GrantParty.MANAGER), ceiling)


async def to_answer(
    tools: Tools, actor: Actor, *, after: str, limit: int, now: datetime
) -> list[ToAnswer]:
    """Open requests of the caller's unit after an id, oldest first, at most limit + 1.

    A manager is shown those within the own scope, never the own request. Refuses:
    GRANTS_NOT_YOURS.
    """
    who = await decider(actor, now)
    open_ones = Grant.filter(unit_id=actor.unit_id, status=GrantStatus.REQUESTED, answer_by__gt=now)
    of_others = open_ones.exclude(person_id=actor.person_id).order_by("id")
    found: list[ToAnswer] = []
    while len(found) <= limit:
        rows = await of_others.filter(id__gt=after).limit(limit + 1)
        if not rows:
            break
        after, scopes = rows[-1].id, await scopes_of([row.id for row in rows])
        found += [
            ToAnswer(row, _shown(tools, row, who), scopes[row.id])
            for row in rows
            if who.ceiling is None or within(scopes[row.id], who.ceiling.scope)
        ]
    return found[: limit + 1]


def _shown(tools: Tools, row: Grant, who: Decider) -> PersonShown:
    known = row.open(tools.vault)
    viewer = Viewer.LEGAL_REP if who.ceiling is None else Viewer.CLERK
    return mask_person(viewer, name=known.name, id_no=known.id_no, phone=known.phone or "")
