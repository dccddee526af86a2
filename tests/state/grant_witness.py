"""What must hold of grants whatever happens, read from the tables alone.

These are the invariants of domain §7.2; they do not use the model, so a fault that model and
product share would still be seen.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.raw import fetch, moment
from models.vocabulary import GrantStatus as S
from tests.state.grant_facts import LIVE, OVER, Scope, covers

_ROWS = """
SELECT g.id, g.unit_id, g.id_no_index, g.status, g.revision, g.valid_from, g.valid_to, g.person_id,
 g.suspension, g.manager_slot, g.muted, g.accepted_at, s.relation_id, s.items,
 (SELECT count(*) FROM grant_events e WHERE e.grant_id = g.id) AS events
FROM grants g LEFT JOIN grant_scopes s ON s.grant_id = g.id
WHERE g.unit_id IN ($1, $2) ORDER BY g.id
"""
_SAID = "SELECT id, body FROM audit_entries WHERE id > $1 ORDER BY id"
_LAST = "SELECT coalesce(max(id), 0) AS id FROM audit_entries"
_PLACES = "SELECT id, unit_id FROM relations WHERE id IN ($1, $2, $3)"


@dataclass(frozen=True, slots=True)
class Row:
    """A grant as the table holds it. events: lines of its history."""

    id: str
    unit_id: str
    holder: str
    status: S
    revision: int
    begins: datetime
    ends: datetime | None
    known: bool
    paused: bool
    manager: bool
    muted: bool
    accepted: bool
    events: int
    scope: Scope


@dataclass(slots=True)
class Witness:
    """Looks at the tables after each step. changes, let_in: how many it has seen."""

    units: tuple[str, str]
    names: Mapping[str, str]
    entry: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    changes: int = 0
    let_in: int = 0

    async def begin(self) -> None:
        """Forget what other plays left in the audit trail."""
        self.entry = int((await fetch(_LAST))[0]["id"])

    async def look(self, now: datetime, manager: str = "") -> Mapping[str, Row]:
        """The rows now, after every invariant was seen to hold.

        manager: the id of the grant by whose right a request was answered, '' for other steps.
        """
        before, self.rows = self.rows, await self._read()
        for row in self.rows.values():
            self._in_itself(row, now)
        self._one_of_a_kind()
        self._ended_for_good(before)
        await self._recorded(before)
        await self._within(before, manager)
        return self.rows

    async def _read(self) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for each in await fetch(_ROWS, *self.units):
            row = found.setdefault(each["id"], _row(each))
            if each["relation_id"] is not None:
                row.scope[self.names[each["relation_id"]]] = frozenset(each["items"].split(","))
        return found

    def _in_itself(self, row: Row, now: datetime) -> None:
        assert row.status is not S.ACTIVE or row.begins <= now, f"begun before its day: {row}"
        assert row.paused == (row.status is S.SUSPENDED) or row.status in OVER, f"paused: {row}"
        assert not (row.manager and row.status in OVER), f"a manager without a grant: {row}"
        assert row.events == row.revision, f"a change without history: {row}"

    def _one_of_a_kind(self) -> None:
        for kind in (LIVE, {S.REQUESTED}):
            pairs = [(r.unit_id, r.holder) for r in self.rows.values() if r.status in kind]
            assert len(pairs) == len(set(pairs)), f"two grants of one clerk: {pairs}"

    def _ended_for_good(self, before: Mapping[str, Row]) -> None:
        for row_id, row in before.items():
            if row.status in OVER:
                now_is = self.rows[row_id]
                assert (now_is.status, now_is.revision) == (row.status, row.revision)

    async def _recorded(self, before: Mapping[str, Row]) -> None:
        changed = sum(
            row.revision - (before[row.id].revision if row.id in before else 0)
            for row in self.rows.values()
        )
        if not changed:
            # What was said without a change is found beside the next one.
            return
        said = await fetch(_SAID, self.entry)
        self.entry = int(said[-1]["id"])
        self.changes += changed
        audited = [one for one in said if '"action":"grant.' in one["body"]]
        assert len(audited) == changed, f"{changed} changes, {len(audited)} audit entries"

    async def _within(self, before: Mapping[str, Row], manager: str) -> None:
        given = {row.id: _added(before.get(row.id), row) for row in self.rows.values()}
        if not any(given.values()):
            return
        places = {
            self.names[each["id"]]: each["unit_id"] for each in await fetch(_PLACES, *self.names)
        }
        for row_id, scope in given.items():
            unit_id = self.rows[row_id].unit_id
            assert all(places.get(one) == unit_id for one in scope), f"another unit's: {scope}"
            assert not manager or covers(before[manager].scope, scope), f"too wide: {scope}"

    def lets_in(
        self, grant_id: str, revision: int, now: datetime, registered: Collection[str]
    ) -> None:
        """A request has succeeded under a grant: it must be one by which it may."""
        row, self.let_in = self.rows[grant_id], self.let_in + 1
        assert row.status is S.ACTIVE, f"let in by {row}"
        assert row.revision == revision, f"let in by what the grant was before: {row}"
        assert row.begins <= now, f"let in before its day: {row}"
        assert row.ends is None or now < row.ends, f"let in after its last day: {row}"
        assert row.unit_id in registered, "let in to a unit that is not registered"


def _added(before: Row | None, row: Row) -> Scope:
    # What is asked for is not given yet; what was asked for is given by the approval.
    if row.status not in LIVE:
        return {}
    had = before.scope if before is not None and before.status in LIVE else {}
    return {one: items for one, items in row.scope.items() if not covers(had, {one: items})}


def _row(each: Mapping[str, object]) -> Row:
    begins = moment(each["valid_from"])
    assert begins is not None
    return Row(
        id=str(each["id"]),
        unit_id=str(each["unit_id"]),
        holder=str(each["id_no_index"]),
        status=S(str(each["status"])),
        revision=int(str(each["revision"])),
        begins=begins,
        ends=moment(each["valid_to"]),
        known=each["person_id"] is not None,
        paused=each["suspension"] is not None,
        manager=each["manager_slot"] is not None,
        muted=bool(each["muted"]),
        accepted=each["accepted_at"] is not None,
        events=int(str(each["events"])),
        scope={},
    )
