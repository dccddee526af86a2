"""The steps that can be directed in the world of grants, with the faults people make."""

from datetime import timedelta

from models.errors.filing import STATE_CHANGED
from models.errors.grant import GRANTS_NOT_YOURS
from models.errors.system import NOT_FOUND
from models.vocabulary import GrantStatus, Role
from tests.state.grant_cast import HOMES
from tests.state.grant_facts import OK, Held, Scope, Wanted, Words, refusals
from tests.state.grant_model import A_DAY
from tests.state.grant_moves import Target
from tests.state.grant_world import World

_SOON = timedelta(minutes=2)


class Stage(World):
    """Every step that a director may ask for, whether it makes sense now or not."""

    def some(self, *statuses: GrantStatus) -> list[Held]:
        """The grants in these states, or all of them, the newest first."""
        found = [one for one in self.model.grants if not statuses or one.status in statuses]
        return found[::-1]

    def usable(self) -> list[Held]:
        """The grants by which somebody could come in now."""
        return [one for one in self.model.grants if self.model.usable(one.clerk, one.firm) is one]

    def chosen(self, firm: str, choice: str) -> tuple[str, ...]:
        """Relations of a unit: `all` or `one` of its own, or one that is `foreign` to it."""
        ours = sorted(self.model.firms[firm].relations)
        strange = sorted(set(HOMES) - set(ours))
        picked = {"all": ours, "one": ours[:1], "foreign": strange[:1]}[choice]
        return tuple(picked or ours or strange[:1])

    async def _rep_of(self, firm: str) -> str:
        # The legal rep of a closed unit cannot come in, so it must be open again.
        if not self.model.firms[firm].open:
            await self.close_unit(firm, closed=False)
        return self.model.firms[firm].rep

    def _faulty(self, target: Target, fault: str, expected: Words) -> tuple[Target, Words]:
        match fault:
            case "stale":
                return target._replace(revision=target.revision - 1), refusals(
                    (False, STATE_CHANGED)
                )
            case "foreign":
                others = {unit.id for unit in self.cast.units.values()} - {target.unit_id}
                return target._replace(unit_id=others.pop()), refusals((False, NOT_FOUND))
            case _:
                return target, expected

    # the legal representative, and the window

    async def offer(
        self, firm: str, clerk: str, scope: Scope, begins: int, ends: int | None
    ) -> None:
        rep = await self._rep_of(firm)
        starts = self.now + begins * A_DAY
        last = None if ends is None else self.now + ends * A_DAY
        asked = self.moves.offer(rep, firm, clerk, scope, starts, last, self.now)
        await self.play(asked, self.model.offer(firm, clerk, dict(scope), starts, last))

    async def window(self, firm: str, clerk: str, chosen: tuple[str, ...]) -> None:
        asked = self.moves.window(firm, clerk, chosen, self.now)
        await self.play(asked, self.model.window(firm, clerk, chosen))

    async def edit(self, held: Held, wanted: Wanted, fault: str) -> None:
        hand = self.moves.hand(await self._rep_of(held.firm), held.firm)
        target = self.target(held)
        aimed, expected = self._faulty(target, fault, OK)
        if aimed == target:
            expected = self.model.edit(held, wanted)
        await self.play(self.moves.edit(hand, aimed, wanted, self.now), expected)

    async def end(self, held: Held, how: str, fault: str) -> None:
        hand = self.moves.hand(await self._rep_of(held.firm), held.firm)
        target = self.target(held)
        aimed, expected = self._faulty(target, fault, OK)
        if aimed == target:
            acts = {
                "revoke": self.model.revoke,
                "suspend": self.model.suspend,
                "resume": self.model.resume,
            }
            expected = acts[how](held)
        await self.play(self.moves.end(how, hand, aimed, self.now), expected)
        if aimed == target and held.status in (GrantStatus.REVOKED, GrantStatus.SUSPENDED):
            await self.nobody_gets_in_by(held)

    # the clerk, and whoever answers

    async def accept(self, clerk: str) -> None:
        asked = self.moves.accept(clerk, self.now)
        await self.play(asked, self.model.accept(clerk))

    async def ask(self, clerk: str, firm: str, chosen: tuple[str, ...]) -> None:
        asked = self.moves.ask(clerk, firm, chosen, self.now)
        await self.play(asked, self.model.ask(clerk, firm, chosen))

    async def withdraw(self, held: Held, clerk: str) -> None:
        asked = self.moves.withdraw(clerk, self.target(held), self.now)
        await self.play(asked, self.model.withdraw(held, clerk))

    async def approve(
        self, held: Held, by: str, chosen: tuple[str, ...] | None, ends: int | None
    ) -> None:
        """by: a clerk who may be a manager, '' for the legal representative."""
        rep = await self._rep_of(held.firm)
        actor = self.moves.actor(by or rep, Role.CLERK if by else Role.LEGAL_REP, held.firm)
        last = None if ends is None else self.now + ends * A_DAY
        asked = self.moves.approve(actor, self.target(held), chosen, last, self.now)
        limit = self.model.ceiling(held.firm, by)
        own = self.model.live(held.firm, by) if by else None
        expected = refusals((not by or limit is not None, GRANTS_NOT_YOURS))
        if not expected:
            named = None if chosen is None else frozenset(chosen)
            expected = self.model.approve(held, by or rep, named, last, limit)
        await self.play(asked, expected, self.target(own).id if own and limit else "")

    async def deny(self, held: Held, by: str, *, mute: bool) -> None:
        rep = await self._rep_of(held.firm)
        actor = self.moves.actor(by or rep, Role.CLERK if by else Role.LEGAL_REP, held.firm)
        asked = self.moves.deny(actor, self.target(held), mute=mute, now=self.now)
        limit = self.model.ceiling(held.firm, by)
        expected = refusals((not by or limit is not None, GRANTS_NOT_YOURS))
        await self.play(asked, expected or self.model.deny(held, by or rep, mute=mute, limit=limit))

    # what happens by itself

    async def tick(self) -> None:
        await self.play(self.moves.tick(self.now), self.model.tick())

    async def change_rep(self, firm: str, person: str) -> None:
        asked = self.moves.change_rep(firm, person, self.now)
        await self.play(asked, self.model.change_rep(firm, person))

    async def move_relation(self, relation: str, firm: str) -> None:
        """A relation goes over to the other unit, or is gone ('')."""
        there = any(relation in ours.relations for ours in self.model.firms.values())
        for ours in self.model.firms.values():
            ours.relations.discard(relation)
        if firm and there:
            self.model.firms[firm].relations.add(relation)
            await self.play(self.moves.move_relation(relation, firm), OK)
        else:
            await self.play(self.moves.delete_relation(relation), self.model.forget(relation))

    async def close_unit(self, firm: str, *, closed: bool) -> None:
        """The core system closes a unit; it is noticed when the database is next asked."""
        self.model.firms[firm].open = not closed
        await self.wait(_SOON)
        await self.play(self.moves.close_unit(firm, closed=closed), OK)

    async def upheaval(self, what: str, which: int, firm: str) -> None:
        """What shakes a unit: another legal rep, a relation that moves or goes, its closing."""
        if what == "rep":
            await self.change_rep(firm, ("rep", "heir", "ann", "heir")[which])
        elif what == "move":
            relation = sorted(HOMES)[which % len(HOMES)]
            await self.move_relation(relation, firm if which else "")
        else:
            await self.close_unit(firm, closed=which > 0)

    async def blunder(self, held: Held, how: str, fault: str, by: str) -> None:
        """Something done to a grant whatever its state is, by whoever, as it was seen before."""
        match how:
            case "edit":
                await self.edit(held, Wanted(manager=True), fault)
            case "approve":
                await self.approve(held, by, None, None)
            case "deny":
                await self.deny(held, by, mute=True)
            case "withdraw":
                await self.withdraw(held, by)
            case _:
                await self.end(held, how, fault)

    # coming in

    async def gap(self, held: Held, how: str) -> None:
        """Something happens to the grant between the approval of a login and its exchange."""
        if await self.agree(held.clerk, held.firm, Role.CLERK):
            if how == "edit":
                await self.edit(held, Wanted(manager=not held.manager), "")
            else:
                await self.end(held, how, "")
            await self.exchange(-1)

    async def appoint(self, firm: str, clerk: str, scope: Scope) -> None:
        """A clerk is given this scope, comes in and becomes a delegated manager."""
        if self.model.usable(clerk, firm) is None:
            await self.window(firm, clerk, tuple(scope))
        held = self.model.usable(clerk, firm)
        if held is not None:
            await self.edit(held, Wanted(scope=dict(scope), manager=True), "")
            await self.log_in(clerk, firm, Role.CLERK)

    def managers(self) -> list[Held]:
        """The grants of clerks who may answer requests now."""
        return [one for one in self.usable() if one.manager and one.known]

    async def delegate(self, manager: Held, clerk: str, ends: int | None) -> None:
        """A clerk asks for everything, and a manager answers instead of the legal rep."""
        firm = manager.firm
        await self.ask(clerk, firm, ())
        open_ones = [
            one
            for one in self.some(GrantStatus.REQUESTED)
            if (one.firm, one.clerk) == (firm, clerk)
        ]
        if open_ones:
            await self.approve(open_ones[0], manager.clerk, None, ends)

    async def log_in(self, person: str, firm: str, role: Role) -> None:
        """Both halves of a login, one after the other."""
        if await self.agree(person, firm, role):
            await self.exchange(-1)
