"""The planner: each event of the outbox becomes inbox messages and deliveries, once."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from tortoise.exceptions import BaseORMException

from models import planning
from models.database import tx
from models.ids import new_id
from models.outbox import Recipient, RecipientKind
from models.planning import Event
from models.vocabulary import DeliveryChannel
from notify.ports import Letter, Plan, Route, Router

logger = logging.getLogger("zhangban.planner")

BATCH = 100


@dataclass(slots=True)
class Planned:
    """What a round of planning wrote. arrived: the newest message by person; pushes: deliveries
    by channel; events: how many were taken, faults included.
    """

    events: int = 0
    messages: int = 0
    arrived: dict[str, str] = field(default_factory=dict)
    pushes: dict[DeliveryChannel, int] = field(default_factory=dict)


async def plan_due(router: Router, now: datetime, *, limit: int = BATCH) -> Planned:
    """Plan the oldest events that nobody has planned, up to limit, in one transaction.

    An event that cannot be planned is set aside with its fault, and keeps none of the others.
    """
    try:
        async with tx():
            return await _plan(router, await planning.take(limit), now)
    except BaseORMException:
        # The database is not well; the event is not to blame.
        raise
    except Exception:
        logger.exception("planning failed")
    return await _one_by_one(router, now, limit)


async def _one_by_one(router: Router, now: datetime, limit: int) -> Planned:
    done = Planned()
    for _ in range(limit):
        one = await _plan_one(router, now)
        if not one.events:
            break
        _add(done, one)
    return done


async def _plan_one(router: Router, now: datetime) -> Planned:
    event_id = ""
    try:
        async with tx():
            rows = await planning.take(1)
            event_id = rows[0]["id"] if rows else ""
            return await _plan(router, rows, now)
    except BaseORMException:
        raise
    except Exception as fault:
        logger.exception("event set aside", extra={"event": event_id})
        async with tx():
            await planning.mark_planned([event_id], now, f"{type(fault).__name__}: {fault}"[:200])
        return Planned(events=1)


async def _plan(router: Router, rows: Sequence[Mapping[str, Any]], now: datetime) -> Planned:
    if not rows:
        return Planned()
    events = [planning.read_event(row) for row in rows]
    people = await planning.resolve({each for event in events for each in event.recipients})
    letters = _letters(events, people)
    plans = await router.plan([letter for _, letter in letters], now)
    planned = list(zip(letters, plans, strict=True))
    written = await planning.add(
        [_message(event, letter, plan) for (event, letter), plan in planned],
        [
            delivery_row(letter.id, route, plan.urgency, now)
            for (_, letter), plan in planned
            for route in plan.routes
        ],
        [event.id for event in events],
        now,
    )
    done = Planned(events=len(events), messages=len(written))
    for (_, letter), plan in planned:
        if letter.id in written:
            _count(done, letter, plan)
    return done


def _letters(
    events: Sequence[Event], people: Mapping[Recipient, Recipient]
) -> list[tuple[Event, Letter]]:
    """One letter per event and recipient; their ids sort as the events do."""
    pairs = [
        (event, recipient)
        for event in events
        for recipient in dict.fromkeys(people[each] for each in event.recipients)
    ]
    ids = sorted(new_id() for _ in pairs)
    return [
        (
            event,
            Letter(
                id=letter_id,
                topic=event.topic,
                subject=event.subject,
                recipient=recipient,
                person_id=recipient.id if recipient.kind is RecipientKind.PERSON else None,
                facts=event.facts,
                created_at=event.created_at,
            ),
        )
        for letter_id, (event, recipient) in zip(ids, pairs, strict=True)
    ]


def _message(event: Event, letter: Letter, plan: Plan) -> dict[str, object]:
    facts = letter.facts if plan.facts is None else plan.facts
    return {
        "id": letter.id,
        "recipient": str(letter.recipient),
        "person_id": letter.person_id,
        "unit_id": plan.unit_id,
        "topic": letter.topic.value,
        "subject": letter.subject,
        "event_key": event.key,
        "series": plan.series,
        "facts": msgspec.json.encode(facts).decode(),
        "urgency": int(plan.urgency),
        "text_version": plan.text_version,
        "created_at": event.created_at,
        "expires_at": plan.expires_at,
    }


def delivery_row(
    message_id: str, route: Route, urgency: int, now: datetime, fallback_of: int | None = None
) -> dict[str, object]:
    """A route as a row of deliveries."""
    return {
        "message_id": message_id,
        "channel": route.channel.value,
        "recipient_key": route.recipient_key,
        "template": route.template,
        "urgency": int(urgency),
        "due_at": route.due_at or now,
        "expires_at": route.expires_at,
        "once": route.once,
        "guard": route.guard,
        "digest_key": route.digest_key,
        "fallback_of": fallback_of,
        "created_at": now,
    }


def _count(done: Planned, letter: Letter, plan: Plan) -> None:
    if letter.person_id:
        done.arrived[letter.person_id] = letter.id
    for route in plan.routes:
        done.pushes[route.channel] = done.pushes.get(route.channel, 0) + 1


def _add(done: Planned, more: Planned) -> None:
    done.events += more.events
    done.messages += more.messages
    done.arrived |= more.arrived
    for channel, count in more.pushes.items():
        done.pushes[channel] = done.pushes.get(channel, 0) + count
