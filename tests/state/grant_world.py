"""A world of two units, their legal reps and clerks, and what the model says of each step in it."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from handlers.entries import view_of
from handlers.tools import Tools
from models.errors.entry import Refusal
from models.errors.grant import (
    GRANT_EXPIRED,
    GRANT_PAUSED,
    GRANT_REVOKED,
    GRANT_SUSPENDED,
    RELATION_NOT_GRANTED,
)
from models.errors.login import SESSION_ENDED
from models.errors.scan import CLERK_UNKNOWN, LEGAL_REP_UNKNOWN, QR_EXPIRED
from models.errors.unit import UNIT_CLOSED
from models.store.challenge import Challenges
from models.store.session import Sessions
from models.vocabulary import Role
from tests.build import NOW
from tests.state.grant_cast import HOMES, REPS, Cast
from tests.state.grant_entering import Entering
from tests.state.grant_facts import OK, Firm, Held, Words
from tests.state.grant_model import Model
from tests.state.grant_moves import Target
from tests.state.grant_witness import Row, Witness

T = TypeVar("T")
IDLE, CHALLENGE = timedelta(minutes=30), timedelta(seconds=30)
LOST: Words = frozenset(
    entry.code
    for entry in (
        CLERK_UNKNOWN,
        GRANT_EXPIRED,
        GRANT_REVOKED,
        GRANT_PAUSED,
        GRANT_SUSPENDED,
        LEGAL_REP_UNKNOWN,
        QR_EXPIRED,
        RELATION_NOT_GRANTED,
        SESSION_ENDED,
        UNIT_CLOSED,
    )
)
"""How a request, an exchange or a switch is refused that may not succeed."""


@dataclass(frozen=True, slots=True)
class Key:
    """By what somebody enters a unit. held: the grant, None for a legal rep; number: the grant's
    revision, or which legal rep of the unit it is."""

    firm: str
    held: Held | None
    number: int


@dataclass(slots=True)
class Seat:
    """A session: whose, by what, and how long still."""

    secret: str
    person: str
    key: Key
    seen: datetime
    ends: datetime
    over: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """A login that was approved on the phone and not yet redeemed."""

    place: tuple[str, str]
    person: str
    key: Key
    at: datetime


class World:
    """Plays a step, asks the model what may come of it, and looks at what did."""

    def __init__(self, tools: Tools, everybody: Cast, *, acceptance: bool) -> None:
        self.cast, self.now = everybody, NOW
        self.model = Model(NOW, acceptance, _firms(), HOMES)
        units = (everybody.units["one"].id, everybody.units["two"].id)
        self.witness = Witness(units, everybody.names)
        store = tools.sessions._store
        self.sessions = Sessions(store, most_devices=1000)
        self.challenges = Challenges(store)
        own = replace(
            tools, acceptance=acceptance, sessions=self.sessions, challenges=self.challenges
        )
        self.moves = Entering(own, everybody)
        self.ids: list[str] = []
        self.seats: list[Seat] = []
        self.agreed: list[Agreed] = []
        self.subjects: set[str] = set()
        self.steps = self.refused_after_revocation = 0
        self._turn_clocks()

    def _turn_clocks(self) -> None:
        self.model.now = self.now
        self.sessions.now_ms = self.challenges.now_ms = int(self.now.timestamp() * 1000)

    async def wait(self, pause: timedelta) -> None:
        """Let time pass: at least the minute after which the database is asked again."""
        self.steps += 1
        self.now += pause
        self._turn_clocks()
        if self.subjects:
            await self.sessions._store.redis.delete(*(f"rv:{one}" for one in self.subjects))

    # one step

    def target(self, held: Held) -> Target:
        """A grant as it can be seen now."""
        row_id = self.ids[self.model.grants.index(held)]
        return Target(self.cast.units[held.firm].id, row_id, held.revision)

    async def play(self, asked: Awaitable[T], expected: Words, manager: str = "") -> T | None:
        """What came of a step that the model has already taken; None when it was refused."""
        self.steps += 1
        word, result = "ok", None
        try:
            result = await asked
        except Refusal as refusal:
            word = refusal.entry.code
        assert word in expected, f"{word}, not {set(expected)}"
        self._compare(await self.witness.look(self.now, manager if word == "ok" else ""))
        return result

    def _compare(self, rows: Mapping[str, Row]) -> None:
        self.ids += [row_id for row_id in rows if row_id not in self.ids]
        assert len(self.ids) == len(self.model.grants), "a grant too many or too few"
        for row_id, held in zip(self.ids, self.model.grants, strict=True):
            row = rows[row_id]
            found = (row.status, row.revision, row.scope, row.begins, row.ends, row.known)
            wanted = (held.status, held.revision, held.scope, held.begins, held.ends, held.known)
            assert found == wanted, f"{found}\nmodel {wanted}"
            found_too = (row.manager, row.muted, row.accepted)
            assert found_too == (held.manager, held.muted, held.accepted), f"{row}"

    # who may come in

    def key_of(self, person: str, firm: str, role: Role) -> Key | None:
        """By what a person may enter a unit now."""
        ours = self.model.firms[firm]
        if role is Role.LEGAL_REP:
            return Key(firm, None, ours.term) if ours.rep == person and ours.open else None
        held = self.model.usable(person, firm)
        return Key(firm, held, held.revision) if held else None

    def _holds(self, key: Key, person: str) -> bool:
        role = Role.CLERK if key.held else Role.LEGAL_REP
        return self.key_of(person, key.firm, role) == key

    def _alive(self, seat: Seat) -> bool:
        """A session goes on while nothing was taken away from its grant since it was opened."""
        timely = self.now < min(seat.seen + IDLE, seat.ends)
        key, held = seat.key, seat.key.held
        if held is None:
            stands = self._holds(key, seat.person)
        else:
            usable = self.model.usable(seat.person, key.firm)
            stands = usable is held and held.cut <= key.number
        return not seat.over and timely and stands

    async def agree(self, person: str, firm: str, role: Role) -> bool:
        """Scan and approve; the desk redeems it later."""
        key = self.key_of(person, firm, role)
        expected = OK if key else LOST
        place = await self.play(self.moves.agree(person, firm, role, self.now), expected)
        if key and place:
            self.agreed.append(Agreed(place, person, key, self.now))
        return bool(place)

    async def exchange(self, which: int) -> Seat | None:
        """Redeem what was approved, unless too late or no longer true."""
        agreed = self.agreed.pop(which % len(self.agreed))
        timely = self.now < agreed.at + CHALLENGE
        stands = timely and self._holds(agreed.key, agreed.person)
        if stands and agreed.key.held:
            agreed.key.held.known = True
        asked = self.moves.exchange(*agreed.place, self.now)
        opened = await self.play(asked, OK if stands else LOST)
        if opened is None:
            return None
        ends = self.now + timedelta(hours=12)
        return await self._sit(Seat(opened.secret, agreed.person, agreed.key, self.now, ends))

    async def _sit(self, seat: Seat) -> Seat:
        self.seats.append(seat)
        session = (await self.sessions.touch(seat.secret)).session
        assert session is not None
        self.subjects.add(session.mandate)
        self._let_in(seat, session.mandate_revision)
        shown = view_of(self.moves.tools, session).relations
        held, ours = seat.key.held, self.model.firms[seat.key.firm].relations
        scope = self.model.effective(held) if held else dict.fromkeys(ours, frozenset("*"))
        names = self.cast.names
        seen = {names[one.id]: frozenset(one.items.split(",")) for one in shown}
        assert seen == scope, f"a session of {seen} under {scope}"
        return seat

    def _let_in(self, seat: Seat, revision: int) -> None:
        firms, units = self.model.firms, self.cast.units
        registered = {units[name].id for name, firm in firms.items() if firm.open}
        if seat.key.held is not None:
            row_id = self.target(seat.key.held).id
            self.witness.lets_in(row_id, revision, self.now, registered)

    async def use(self, seat: Seat) -> bool:
        """One request in a session; whether it got in."""
        alive = self._alive(seat)
        session = await self.play(self.moves.use(seat.secret, self.now), OK if alive else LOST)
        seat.over = not alive
        if session is not None:
            seat.seen = self.now
            self._let_in(seat, session.mandate_revision)
        return session is not None

    async def switch(self, seat: Seat, firm: str, role: Role) -> Seat | None:
        """Go over to another unit without logging in again."""
        alive, key = self._alive(seat), self.key_of(seat.person, firm, role)
        if alive and key and key.held:
            key.held.known = True
        asked = self.moves.switch(seat.secret, firm, role, self.now)
        opened = await self.play(asked, OK if alive and key else LOST)
        seat.over = not alive or opened is not None
        seat.seen = self.now
        if opened is None or key is None:
            return None
        return await self._sit(Seat(opened.secret, seat.person, key, self.now, seat.ends))

    async def nobody_gets_in_by(self, held: Held) -> None:
        """After a revocation every session of the pair is refused at its next request."""
        for seat in self.seats:
            if seat.key.held is held:
                assert not await self.use(seat), "let in after the end:"
                self.refused_after_revocation += 1


def _firms() -> dict[str, Firm]:
    return {
        name: Firm(rep, {one for one, home in HOMES.items() if home == name})
        for name, rep in REPS.items()
    }
