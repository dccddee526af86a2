"""What the model of grants is made of: units, grants, scopes, and the codes of refusals."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from models.errors.entry import Entry
from models.vocabulary import GrantStatus as S

Words: TypeAlias = frozenset[str]
OK: Words = frozenset({"ok"})
ALL = frozenset({"*"})
Scope: TypeAlias = dict[str, frozenset[str]]
"""Relation → its item groups, ALL for 全业务."""

LIVE = frozenset({S.OFFERED, S.SCHEDULED, S.ACTIVE, S.SUSPENDED})
OVER = frozenset({S.EXPIRED, S.REVOKED, S.DENIED, S.CANCELLED, S.LAPSED})


@dataclass(slots=True)
class Firm:
    """A unit: who represents it, who came before, its relations, whether it is registered."""

    rep: str
    relations: set[str]
    term: int = 1
    open: bool = True


@dataclass(slots=True)
class Held:
    """One grant. asked: when it was requested, for one that began as a request."""

    firm: str
    clerk: str
    status: S
    scope: Scope
    begins: datetime
    ends: datetime | None = None
    asked: datetime | None = None
    answer_by: datetime | None = None
    known: bool = False
    accepted: bool = False
    manager: bool = False
    muted: bool = False
    revision: int = 1
    cut: int = 1

    def to(self, status: S, *, widens: bool = False) -> None:
        """Another state, or the same one changed: the revision counts both.

        cut: the last revision that took something away, which ends the sessions under older ones.
        """
        self.status, self.revision = status, self.revision + 1
        self.cut = self.cut if widens else self.revision
        if status in OVER:
            self.manager = False


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a delegated manager cannot go beyond."""

    scope: Scope
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an edit changes; None leaves a value, redated says that `ends` counts."""

    scope: Scope | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    redated: bool = False
    manager: bool | None = None


def refusals(*guards: tuple[bool, Entry]) -> Words:
    """The codes of the guards that do not hold."""
    return frozenset(entry.code for holds, entry in guards if not holds)


def covers(limit: Scope, scope: Scope) -> bool:
    """Whether a scope goes nowhere beyond a limit."""
    return all(
        relation in limit and (limit[relation] == ALL or items <= limit[relation])
        for relation, items in scope.items()
    )


def together(first: Scope, second: Scope) -> Scope:
    """Both scopes as one; 全业务 takes in every group."""
    joined = {
        key: first.get(key, frozenset()) | second.get(key, frozenset()) for key in {*first, *second}
    }
    return {relation: ALL if items >= ALL else items for relation, items in joined.items()}


def earlier(end: datetime | None, other: datetime | None) -> bool:
    """Whether an end comes before another one; None is 长期."""
    return end is not None and (other is None or end < other)
