"""Changing a grant that exists: its clerk's particulars, its scope, its dates, its manager."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from handlers.grant_changes import Changes, Hand, Scope, Step, changing, scope_of, within
from handlers.grant_offers import check_dates, check_scope, told_of, wrong
from handlers.tools import Tools
from models.audit import Action
from models.errors.filing import STATE_CHANGED
from models.errors.grant import CLERK_FIXED
from models.errors.system import NOT_FOUND
from models.grant import Grant
from models.grant_states import ALL_ITEMS, GRANT_LABELS, GRANT_NEXT, MOST_MANAGERS
from models.identity import Identity, index_identity
from models.outbox import Topic
from models.vocabulary import GrantStatus


class Keep:
    """Leave a value as it is, where None means something."""


KEEP = Keep()


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to change; None, and KEEP for the end, leave a value alone.

    clerk: corrected particulars; scope: `''` keeps a relation's items as they are, all of them
    where it is new; manager: whether the clerk is a delegated 单位管理员.
    """

    clerk: Identity | None = None
    scope: Scope | None = None
    valid_from: datetime | None = None
    valid_to: datetime | Keep | None = KEEP
    manager: bool | None = None


async def edit(  # noqa: PLR0913
    tools: Tools,
    hand: Hand,
    unit_id: str,
    grant_id: str,
    wanted: Edit,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Change a grant as it was seen at this revision.

    Sessions under it go on with what it gives now, and end where something is taken away.

    Refuses: NOT_FOUND for another unit's, STATE_CHANGED, CLERK_FIXED for number or name of a clerk
    who has logged in, INPUT_WRONG. Source: 手册 3.1.1 “修改”.
    """
    try:
        async with changing(tools, now) as changes:
            grant = await own_grant(unit_id, grant_id, revision)
            if not GRANT_NEXT[grant.status] or grant.status is GrantStatus.REQUESTED:
                raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])
            held = await scope_of(grant.id)
            scope = await _rescoped(grant, wanted, held)
            columns = _dates(grant, wanted, now) | _particulars(tools, grant, wanted)
            columns |= await _manager(grant, wanted)
            step = Step(
                to=grant.status,
                action=Action.GRANT_CHANGE,
                topic=Topic.GRANT_CHANGED,
                tell=told_of(grant, rep=False),
                detail={"changed": ",".join(sorted(_named(wanted)))},
                columns=columns,
                scope=scope,
                rewrites=True,
                widens=_widens(grant, columns, held, scope),
            )
            await _move(changes, hand, grant, step)
    except IntegrityError:
        # Another grant of the unit has these particulars, or somebody took the manager's slot.
        raise STATE_CHANGED.refuse(current=GRANT_LABELS[GrantStatus.ACTIVE]) from None


def _widens(grant: Grant, columns: Mapping[str, Any], held: Scope, scope: Scope | None) -> bool:
    # Who it is, or that it begins later, is no matter of more or less: the session is opened anew.
    same = all(
        columns.get(name, getattr(grant, name)) == getattr(grant, name)
        for name in ("id_no_index", "name_index", "valid_from")
    )
    lasts = not_before(columns.get("valid_to", grant.valid_to), grant.valid_to)
    return same and lasts and (scope is None or within(held, scope))


def not_before(end: datetime | None, other: datetime | None) -> bool:
    """Whether an end of validity comes no earlier than another (None: 长期)."""
    return end is None or (other is not None and end >= other)


async def _rescoped(grant: Grant, wanted: Edit, held: Scope) -> Scope | None:
    if wanted.scope is None:
        return None
    await check_scope(grant.unit_id, wanted.scope)
    return {
        relation: items or held.get(relation, ALL_ITEMS) for relation, items in wanted.scope.items()
    }


async def own_grant(unit_id: str, grant_id: str, revision: int) -> Grant:
    """A grant of this unit at the revision its viewer saw. Refuses: NOT_FOUND, STATE_CHANGED."""
    grant = await Grant.get_or_none(id=grant_id, unit_id=unit_id)
    if grant is None:
        raise NOT_FOUND.refuse()
    if grant.revision != revision:
        raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])
    return grant


async def _move(changes: Changes, hand: Hand, grant: Grant, step: Step) -> None:
    begins = step.columns.get("valid_from", grant.valid_from)
    if grant.status is GrantStatus.SCHEDULED and begins <= changes.now:
        step = replace(step, to=GrantStatus.ACTIVE)
    elif grant.status is GrantStatus.ACTIVE and begins > changes.now:
        step = replace(step, to=GrantStatus.SCHEDULED)
    await changes.move(hand, grant, step)


def _named(wanted: Edit) -> list[str]:
    named = {
        "clerk": wanted.clerk is not None,
        "scope": wanted.scope is not None,
        "valid_from": wanted.valid_from is not None,
        "valid_to": not isinstance(wanted.valid_to, Keep),
        "manager": wanted.manager is not None,
    }
    return [name for name, changed in named.items() if changed]


def _dates(grant: Grant, wanted: Edit, now: datetime) -> dict[str, Any]:
    valid_from = wanted.valid_from or grant.valid_from
    valid_to = grant.valid_to if isinstance(wanted.valid_to, Keep) else wanted.valid_to
    if valid_from == grant.valid_from and valid_to == grant.valid_to:
        return {}
    check_dates(valid_from, valid_to, now)
    return {"valid_from": valid_from, "valid_to": valid_to, "reminded_days": None}


def _particulars(tools: Tools, grant: Grant, wanted: Edit) -> dict[str, Any]:
    if wanted.clerk is None:
        return {}
    index = index_identity(tools.vault, wanted.clerk)
    same = (grant.id_type, grant.id_no_index, grant.name_index) == (
        wanted.clerk.id_type,
        index.id_no,
        index.name,
    )
    if not same and is_fixed(grant):
        raise CLERK_FIXED.refuse()
    return {
        name: value
        for name, value in Grant.sealed(tools.vault, grant.id, wanted.clerk).items()
        if name != "id"
    }


def is_fixed(grant: Grant) -> bool:
    """Whether the clerk has logged in, so that number and name stay as they are."""
    return bool(grant.person_id or grant.last_used_at)


async def _manager(grant: Grant, wanted: Edit) -> dict[str, Any]:
    if wanted.manager is None or wanted.manager is (grant.manager_slot is not None):
        return {}
    if not wanted.manager:
        return {"manager_slot": None}
    taken = (
        await Grant.filter(unit_id=grant.unit_id)
        .exclude(manager_slot=None)
        .values_list("manager_slot", flat=True)
    )
    free = sorted(set(range(1, MOST_MANAGERS + 1)) - set(taken))
    if not free:
        raise wrong("/manager", f"一个单位最多{MOST_MANAGERS}名单位管理员")
    return {"manager_slot": free[0]}
