"""What time does to grants: they begin, are about to end, and end; requests lapse (domain §7.2)."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from handlers.grant_changes import SYSTEM, Changes, Step, changing
from handlers.grant_offers import told_of
from handlers.tools import Tools
from models import outbox
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal
from models.grant import Grant
from models.grant_states import LIVE
from models.outbox import Topic
from models.vocabulary import GrantStatus

REMINDED = (30, 7, 1)
LAPSE_REMINDED = 3
BATCH = 200


async def expire(tools: Tools, now: datetime) -> int:
    """End the grants whose last day is over; how many there were."""

    async def ended(changes: Changes, grant: Grant) -> None:
        step = Step(
            GrantStatus.EXPIRED,
            Action.GRANT_EXPIRE,
            Topic.GRANT_EXPIRED,
            told_of(grant, rep=True),
        )
        await changes.move(SYSTEM, grant, step)

    due = await Grant.filter(status__in=LIVE, valid_to__lte=now).order_by("id").limit(BATCH)
    return await _each(tools, due, now, ended)


async def begin(tools: Tools, now: datetime) -> int:
    """Let scheduled grants begin on their day; how many there were."""

    async def begun(changes: Changes, grant: Grant) -> None:
        step = Step(
            GrantStatus.ACTIVE,
            Action.GRANT_BEGIN,
            Topic.GRANT_APPROVED,
            told_of(grant, rep=False),
        )
        await changes.move(SYSTEM, grant, step)

    due = await Grant.filter(status=GrantStatus.SCHEDULED, valid_from__lte=now).limit(BATCH)
    return await _each(tools, due, now, begun)


async def lapse(tools: Tools, now: datetime) -> int:
    """Close requests that nobody answered in 21 days; how many there were."""

    async def lapsed(changes: Changes, grant: Grant) -> None:
        step = Step(
            GrantStatus.LAPSED,
            Action.GRANT_LAPSE,
            Topic.GRANT_LAPSED,
            told_of(grant, rep=False),
        )
        await changes.move(SYSTEM, grant, step)

    due = await Grant.filter(status=GrantStatus.REQUESTED, answer_by__lte=now).limit(BATCH)
    return await _each(tools, due, now, lapsed)


async def _each(
    tools: Tools,
    due: list[Grant],
    now: datetime,
    act: Callable[[Changes, Grant], Awaitable[None]],
) -> int:
    done = 0
    for grant in due:
        try:
            async with changing(tools, now) as changes:
                await act(changes, grant)
        except Refusal:
            # Another clock, or a person, was faster.
            continue
        done += 1
    return done


async def remind(now: datetime) -> int:
    """Tell clerk and legal rep of grants that end in 30, 7 and 1 days, and the legal rep of
    requests that lapse in 3; how many were told. After a pause only the latest step is told."""
    told = 0
    for days in sorted(REMINDED):
        due = Grant.filter(status__in=LIVE, valid_to__gt=now).filter(
            valid_to__lte=now + timedelta(days=days)
        )
        for grant in await due.order_by("id").limit(BATCH):
            if grant.reminded_days is None or grant.reminded_days > days:
                told += await _remind(grant, days, Topic.GRANT_EXPIRING, now)
    waiting = Grant.filter(status=GrantStatus.REQUESTED, reminded_days=None, answer_by__gt=now)
    soon = now + timedelta(days=LAPSE_REMINDED)
    for grant in await waiting.filter(answer_by__lte=soon).order_by("id").limit(BATCH):
        told += await _remind(grant, LAPSE_REMINDED, Topic.GRANT_LAPSING, now)
    return told


async def _remind(grant: Grant, days: int, topic: Topic, now: datetime) -> int:
    end = grant.valid_to if topic is Topic.GRANT_EXPIRING else grant.answer_by
    expiring = topic is Topic.GRANT_EXPIRING
    whom = told_of(grant, rep=True) if expiring else (outbox.legal_rep_of(grant.unit_id),)
    async with tx():
        # The mark is the lock: of several clocks one finds it as it was. It is no change of the
        # grant, so its revision stays and sessions go on.
        won = await Grant.filter(
            id=grant.id, revision=grant.revision, reminded_days=grant.reminded_days
        ).update(reminded_days=days)
        if not won:
            return 0
        await outbox.put(
            topic,
            grant.id,
            whom,
            {"unit": grant.unit_id, "due": end.isoformat() if end else ""},
            dedupe_key=f"{topic.value}:{grant.id}:{end}:{days}",
            now=now,
        )
    return 1
