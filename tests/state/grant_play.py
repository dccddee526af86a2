"""Hypothesis as the director of plays with grants: which steps there are, and when."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from handlers.tools import Tools
from models.actor import Actor
from models.grant import Grant
from models.vocabulary import GrantStatus as S
from models.vocabulary import Role
from tests import build
from tests.state.grant_cast import CLERKS, PEOPLE, a_cast
from tests.state.grant_facts import ALL, Held, Wanted
from tests.state.grant_steps import Stage

STEPS = 30

PAUSES = [timedelta(minutes=2), timedelta(minutes=2), timedelta(minutes=20)]
PAUSES += [timedelta(days=1), timedelta(days=8), timedelta(days=22)]
GROUPS = (ALL, ALL, frozenset({"bases"}), frozenset({"bases", "employees"}))
LATER = build.NOW + timedelta(days=3)
clerks, firms = st.sampled_from(CLERKS), st.sampled_from(("one", "one", "one", "two"))
people, roles = st.sampled_from(PEOPLE), st.sampled_from((Role.CLERK, Role.LEGAL_REP))
which, choices = st.integers(0, 3), st.sampled_from(("all", "all", "one", "one", "foreign"))
begins, ends = st.sampled_from((0, 0, 0, 1)), st.sampled_from((None, None, 1, 20, 60, -1))
groups, faults = st.sampled_from(GROUPS), st.sampled_from(("", "stale", "foreign"))
deciders = st.sampled_from(("", "", *CLERKS))
HOWS = ("revoke", "suspend", "resume", "edit", "approve", "deny", "withdraw")
REQUESTED, SUSPENDED, OFFERED = S.REQUESTED, S.SUSPENDED, S.OFFERED
WORKING = (S.OFFERED, S.SCHEDULED, S.ACTIVE)
LIVE = (*WORKING, S.SUSPENDED)


EDITS = st.one_of(
    st.builds(Wanted, manager=st.sampled_from((True, True, False))),
    st.builds(Wanted, begins=st.sampled_from((build.NOW, LATER))),
    st.builds(Wanted, ends=st.sampled_from((None, build.NOW, LATER)), redated=st.just(True)),
)


def _there(*statuses: S) -> Callable[[Any], bool]:
    return lambda play: bool(play.stage.some(*statuses))


class Play(RuleBasedStateMachine):
    """Hypothesis as the director: what it finds, it shrinks to the shortest play."""

    runner: asyncio.Runner
    tools: Tools
    officer: Actor
    stage: Stage
    plays = whole = steps = changes = sessions = used = refused = 0

    @initialize(acceptance=st.booleans())
    def begin(self, acceptance: bool) -> None:
        self._do(self._begin(acceptance=acceptance))

    async def _begin(self, *, acceptance: bool) -> None:
        self.stage = Stage(self.tools, await a_cast(self.officer), acceptance=acceptance)
        await self.stage.witness.begin()

    def _do(self, step: Coroutine[Any, Any, object]) -> None:
        self.runner.run(step)

    def _one(self, which: int, *statuses: S) -> Held:
        found = self.stage.some(*statuses)
        return found[which % len(found)]

    @rule(
        firm=firms,
        clerk=clerks,
        choice=choices,
        group=groups,
        begins=begins,
        ends=ends,
    )
    def offer(
        self, firm: str, clerk: str, choice: str, group: Any, begins: int, ends: int | None
    ) -> None:
        scope = dict.fromkeys(self.stage.chosen(firm, choice), group)
        self._do(self.stage.offer(firm, clerk, scope, begins, ends))

    @rule(firm=firms, clerk=clerks, choice=choices)
    def window(self, firm: str, clerk: str, choice: str) -> None:
        self._do(self.stage.window(firm, clerk, self.stage.chosen(firm, choice)))

    @rule(clerk=clerks, firm=firms, choice=st.sampled_from(("", "all", "one", "foreign")))
    def ask(self, clerk: str, firm: str, choice: str) -> None:
        chosen = self.stage.chosen(firm, choice) if choice else ()
        self._do(self.stage.ask(clerk, firm, chosen))

    @rule(which=which, choice=choices, group=groups)
    @precondition(_there(*LIVE))
    def rescope(self, which: int, choice: str, group: Any) -> None:
        held = self._one(which, *LIVE)
        scope = dict.fromkeys(self.stage.chosen(held.firm, choice), group)
        self._do(self.stage.edit(held, Wanted(scope=scope), ""))

    @rule(which=which, wanted=EDITS)
    @precondition(_there(*LIVE))
    def edit(self, which: int, wanted: Wanted) -> None:
        self._do(self.stage.edit(self._one(which, *LIVE), wanted, ""))

    @rule(which=which)
    @precondition(_there(*LIVE))
    def revoke(self, which: int) -> None:
        self._do(self.stage.end(self._one(which, *LIVE), "revoke", ""))

    @rule(which=which)
    @precondition(_there(*WORKING))
    def suspend(self, which: int) -> None:
        self._do(self.stage.end(self._one(which, *WORKING), "suspend", ""))

    @rule(which=which)
    @precondition(_there(SUSPENDED))
    def resume(self, which: int) -> None:
        self._do(self.stage.end(self._one(which, SUSPENDED), "resume", ""))

    @rule(which=which)
    @precondition(_there(OFFERED))
    def accept(self, which: int) -> None:
        self._do(self.stage.accept(self._one(which, OFFERED).clerk))

    @rule(which=which, by=deciders, choice=st.sampled_from(("", "", "all", "one")), ends=ends)
    @precondition(_there(REQUESTED))
    def approve(self, which: int, by: str, choice: str, ends: int | None) -> None:
        held = self._one(which, REQUESTED)
        chosen = self.stage.chosen(held.firm, choice) if choice else None
        self._do(self.stage.approve(held, by, chosen, ends))

    @rule(which=which, by=deciders, mute=st.booleans())
    @precondition(_there(REQUESTED))
    def deny(self, which: int, by: str, mute: bool) -> None:
        self._do(self.stage.deny(self._one(which, REQUESTED), by, mute=mute))

    @rule(which=which)
    @precondition(_there(REQUESTED))
    def withdraw(self, which: int) -> None:
        held = self._one(which, REQUESTED)
        self._do(self.stage.withdraw(held, held.clerk))

    @rule(
        which=which,
        how=st.sampled_from(HOWS),
        fault=st.sampled_from(("", "stale", "foreign")),
        by=people,
    )
    @precondition(_there())
    def blunder(self, which: int, how: str, fault: str, by: str) -> None:
        self._do(self.stage.blunder(self._one(which), how, fault, by))

    @rule(pause=st.sampled_from(PAUSES), clock=st.booleans())
    def wait(self, pause: timedelta, clock: bool) -> None:
        self._do(self.stage.wait(pause))
        if clock:
            self._do(self.stage.tick())

    @rule(what=st.sampled_from(("rep", "rep", "move", "close")), which=which, firm=firms)
    @precondition(_there())
    def upheaval(self, what: str, which: int, firm: str) -> None:
        self._do(self.stage.upheaval(what, which, firm))

    @rule(person=people, firm=firms, role=roles)
    def agree(self, person: str, firm: str, role: Role) -> None:
        self._do(self.stage.agree(person, firm, role))

    @rule(which=which)
    @precondition(lambda self: self.stage.agreed)
    def exchange(self, which: int) -> None:
        self._do(self.stage.exchange(which))

    @rule(which=which)
    @precondition(lambda self: self.stage.usable())
    def log_in(self, which: int) -> None:
        found = self.stage.usable()
        held = found[which % len(found)]
        self._do(self.stage.log_in(held.clerk, held.firm, Role.CLERK))

    @rule(which=which, how=st.sampled_from(("edit", "suspend", "revoke")))
    @precondition(lambda self: self.stage.usable())
    def gap(self, which: int, how: str) -> None:
        found = self.stage.usable()
        self._do(self.stage.gap(found[which % len(found)], how))

    @rule(firm=firms, clerk=clerks, choice=choices, group=groups)
    def appoint(self, firm: str, clerk: str, choice: str, group: Any) -> None:
        scope = dict.fromkeys(self.stage.chosen(firm, choice), group)
        self._do(self.stage.appoint(firm, clerk, scope))

    @rule(which=which, clerk=clerks, ends=ends)
    @precondition(lambda self: self.stage.managers())
    def delegate(self, which: int, clerk: str, ends: int | None) -> None:
        found = self.stage.managers()
        self._do(self.stage.delegate(found[which % len(found)], clerk, ends))

    @rule(which=which)
    @precondition(lambda self: self.stage.seats)
    def use(self, which: int) -> None:
        self._do(self.stage.use(self.stage.seats[-1 - which % len(self.stage.seats)]))

    @rule(which=which, firm=firms, role=roles)
    @precondition(lambda self: self.stage.seats)
    def switch(self, which: int, firm: str, role: Role) -> None:
        seat = self.stage.seats[-1 - which % len(self.stage.seats)]
        self._do(self.stage.switch(seat, firm, role))

    async def _clear(self) -> None:
        await Grant.filter(id__in=self.stage.ids).delete()

    def teardown(self) -> None:
        done, stage = type(self), self.stage
        done.plays += 1
        done.steps += stage.steps
        done.whole += stage.steps >= STEPS
        done.changes += stage.witness.changes
        done.sessions += len(stage.seats)
        done.used += stage.witness.let_in
        done.refused += stage.refused_after_revocation
        # The clock of the next play must not find them due.
        self._do(self._clear())
