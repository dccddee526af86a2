"""The one door through which grants change: table, history, audit, debt; sessions learn of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANT_REVOKED
from models.grant import Grant, GrantEvent, GrantScope
from models.grant_states import ALL_ITEMS, GRANT_FIRST, GRANT_LABELS, GRANT_NEXT
from models.ids import new_id
from models.outbox import Recipient, Topic
from models.vocabulary import GrantParty, GrantStatus

Scope = Mapping[str, str]
"""Relation → `*` for 全业务, or groups of items joined by commas."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes grants, and in which capacity."""

    actor: Actor
    party: GrantParty


WIDENED = {"widens": "yes"}
"""Marks in a grant's history a change that took nothing away."""
SYSTEM = Hand(Actor(), GrantParty.SYSTEM)


@dataclass(frozen=True, slots=True)
class Step:
    """One change: to which state, how it is audited, who is told what.

    columns: what else changes in the row; scope: the new scope, None leaves it; rewrites: an open
    grant is changed where it stands, without going to another state; widens: nothing that the clerk
    has is taken away, so that sessions under the grant go on.
    """

    to: GrantStatus
    action: Action
    topic: Topic | None = None
    tell: tuple[Recipient, ...] = ()
    reason: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    scope: Scope | None = None
    rewrites: bool = False
    widens: bool = False


@dataclass(slots=True)
class Changes:
    """Grants that are being changed in one transaction."""

    tools: Tools
    now: datetime
    moved: dict[str, Grant] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    told: dict[str, tuple[str, set[str]]] = field(default_factory=dict)

    async def begin(self, hand: Hand, grant: Grant, scope: Scope, step: Step) -> None:
        """Write a new grant. Refuses: STATE_CHANGED where the state is nobody's of this party."""
        if hand.party not in GRANT_FIRST.get(step.to, frozenset()):
            raise STATE_CHANGED.refuse(current=GRANT_LABELS[step.to])
        grant.status = step.to
        await grant.save(force_create=True)
        await _write_scope(grant.id, scope)
        await self._record(hand, grant, step)

    async def move(self, hand: Hand, grant: Grant, step: Step) -> None:
        """Change a grant as it was read, by compare-and-set; the row in hand is brought up to date.

        Refuses: STATE_CHANGED when the table forbids it to this party, or somebody was faster.
        """
        if not may_move(hand.party, grant.status, step):
            raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])
        # From here until the announcement every request under this grant asks the database.
        await self.tools.sessions.doubt(f"g:{grant.id}")
        columns = dict(step.columns) | {"status": step.to, "revision": grant.revision + 1}
        if not GRANT_NEXT[step.to]:
            columns |= {"ended_at": self.now, "manager_slot": None}
        changed = await Grant.filter(
            id=grant.id, status=grant.status, revision=grant.revision
        ).update(**columns)
        if not changed:
            raise STATE_CHANGED.refuse(current=GRANT_LABELS[grant.status])
        grant.update_from_dict(columns)
        if step.scope is not None:
            await GrantScope.filter(grant_id=grant.id).delete()
            await _write_scope(grant.id, step.scope)
        self.moved[grant.id] = grant
        if not step.widens:
            self.cut.add(grant.id)
        await self._record(hand, grant, step)

    async def _record(self, hand: Hand, grant: Grant, step: Step) -> None:
        detail = {**step.detail, **(WIDENED if step.widens else {})}
        _, people = self.told.get(grant.unit_id, ("", set()))
        people |= {grant.person_id or "", hand.actor.person_id} - {""}
        self.told[grant.unit_id] = (f"{grant.id}:{grant.revision}", people)
        await GrantEvent.create(
            id=new_id(),
            grant_id=grant.id,
            at=self.now,
            status=grant.status,
            revision=grant.revision,
            party=hand.party,
            person_id=hand.actor.person_id,
            reason=step.reason,
            detail=msgspec.json.encode(detail).decode(),
        )
        await audit.record(
            self.tools.vault,
            hand.actor,
            step.action,
            grant.id,
            now=self.now,
            detail={**detail, "party": hand.party.value, "status": grant.status.value},
        )
        if step.topic is not None:
            due = {"due": grant.valid_to.isoformat()} if grant.valid_to else {}
            await outbox.put(
                step.topic,
                grant.id,
                step.tell,
                {"unit": grant.unit_id, **due},
                dedupe_key=f"{step.topic.value}:{grant.id}:{grant.revision}",
                now=self.now,
            )


@asynccontextmanager
async def changing(tools: Tools, now: datetime) -> AsyncIterator[Changes]:
    """One transaction that changes grants; what it takes away ends the sessions that rest on it.

    From the commit on no request under an older revision succeeds: the doubt was raised before it,
    the announcement settles it, and open sessions and their streams are told.
    """
    changes = Changes(tools, now)
    async with tx():
        yield changes
    for grant in changes.moved.values():
        reason = GRANT_REVOKED.code if grant.id in changes.cut else ""
        await tools.sessions.settle(f"g:{grant.id}", grant.revision, grant.person_id or "", reason)
    # What pages show follows; an outage of the store only delays it.
    with suppress(Refusal):
        for unit_id, (change, people) in changes.told.items():
            await tools.news.announce_grants(unit_id, sorted(people), change)


def may_move(party: GrantParty, now_in: GrantStatus, step: Step) -> bool:
    """Whether the table lets this party do so; an open grant can be rewritten where it stands."""
    if now_in is step.to:
        return step.rewrites and bool(GRANT_NEXT[now_in]) and party is not GrantParty.CLERK
    return party in GRANT_NEXT[now_in].get(step.to, frozenset())


async def _write_scope(grant_id: str, scope: Scope) -> None:
    await GrantScope.bulk_create(
        [
            GrantScope(grant_id=grant_id, relation_id=relation, items=items or ALL_ITEMS)
            for relation, items in sorted(scope.items())
        ]
    )


async def scope_of(grant_id: str) -> dict[str, str]:
    """A grant's relations, each with its items."""
    return (await scopes_of([grant_id]))[grant_id]


async def scopes_of(grant_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The scope of each of these grants, in one statement."""
    scopes: dict[str, dict[str, str]] = {grant_id: {} for grant_id in grant_ids}
    for row in await GrantScope.filter(grant_id__in=grant_ids):
        scopes[row.grant_id][row.relation_id] = row.items
    return scopes


def joined(first: Scope, second: Scope) -> dict[str, str]:
    """Both scopes together; 全业务 takes in every list of items."""
    together = dict(first)
    for relation, items in second.items():
        known = together.get(relation)
        if known is None or items == ALL_ITEMS:
            together[relation] = items
        elif known != ALL_ITEMS:
            together[relation] = ",".join(sorted({*known.split(","), *items.split(",")}))
    return together


def within(scope: Scope, limit: Scope) -> bool:
    """Whether a scope goes nowhere beyond a limit."""
    return all(
        relation in limit
        and (limit[relation] == ALL_ITEMS or {*items.split(",")} <= {*limit[relation].split(",")})
        for relation, items in scope.items()
    )
