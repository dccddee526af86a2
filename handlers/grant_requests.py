"""A clerk asks for a grant, from a failed scan or from their own pages (domain §7.2 rows 1, 4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from handlers.answers import for_phone
from handlers.grant_changes import Changes, Hand, Scope, Step, changing, scope_of, within
from handlers.grant_offers import check_scope, live_grant, represents, wrong
from handlers.tools import Tools
from models import outbox
from models.actor import Actor
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.grant import ALREADY_GRANTED, GRANT_REQUEST_OPEN
from models.errors.login import TOO_OFTEN
from models.errors.scan import CLERK_UNKNOWN
from models.errors.system import NOT_FOUND
from models.errors.unit import UNIT_UNKNOWN
from models.grant import Grant
from models.grant_states import ALL_ITEMS, LIVE
from models.identity import Identity, index_candidates
from models.ids import new_id
from models.outbox import Topic
from models.person import Person
from models.unit import Relation, Unit
from models.vocabulary import GrantParty, GrantSource, GrantStatus, UnitStatus

ANSWERED_WITHIN = timedelta(days=21)
RENEWABLE = timedelta(days=30)
"""So long before its end a grant can be asked for again."""
_GRANTED = (*LIVE, GrantStatus.EXPIRED, GrantStatus.REVOKED)
A_DAY = timedelta(days=1)
MOST_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clerk asks for. relation_ids: empty for all of the unit's; note: words to the 法人.

    limits: the items to ask for on a relation, where that is less than 全业务.
    """

    uscc: str
    relation_ids: Sequence[str]
    note: str
    limits: Scope = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A clerk's own request and what became of it.

    status, begins, ends: those of the live grant, for a request that was merged into one. The days
    are None while nothing was granted, ends also for 长期.
    """

    grant: Grant
    unit_name: str
    status: GrantStatus
    begins: datetime | None = None
    ends: datetime | None = None


async def ask(
    tools: Tools, person: Person, actor: Actor, asked: Asked, *, now: datetime, cid: str = ""
) -> Grant:
    """Ask a unit's legal representative for a grant; cid: the desk that waits for the answer.

    Refuses: UNIT_UNKNOWN, ALREADY_GRANTED, GRANT_REQUEST_OPEN, TOO_OFTEN after three in a day,
    INPUT_WRONG for relations of another unit and for the legal representative.
    """
    try:
        async with changing(tools, now) as changes:
            return await _ask(changes, person, actor, asked, cid)
    except IntegrityError:
        # Two phones at once: the database keeps one open request a clerk and unit.
        raise GRANT_REQUEST_OPEN.refuse() from None


async def ask_from_scan(  # noqa: PLR0913
    tools: Tools, person: Person, actor: Actor, cid: str, nonce: str, asked: Asked, *, now: datetime
) -> Grant:
    """Ask from the scan that found no grant; the desk goes on by itself once it is approved.

    A request that is refused lets the desk go on at once. Refuses: what `ask` refuses, QR_EXPIRED,
    QR_TAKEN.
    """
    for_phone(await tools.challenges.wait_for_grant(cid, person.id, nonce))
    try:
        return await ask(tools, person, actor, asked, now=now, cid=cid)
    except Refusal:
        await tools.challenges.granted(cid)
        raise


async def _ask(changes: Changes, person: Person, actor: Actor, asked: Asked, cid: str) -> Grant:
    unit = await Unit.get_or_none(uscc=asked.uscc.upper(), status=UnitStatus.ACTIVE)
    if unit is None:
        raise UNIT_UNKNOWN.refuse()
    identity = person.open(changes.tools.vault)
    scope = await _scope(unit.id, asked)
    muted = await _require_room(changes, person, unit.id, identity)
    await _refuse_needless(changes, unit.id, identity, scope)
    grant = Grant(
        **Grant.sealed(changes.tools.vault, new_id(), identity),
        unit_id=unit.id,
        person_id=person.id,
        status=GrantStatus.REQUESTED,
        source=GrantSource.REQUEST,
        valid_from=changes.now,
        note=asked.note,
        requested_at=changes.now,
        answer_by=changes.now + ANSWERED_WITHIN,
        challenge_id=cid,
        muted=muted,
        created_at=changes.now,
    )
    told = () if muted else (outbox.legal_rep_of(unit.id),)
    step = Step(
        GrantStatus.REQUESTED,
        Action.GRANT_REQUEST,
        None if muted else Topic.GRANT_REQUESTED,
        told,
    )
    await changes.begin(Hand(actor, GrantParty.CLERK), grant, scope, step)
    return grant


async def _refuse_needless(
    changes: Changes, unit_id: str, identity: Identity, scope: Scope
) -> None:
    if await represents(changes.tools.vault, unit_id, identity):
        raise wrong("/uscc", "您是这家单位的法人,用法人身份扫码就能办理,不需要申请授权")
    held = await live_grant(changes.tools.vault, unit_id, identity)
    # Under another name the grant lets nobody in: asking is how it is put right (手册 3.1.1 注).
    names = index_candidates(changes.tools.vault, identity).names
    if held is None or held.status is not GrantStatus.ACTIVE or held.name_index not in names:
        return
    lasts = held.valid_to is None or held.valid_to - changes.now > RENEWABLE
    if lasts and within(scope, await scope_of(held.id)):
        raise ALREADY_GRANTED.refuse()


async def _scope(unit_id: str, asked: Asked) -> dict[str, str]:
    if not asked.relation_ids:
        found = await Relation.filter(unit_id=unit_id).values_list("id", flat=True)
        return {str(relation): ALL_ITEMS for relation in found}
    scope = {each: asked.limits.get(each, ALL_ITEMS) for each in asked.relation_ids}
    await check_scope(unit_id, scope)
    return scope


async def _require_room(changes: Changes, person: Person, unit_id: str, identity: Identity) -> bool:
    """Whether the unit has muted this clerk. Refuses: GRANT_REQUEST_OPEN, TOO_OFTEN."""
    mine = Grant.filter(person_id=person.id, unit_id=unit_id, source=GrantSource.REQUEST)
    if await mine.filter(status=GrantStatus.REQUESTED).exists():
        raise GRANT_REQUEST_OPEN.refuse()
    today = (
        await Grant.filter(person_id=person.id, requested_at__gt=changes.now - A_DAY)
        .order_by("-requested_at")
        .limit(MOST_A_DAY)
    )
    if len(today) == MOST_A_DAY:
        waits = (today[-1].requested_at or changes.now) + A_DAY - changes.now
        raise TOO_OFTEN.refuse(retry_after_s=max(1, int(waits.total_seconds())))
    return await mine.filter(muted=True).exists()


async def withdraw(
    tools: Tools, person_id: str, actor: Actor, grant_id: str, *, now: datetime
) -> None:
    """Take one's own open request back; a desk that waits for it stops waiting.

    Refuses: NOT_FOUND, STATE_CHANGED once it is answered.
    """
    async with changing(tools, now) as changes:
        grant = await Grant.get_or_none(
            id=grant_id, person_id=person_id, source=GrantSource.REQUEST
        )
        if grant is None:
            raise NOT_FOUND.refuse()
        step = Step(GrantStatus.CANCELLED, Action.GRANT_CANCEL)
        await changes.move(Hand(actor, GrantParty.CLERK), grant, step)
    if grant.challenge_id:
        await tools.challenges.refuse(grant.challenge_id, "withdrawn", CLERK_UNKNOWN.code)


async def own_requests(person_id: str, *, before: str, limit: int) -> list[OwnRequest]:
    """A clerk's own requests, the latest first; at most limit + 1."""
    rows = Grant.filter(person_id=person_id, source=GrantSource.REQUEST)
    if before:
        rows = rows.filter(id__lt=before)
    found = await rows.order_by("-id").limit(limit + 1).select_related("unit")
    merged = [row.merged_into for row in found if row.merged_into]
    live = {row.id: row for row in await Grant.filter(id__in=merged)} if merged else {}
    return [_own(row, live.get(row.merged_into, row)) for row in found]


def _own(request: Grant, became: Grant) -> OwnRequest:
    granted = became.status in _GRANTED
    return OwnRequest(
        request,
        request.unit.name,
        became.status,
        became.valid_from if granted else None,
        became.valid_to if granted else None,
    )
