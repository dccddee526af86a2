"""Grants as domain §7.2 tells them, first half: what legal reps and windows do.

Every step is a list of guards, each with the code that it refuses with. When all hold, the change
is made; when some do not, nothing is, and any of their codes is a right answer, because the page
does not say in which order guards are asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.errors.filing import STATE_CHANGED
from models.errors.grant import (
    ALREADY_GRANTED,
    WINDOW_GRANT_UNREGISTERED,
)
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.vocabulary import GrantStatus as S
from tests.state.grant_facts import (
    ALL,
    LIVE,
    OK,
    Firm,
    Held,
    Scope,
    Wanted,
    Words,
    covers,
    earlier,
    refusals,
    together,
)


@dataclass(slots=True)
class Giving:
    """Everything that is remembered. acceptance: whether a clerk's first scan must accept."""

    now: datetime
    acceptance: bool
    firms: dict[str, Firm]
    homes: Mapping[str, str]
    grants: list[Held] = field(default_factory=list)

    def state(self, held: Held) -> S:
        """The state that counts at this moment."""
        if held.status is not S.ACTIVE:
            return held.status
        if not self.firms[held.firm].open:
            return S.SUSPENDED
        if self.now < held.begins:
            return S.SCHEDULED
        return S.EXPIRED if held.ends is not None and held.ends <= self.now else S.ACTIVE

    def usable(self, clerk: str, firm: str) -> Held | None:
        """The grant by which a clerk may enter a unit now."""
        held = self.live(firm, clerk)
        return held if held is not None and self.state(held) is S.ACTIVE else None

    def effective(self, held: Held) -> Scope:
        """The scope without relations that have left the unit."""
        ours = self.firms[held.firm].relations
        return {relation: items for relation, items in held.scope.items() if relation in ours}

    def live(self, firm: str, clerk: str) -> Held | None:
        """The clerk's live grant of a unit."""
        found = [one for one in self._pair(firm, clerk) if one.status in LIVE]
        return found[0] if found else None

    def _pair(self, firm: str, clerk: str) -> list[Held]:
        return [one for one in self.grants if (one.firm, one.clerk) == (firm, clerk)]

    # the legal representative, and the window

    def offer(
        self, firm: str, clerk: str, scope: Scope, begins: datetime, ends: datetime | None
    ) -> Words:
        held = self.live(firm, clerk)
        refused = refusals(
            (bool(scope) and set(scope) <= self.firms[firm].relations, INPUT_WRONG),
            (ends is None or ends > max(begins, self.now), INPUT_WRONG),
            (clerk != self.firms[firm].rep, INPUT_WRONG),
            (held is None or not covers(held.scope, scope), ALREADY_GRANTED),
        )
        return refused or self._give(firm, clerk, scope, begins, ends, at_once=not self.acceptance)

    def window(self, firm: str, clerk: str, relations: Iterable[str]) -> Words:
        ours, held = self.firms[firm], self.live(firm, clerk)
        chosen = dict.fromkeys(relations, ALL)
        known = ours.open and all(self.homes[one] == firm for one in chosen)
        refused = refusals(
            (set(chosen) <= ours.relations, NOT_FOUND), (known, WINDOW_GRANT_UNREGISTERED)
        )
        if not refused and held is not None and covers(held.scope, chosen):
            return OK
        refused |= refusals((clerk != ours.rep, INPUT_WRONG))
        return refused or self._give(firm, clerk, chosen, self.now, None, at_once=True)

    def _give(
        self,
        firm: str,
        clerk: str,
        scope: Scope,
        begins: datetime,
        ends: datetime | None,
        *,
        at_once: bool,
    ) -> Words:
        held = self.live(firm, clerk)
        if held is not None:
            held.scope = together(held.scope, scope)
            held.to(held.status, widens=True)
            return OK
        status = self._begun(begins) if at_once else S.OFFERED
        self.grants.append(Held(firm, clerk, status, scope, begins, ends))
        return OK

    def _begun(self, begins: datetime) -> S:
        return S.SCHEDULED if begins > self.now else S.ACTIVE

    def edit(self, held: Held, wanted: Wanted) -> Words:
        begins = wanted.begins or held.begins
        ends = wanted.ends if wanted.redated else held.ends
        dated = (begins, ends) != (held.begins, held.ends)
        scope = held.scope if wanted.scope is None else wanted.scope
        ours = self.firms[held.firm].relations
        refused = refusals(
            (held.status in LIVE, STATE_CHANGED),
            (wanted.scope is None or (bool(scope) and set(scope) <= ours), INPUT_WRONG),
            (not dated or ends is None or ends > max(begins, self.now), INPUT_WRONG),
        )
        if refused:
            return refused
        lasts = not earlier(ends, held.ends)
        widens = begins == held.begins and lasts and covers(scope, held.scope)
        held.scope, held.begins, held.ends = scope, begins, ends
        held.manager = held.manager if wanted.manager is None else wanted.manager
        moves = held.status in (S.SCHEDULED, S.ACTIVE)
        held.to(self._begun(begins) if moves else held.status, widens=widens)
        return OK

    def revoke(self, held: Held) -> Words:
        return refusals((held.status in LIVE, STATE_CHANGED)) or self._move(held, S.REVOKED)

    def suspend(self, held: Held) -> Words:
        working = held.status in LIVE - {S.SUSPENDED}
        return refusals((working, STATE_CHANGED)) or self._move(held, S.SUSPENDED)

    def resume(self, held: Held) -> Words:
        strange = self.acceptance and not (held.accepted or held.known)
        to = S.OFFERED if strange else self._begun(held.begins)
        return refusals((held.status is S.SUSPENDED, STATE_CHANGED)) or self._move(held, to)

    def _move(self, held: Held, to: S) -> Words:
        held.to(to)
        return OK
