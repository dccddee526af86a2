"""The legal representative answers a clerk's request (domain §7.2 rows 2 and 3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.grant_changes import Changes, Hand, Step, changing, joined, scope_of, within
from handlers.grant_edits import not_before, own_grant
from handlers.grant_managers import Ceiling
from handlers.grant_offers import check_dates, check_scope, live_grant, told_of
from handlers.grant_requests import RENEWABLE
from handlers.mandates import why_not
from handlers.tools import Tools
from models.audit import Action
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANT_REQUEST_LAPSED, GRANT_TOO_WIDE, GRANTS_NOT_YOURS
from models.errors.scan import CLERK_UNKNOWN
from models.grant import Grant
from models.grant_states import GRANT_LABELS
from models.outbox import Topic
from models.unit import Relation
from models.vocabulary import GrantParty, GrantStatus

EXTENDED = timedelta(days=365)
"""How long a grant that was about to end lasts when its renewal names no other day."""
_VOUCHED = ("id_no_sealed", "id_no_index", "name_sealed", "name_index")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """In what an approval stays behind the request. None: as asked. items: groups of items."""

    relation_ids: tuple[str, ...] | None = None
    valid_to: datetime | None = None
    items: str | None = None


async def approve(  # noqa: PLR0913
    tools: Tools,
    hand: Hand,
    unit_id: str,
    grant_id: str,
    narrowed: Narrowed,
    *,
    revision: int,
    now: datetime,
    limit: Ceiling | None = None,
) -> str:
    """Approve a request, perhaps in part; the id of the grant that is live from now on.

    A clerk who has a live grant of the unit keeps it, widened; the request is merged into it.
    limit: beyond which a delegated 单位管理员 cannot give. The desk that was waiting goes on, or
    hears why the clerk still cannot come in.
    Refuses: NOT_FOUND, STATE_CHANGED, GRANT_REQUEST_LAPSED, GRANTS_NOT_YOURS for the own request,
    GRANT_TOO_WIDE, INPUT_WRONG.
    """
    async with changing(tools, now) as changes:
        grant = await own_grant(unit_id, grant_id, revision)
        _require_open(grant, hand, now)
        narrowed = _until(narrowed, limit)
        scope = await _approved_scope(grant, narrowed, limit)
        check_dates(now, narrowed.valid_to, now)
        held = await live_grant(tools.vault, unit_id, grant.open(tools.vault))
        state = GrantStatus.ACTIVE
        if held is None:
            step = Step(
                state,
                Action.GRANT_APPROVE,
                Topic.GRANT_APPROVED,
                told_of(grant, rep=False),
                columns=_given(hand, now, narrowed),
                scope=scope,
            )
            await changes.move(hand, grant, step)
        else:
            state = await _merge(changes, hand, grant, held, scope, narrowed.valid_to)
        await Grant.filter(unit_id=unit_id, person_id=grant.person_id).update(muted=False)
    if grant.challenge_id:
        # A manager does not lift the legal rep's pause, and what begins on a day does so that day.
        if state is GrantStatus.ACTIVE:
            await tools.challenges.granted(grant.challenge_id)
        else:
            why = why_not(state, held.suspension if held else None) or CLERK_UNKNOWN
            await tools.challenges.refuse(grant.challenge_id, "grant_not_in_force", why.code)
    return held.id if held else grant.id


def _given(hand: Hand, now: datetime, narrowed: Narrowed) -> dict[str, object]:
    return {
        "valid_from": now,
        "valid_to": narrowed.valid_to,
        "accepted_at": now,
        "answer_by": None,
        "reminded_days": None,
        "granted_by": hand.actor.person_id,
    }


def _until(narrowed: Narrowed, limit: Ceiling | None) -> Narrowed:
    last = limit.valid_to if limit else None
    if last is None:
        return narrowed
    if narrowed.valid_to is not None and narrowed.valid_to > last:
        raise GRANT_TOO_WIDE.refuse()
    return replace(narrowed, valid_to=narrowed.valid_to or last)


def _require_open(grant: Grant, hand: Hand, now: datetime) -> None:
    if grant.person_id == hand.actor.person_id:
        raise GRANTS_NOT_YOURS.refuse()
    late = grant.answer_by is not None and grant.answer_by <= now
    if grant.status is GrantStatus.LAPSED or (grant.status is GrantStatus.REQUESTED and late):
        raise GRANT_REQUEST_LAPSED.refuse()
    if grant.status is not GrantStatus.REQUESTED:
        raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])


async def _approved_scope(
    grant: Grant, narrowed: Narrowed, limit: Ceiling | None
) -> dict[str, str]:
    # A relation may have left the unit while the request was open: it drops out.
    ours = {row.id for row in await Relation.filter(unit_id=grant.unit_id).only("id")}
    asked = {key: items for key, items in (await scope_of(grant.id)).items() if key in ours}
    if narrowed.relation_ids is not None:
        wanted = {each: asked.get(each, "") for each in narrowed.relation_ids}
        if not within(wanted, asked) or "" in wanted.values():
            raise GRANT_TOO_WIDE.refuse()
        asked = wanted
    if narrowed.items is not None:
        wanted = dict.fromkeys(asked, narrowed.items)
        if not within(wanted, asked):
            raise GRANT_TOO_WIDE.refuse()
        asked = wanted
    await check_scope(grant.unit_id, asked)
    if limit is not None and not within(asked, limit.scope):
        raise GRANT_TOO_WIDE.refuse()
    return asked


async def _merge(
    changes: Changes,
    hand: Hand,
    request: Grant,
    held: Grant,
    scope: dict[str, str],
    valid_to: datetime | None,
) -> GrantStatus:
    """Widen the grant that is held by what was asked for; the state in which that leaves it."""
    check_dates(held.valid_from, valid_to, changes.now)
    lets_go_on = held.status is GrantStatus.SUSPENDED and hand.party is GrantParty.LEGAL_REP
    to = held.status
    if lets_go_on or held.status is GrantStatus.OFFERED:
        # What was to begin on a day still does.
        early = held.valid_from > changes.now
        to = GrantStatus.SCHEDULED if early else GrantStatus.ACTIVE
    # The e-card vouched for who asked; the name that was typed before gives way.
    clerk = Grant.sealed(changes.tools.vault, held.id, request.open(changes.tools.vault))
    columns = {name: clerk[name] for name in _VOUCHED} | {
        "suspension": held.suspension if to is GrantStatus.SUSPENDED else None,
        "person_id": request.person_id,
        "accepted_at": held.accepted_at or changes.now,
        "valid_to": valid_to or _extended(held.valid_to, changes.now),
        "reminded_days": None,
    }
    widened = Step(
        to,
        Action.GRANT_APPROVE,
        Topic.GRANT_APPROVED,
        told_of(held, rep=False),
        detail={"request": request.id},
        columns=columns,
        scope=joined(await scope_of(held.id), scope),
        rewrites=True,
        widens=not_before(valid_to or _extended(held.valid_to, changes.now), held.valid_to),
    )
    await changes.move(hand, held, widened)
    merged = Step(GrantStatus.CANCELLED, Action.GRANT_CANCEL, columns={"merged_into": held.id})
    await changes.move(hand, request, merged)
    return to


def _extended(ends: datetime | None, now: datetime) -> datetime | None:
    return ends if ends is None or ends - now > RENEWABLE else now + EXTENDED


async def deny(  # noqa: PLR0913
    tools: Tools,
    hand: Hand,
    unit_id: str,
    grant_id: str,
    *,
    reason: str,
    mute: bool,
    revision: int,
    now: datetime,
    limit: Ceiling | None = None,
) -> None:
    """Turn a request down; mute: nobody is told of this clerk's further requests.

    The desk that was waiting ends. Refuses: NOT_FOUND, STATE_CHANGED, GRANT_REQUEST_LAPSED,
    GRANT_TOO_WIDE for what goes beyond a manager's own grant.
    """
    async with changing(tools, now) as changes:
        grant = await own_grant(unit_id, grant_id, revision)
        _require_open(grant, hand, now)
        if limit is not None and not within(await scope_of(grant.id), limit.scope):
            raise GRANT_TOO_WIDE.refuse()
        step = Step(
            GrantStatus.DENIED,
            Action.GRANT_DENY,
            Topic.GRANT_DENIED,
            told_of(grant, rep=False),
            reason=reason,
            columns={"reason": reason, "muted": mute or grant.muted},
        )
        await changes.move(hand, grant, step)
    if grant.challenge_id:
        await tools.challenges.refuse(grant.challenge_id, "grant_denied", CLERK_UNKNOWN.code)
