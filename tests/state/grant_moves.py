"""What the players of the world of grants do, each move through the product's own handler."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from handlers import (
    grant_acceptance,
    grant_answers,
    grant_clock,
    grant_edits,
    grant_endings,
    grant_managers,
    grant_offers,
    grant_requests,
    unit_sync,
    window_grants,
)
from handlers.grant_changes import Hand
from handlers.tools import Tools
from models.actor import Actor
from models.ids import new_id
from models.unit import Relation, Unit
from models.vocabulary import GrantParty, Role, UnitStatus
from models.window import WindowMaterial
from tests.build import DESK
from tests.registered import vault
from tests.state.grant_cast import Cast
from tests.state.grant_facts import Scope, Wanted


class Target(NamedTuple):
    """A grant as its viewer saw it."""

    unit_id: str
    id: str
    revision: int


class Moves:
    """The product, asked by name of player, unit and relation."""

    def __init__(self, tools: Tools, everybody: Cast) -> None:
        self.tools, self.cast = tools, everybody
        # Each world has its own time, and so must have an address of its own.
        self.place = replace(DESK, ip=new_id())

    def actor(self, person: str, role: Role, firm: str) -> Actor:
        return Actor(self.cast.people[person].id, role, self.cast.units[firm].id)

    def hand(self, person: str, firm: str) -> Hand:
        return Hand(self.actor(person, Role.LEGAL_REP, firm), GrantParty.LEGAL_REP)

    def ids(self, relations: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.cast.relations[relation] for relation in sorted(relations))

    def _scope(self, scope: Scope) -> dict[str, str]:
        return {self.cast.relations[key]: ",".join(sorted(scope[key])) for key in scope}

    async def offer(
        self,
        by: str,
        firm: str,
        clerk: str,
        scope: Scope,
        begins: datetime,
        ends: datetime | None,
        now: datetime,
    ) -> None:
        whom = self.cast.people[clerk].open(vault())
        wanted = grant_offers.Offer(whom, self._scope(scope), begins, ends)
        unit_id = self.cast.units[firm].id
        await grant_offers.offer(self.tools, self.hand(by, firm), unit_id, wanted, now=now)

    async def window(self, firm: str, clerk: str, relations: Iterable[str], now: datetime) -> None:
        window, unit_id = self.cast.window, self.cast.units[firm].id
        paper = await WindowMaterial.create(
            id=new_id(),
            unit_id=unit_id,
            officer_id=window.person_id,
            name_sealed=b"",
            mime="image/png",
            size=8,
            sha256="0" * 64,
            created_at=now,
        )
        wanted = window_grants.WindowRequest(
            unit_id,
            window_grants.NOTICE_VERSION,
            (paper.id,),
            (self.cast.people[clerk].open(vault()),),
            self.ids(relations),
        )
        await window_grants.grant(self.tools, window, wanted, now=now)

    async def edit(self, hand: Hand, target: Target, wanted: Wanted, now: datetime) -> None:
        change = grant_edits.Edit(
            scope=None if wanted.scope is None else self._scope(wanted.scope),
            valid_from=wanted.begins,
            valid_to=wanted.ends if wanted.redated else grant_edits.KEEP,
            manager=wanted.manager,
        )
        unit_id, row_id, revision = target
        await grant_edits.edit(
            self.tools, hand, unit_id, row_id, change, revision=revision, now=now
        )

    async def end(self, how: str, hand: Hand, target: Target, now: datetime) -> None:
        """how: revoke, suspend or resume."""
        unit_id, row_id, revision = target
        said = {} if how == "resume" else {"reason": "休假"}
        act: Any = getattr(grant_endings, how)
        await act(self.tools, hand, unit_id, row_id, **said, revision=revision, now=now)

    async def accept(self, clerk: str, now: datetime) -> None:
        person = self.cast.people[clerk]
        actor = Actor(person_id=person.id)
        await grant_acceptance.welcomed(self.tools, person, actor, now)

    async def ask(self, clerk: str, firm: str, relations: Iterable[str], now: datetime) -> None:
        person = self.cast.people[clerk]
        asked = grant_requests.Asked(self.cast.units[firm].uscc, self.ids(relations), "")
        await grant_requests.ask(self.tools, person, Actor(person_id=person.id), asked, now=now)

    async def withdraw(self, clerk: str, target: Target, now: datetime) -> None:
        person_id = self.cast.people[clerk].id
        await grant_requests.withdraw(
            self.tools, person_id, Actor(person_id=person_id), target.id, now=now
        )

    async def approve(
        self,
        actor: Actor,
        target: Target,
        chosen: Iterable[str] | None,
        ends: datetime | None,
        now: datetime,
    ) -> None:
        who = await grant_managers.decider(actor, now)
        narrowed = grant_answers.Narrowed(None if chosen is None else self.ids(chosen), ends)
        unit_id, row_id, revision = target
        await grant_answers.approve(
            self.tools,
            who.hand,
            unit_id,
            row_id,
            narrowed,
            revision=revision,
            now=now,
            limit=who.ceiling,
        )

    async def deny(self, actor: Actor, target: Target, *, mute: bool, now: datetime) -> None:
        who = await grant_managers.decider(actor, now)
        unit_id, row_id, revision = target
        await grant_answers.deny(
            self.tools,
            who.hand,
            unit_id,
            row_id,
            reason="不认识",
            mute=mute,
            revision=revision,
            now=now,
            limit=who.ceiling,
        )

    async def tick(self, now: datetime) -> None:
        for duty in (grant_clock.begin, grant_clock.expire, grant_clock.lapse):
            await duty(self.tools, now)

    async def change_rep(self, firm: str, person: str, now: datetime) -> None:
        whom = self.cast.people[person].open(vault())
        rep = unit_sync.SentLegalRep(whom.id_type.value, whom.id_no, whom.name)
        unit = self.cast.units[firm]
        sent = unit_sync.SentUnit(new_id(), unit.uscc, unit.name, now, legal_rep=rep)
        taken = await unit_sync.take_in(self.tools, Actor(person_id="core"), sent, now=now)
        assert not taken.code, taken

    async def move_relation(self, relation: str, firm: str) -> None:
        row_id, unit_id = self.cast.relations[relation], self.cast.units[firm].id
        await Relation.filter(id=row_id).update(unit_id=unit_id)

    async def delete_relation(self, relation: str) -> None:
        await Relation.filter(id=self.cast.relations[relation]).delete()

    async def close_unit(self, firm: str, *, closed: bool) -> None:
        status = UnitStatus.CLOSED if closed else UnitStatus.ACTIVE
        await Unit.filter(id=self.cast.units[firm].id).update(status=status)
