"""Adding clerks: by the legal representative, or at an agency's window (手册 3.1.1, 3.1.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError

from handlers.grant_changes import Changes, Hand, Scope, Step, changing, joined, scope_of, within
from handlers.tools import Tools
from models import outbox
from models.audit import Action
from models.errors.entry import FieldError, Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.grant import ALREADY_GRANTED
from models.errors.system import INPUT_WRONG
from models.grant import Grant
from models.grant_states import GRANT_LABELS, LIVE
from models.identity import Identity, index_candidates
from models.ids import new_id
from models.outbox import Topic
from models.sealed import Vault
from models.unit import LegalRep, Relation
from models.vocabulary import GrantParty, GrantSource, GrantStatus


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom to let act, for which relations, from when till when (None: 长期)."""

    clerk: Identity
    scope: Scope
    valid_from: datetime
    valid_to: datetime | None


async def offer(tools: Tools, hand: Hand, unit_id: str, wanted: Offer, *, now: datetime) -> str:
    """Let a clerk act for a unit; the id of the grant.

    A clerk who has a live grant is given what is missing from it. Refuses: ALREADY_GRANTED when
    nothing is missing, INPUT_WRONG for the legal representative, relations of other units or dates
    in the past, STATE_CHANGED when somebody else adds the same clerk now.
    """
    try:
        async with changing(tools, now) as changes:
            return await _give(changes, hand, unit_id, wanted)
    except IntegrityError:
        # Two hands at once: the database keeps one live grant a clerk and unit.
        raise STATE_CHANGED.refuse(current=GRANT_LABELS[GrantStatus.OFFERED]) from None


async def give_at_window(
    changes: Changes, hand: Hand, unit_id: str, wanted: Sequence[Offer]
) -> list[str]:
    """Let clerks act for a unit whose papers were seen at a window; the ids of their grants.

    Part of a transaction that writes down the papers too. A clerk who already has everything chosen
    keeps it, unchanged. The legal representative and the clerks are told. Refuses: INPUT_WRONG,
    STATE_CHANGED. Source: 手册 3.1.2.
    """
    given = []
    for each in wanted:
        held = await live_grant(changes.tools.vault, unit_id, each.clerk)
        if held is not None and within(each.scope, await scope_of(held.id)):
            given.append(held.id)
        else:
            given.append(await _give(changes, hand, unit_id, each))
    return given


async def _give(changes: Changes, hand: Hand, unit_id: str, wanted: Offer) -> str:
    await _check(changes, unit_id, wanted)
    held = await live_grant(changes.tools.vault, unit_id, wanted.clerk)
    if held is None:
        return await _new(changes, hand, unit_id, wanted)
    before = await scope_of(held.id)
    if within(wanted.scope, before):
        raise ALREADY_GRANTED.refuse()
    by_window = hand.party is GrantParty.WINDOW
    step = Step(
        to=held.status,
        action=Action.GRANT_CHANGE,
        topic=Topic.GRANT_WINDOW if by_window else Topic.GRANT_CHANGED,
        tell=told_of(held, rep=by_window),
        scope=joined(before, wanted.scope),
        rewrites=True,
        widens=True,
    )
    await changes.move(hand, held, step)
    return held.id


async def _new(changes: Changes, hand: Hand, unit_id: str, wanted: Offer) -> str:
    by_window = hand.party is GrantParty.WINDOW
    row = Grant(
        **Grant.sealed(changes.tools.vault, new_id(), wanted.clerk),
        unit_id=unit_id,
        status=GrantStatus.OFFERED,
        source=GrantSource.WINDOW if by_window else GrantSource.ONLINE,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
        granted_by=hand.actor.person_id,
        created_at=changes.now,
    )
    to = first_status(changes.tools, wanted.valid_from, changes.now, at_once=by_window)
    topics = {GrantStatus.OFFERED: Topic.GRANT_OFFERED}
    topic = Topic.GRANT_WINDOW if by_window else topics.get(to, Topic.GRANT_APPROVED)
    step = Step(to, Action.GRANT_OFFER, topic, told_of(row, rep=by_window))
    await changes.begin(hand, row, wanted.scope, step)
    return row.id


def first_status(
    tools: Tools, valid_from: datetime, now: datetime, *, at_once: bool
) -> GrantStatus:
    """Where a new grant begins: waiting for its clerk, for its day, or at work."""
    if tools.acceptance and not at_once:
        return GrantStatus.OFFERED
    return GrantStatus.SCHEDULED if valid_from > now else GrantStatus.ACTIVE


def told_of(grant: Grant, *, rep: bool) -> tuple[outbox.Recipient, ...]:
    """The clerk of a grant, and the unit's legal representative where they did not do it."""
    clerk = outbox.clerk_of(grant.id)
    return (clerk, outbox.legal_rep_of(grant.unit_id)) if rep else (clerk,)


async def live_grant(vault: Vault, unit_id: str, clerk: Identity) -> Grant | None:
    """The clerk's live grant of a unit, found by blind index."""
    indexes = index_candidates(vault, clerk).id_nos
    return await Grant.filter(
        unit_id=unit_id, id_type=clerk.id_type, id_no_index__in=indexes, status__in=LIVE
    ).first()


async def _check(changes: Changes, unit_id: str, wanted: Offer) -> None:
    await check_scope(unit_id, wanted.scope)
    check_dates(wanted.valid_from, wanted.valid_to, changes.now)
    if await represents(changes.tools.vault, unit_id, wanted.clerk):
        raise wrong("/clerk/id_no", "法人本人不需要授权,用法人身份扫码就能办理")


async def represents(vault: Vault, unit_id: str, identity: Identity) -> bool:
    """Whether this is the unit's own live legal representative, who needs no grant."""
    indexes = index_candidates(vault, identity).id_nos
    return await LegalRep.exists(
        unit_id=unit_id, live=True, id_type=identity.id_type, id_no_index__in=indexes
    )


async def check_scope(unit_id: str, scope: Scope) -> None:
    """Refuse relations that are not this unit's. Refuses: INPUT_WRONG."""
    found = await Relation.filter(unit_id=unit_id, id__in=list(scope)).count()
    if not scope or found != len(scope):
        raise wrong("/relation_ids", "只能选择本单位的参保关系,至少一条")


def check_dates(valid_from: datetime, valid_to: datetime | None, now: datetime) -> None:
    """Refuse an end that is over or comes before the beginning. Refuses: INPUT_WRONG."""
    if valid_to is not None and valid_to <= max(valid_from, now):
        raise wrong("/valid_to", "截止时间必须晚于开始时间和现在")


def wrong(pointer: str, detail: str) -> Refusal:
    """INPUT_WRONG at one field."""
    return INPUT_WRONG.refuse(errors=[FieldError(pointer, detail)])
