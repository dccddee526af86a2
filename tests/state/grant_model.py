"""Grants as domain §7.2 tells them: a model that knows nothing of handlers and tables.

Every step is a list of guards, each with the code that it refuses with. When all hold, the change
is made; when some do not, nothing is, and any of their codes is a right answer, because the page
does not say in which order guards are asked.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from models.errors.filing import STATE_CHANGED
from models.errors.grant import (
    ALREADY_GRANTED,
    GRANT_REQUEST_LAPSED,
    GRANT_REQUEST_OPEN,
    GRANT_TOO_WIDE,
    GRANTS_NOT_YOURS,
)
from models.errors.login import TOO_OFTEN
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.errors.unit import UNIT_UNKNOWN
from models.vocabulary import GrantStatus as S
from tests.state.grant_facts import (
    ALL,
    LIVE,
    OK,
    Ceiling,
    Held,
    Scope,
    Words,
    covers,
    earlier,
    refusals,
    together,
)
from tests.state.grant_giving import Giving

A_DAY, A_MONTH, A_YEAR = timedelta(days=1), timedelta(days=30), timedelta(days=365)
ANSWERED_WITHIN = timedelta(days=21)
MOST_A_DAY = 3


class Model(Giving):
    """All of it: clerks ask, legal reps and managers answer, time passes."""

    # the clerk

    def accept(self, clerk: str) -> Words:
        for held in self.grants:
            if held.clerk == clerk and held.status is S.OFFERED:
                held.known = held.accepted = True
                held.to(self._begun(held.begins))
        return OK

    def ask(self, clerk: str, firm: str, relations: Iterable[str]) -> Words:
        ours, held = self.firms[firm], self.live(firm, clerk)
        scope = dict.fromkeys(relations or ours.relations, ALL)
        before = [one for one in self._pair(firm, clerk) if one.asked]
        today = [
            one
            for one in self.grants
            if one.clerk == clerk and one.asked and one.asked > self.now - A_DAY
        ]
        lasts = held is not None and (held.ends is None or held.ends - self.now > A_MONTH)
        has = held is not None and held.status is S.ACTIVE and covers(held.scope, scope)
        refused = refusals(
            (ours.open, UNIT_UNKNOWN),
            (set(scope) <= ours.relations, INPUT_WRONG),
            (all(one.status is not S.REQUESTED for one in before), GRANT_REQUEST_OPEN),
            (len(today) < MOST_A_DAY, TOO_OFTEN),
            (clerk != ours.rep, INPUT_WRONG),
            (not (lasts and has), ALREADY_GRANTED),
        )
        if refused:
            return refused
        muted = any(one.muted for one in before)
        made = Held(firm, clerk, S.REQUESTED, scope, self.now, asked=self.now, known=True)
        self.grants.append(replace(made, answer_by=self.now + ANSWERED_WITHIN, muted=muted))
        return OK

    def withdraw(self, held: Held, by: str) -> Words:
        mine = held.clerk == by and held.asked is not None
        refused = refusals(
            (mine, NOT_FOUND), (not mine or held.status is S.REQUESTED, STATE_CHANGED)
        )
        return refused or self._move(held, S.CANCELLED)

    # whoever answers

    def ceiling(self, firm: str, by: str) -> Ceiling | None:
        """What bounds this manager; None for a clerk who is none."""
        own = self.usable(by, firm)
        return Ceiling(own.scope, own.ends) if own and own.manager and own.known else None

    def _open(self, held: Held, by: str) -> Words:
        late = held.answer_by is not None and held.answer_by <= self.now
        gone = held.status is S.LAPSED or (held.status is S.REQUESTED and late)
        return refusals(
            (held.clerk != by, GRANTS_NOT_YOURS),
            (not gone, GRANT_REQUEST_LAPSED),
            (held.status is S.REQUESTED or gone, STATE_CHANGED),
        )

    def deny(self, held: Held, by: str, *, mute: bool, limit: Ceiling | None) -> Words:
        wide = limit is not None and not covers(limit.scope, held.scope)
        refused = self._open(held, by) or refusals((not wide, GRANT_TOO_WIDE))
        if refused:
            return refused
        held.muted = mute or held.muted
        return self._move(held, S.DENIED)

    def approve(
        self,
        held: Held,
        by: str,
        chosen: frozenset[str] | None,
        ends: datetime | None,
        limit: Ceiling | None,
    ) -> Words:
        scope, last = self.effective(held), limit.ends if limit else None
        wide = ends is not None and last is not None and ends > last
        wide = wide or (chosen is not None and not chosen <= set(scope))
        if chosen is not None:
            scope = {relation: items for relation, items in scope.items() if relation in chosen}
        ends = ends or last
        into = self.live(held.firm, held.clerk)
        begins = max(self.now, into.begins) if into else self.now
        refused = self._open(held, by) or refusals(
            (not wide, GRANT_TOO_WIDE),
            (bool(scope), INPUT_WRONG),
            (limit is None or covers(limit.scope, scope), GRANT_TOO_WIDE),
            (ends is None or ends > begins, INPUT_WRONG),
        )
        if refused:
            return refused
        for one in self._pair(held.firm, held.clerk):
            one.muted = one.muted and not one.known
        if into is None:
            held.scope, held.begins, held.ends = scope, self.now, ends
            held.accepted, held.answer_by = True, None
            return self._move(held, S.ACTIVE)
        self._merge(into, scope, ends, by_rep=limit is None)
        return self._move(held, S.CANCELLED)

    def _merge(self, into: Held, scope: Scope, ends: datetime | None, *, by_rep: bool) -> None:
        kept = into.ends is None or into.ends - self.now > A_MONTH
        into.scope = together(into.scope, scope)
        before = into.ends
        into.ends = ends or (into.ends if kept else self.now + A_YEAR)
        into.known = into.accepted = True
        begins = into.status is S.OFFERED or (into.status is S.SUSPENDED and by_rep)
        widens = not earlier(into.ends, before)
        into.to(self._begun(into.begins) if begins else into.status, widens=widens)

    # what happens by itself

    def change_rep(self, firm: str, person: str) -> Words:
        ours = self.firms[firm]
        if ours.rep == person:
            return OK
        ours.rep, ours.term = person, ours.term + 1
        for held in self.grants:
            if held.firm == firm and held.status in LIVE - {S.SUSPENDED}:
                held.to(S.SUSPENDED)
        return OK

    def tick(self) -> Words:
        for held in self.grants:
            if held.status is S.SCHEDULED and held.begins <= self.now:
                held.to(S.ACTIVE)
            if held.status in LIVE and held.ends is not None and held.ends <= self.now:
                held.to(S.EXPIRED)
            if held.status is S.REQUESTED and held.answer_by and held.answer_by <= self.now:
                held.to(S.LAPSED)
        return OK

    def forget(self, relation: str) -> Words:
        """A relation is gone altogether; moving one to another unit leaves the scopes alone."""
        for held in self.grants:
            held.scope.pop(relation, None)
        return OK
