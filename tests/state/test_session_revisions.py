"""Revisions: once a change is committed, no session opened under the old one is good again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from models.store.client import Store
from models.store.session import Session, Sessions
from tests.state.sessions import SPAN, START_MS, a_session, fresh, vouched
from tests.state.stores import PROVE

ROUNDS = 4_000 if PROVE else 120


@pytest.fixture
async def opened(lines: list[Store]) -> tuple[Sessions, str, Session]:
    """A store, and a session in it that is good without asking anybody."""
    sessions, secret = Sessions(lines[0], now_ms=START_MS), fresh("s")
    session = await vouched(sessions, a_session(fresh("person"), fresh("g:")))
    await sessions.open(secret, session, SPAN)
    return sessions, secret, session


Opened = tuple[Sessions, str, Session]


async def test_a_session_is_good_without_the_database_while_the_store_knows(opened: Opened) -> None:
    sessions, secret, _ = opened

    assert (await sessions.touch(secret)).word == "ok"


async def test_while_a_change_is_being_committed_the_database_is_asked(opened: Opened) -> None:
    sessions, secret, session = opened

    await sessions.doubt(session.mandate)

    assert (await sessions.touch(secret)).word == "check"


async def test_an_announced_revocation_is_final(opened: Opened) -> None:
    sessions, secret, session = opened
    await sessions.doubt(session.mandate)
    await sessions.announce(session.mandate, 2)

    words = [(await sessions.touch(secret)).word]
    await sessions.vouch(session.mandate, 1)
    words.append((await sessions.touch(secret)).word)
    await sessions.announce(session.mandate, 1)
    words.append((await sessions.touch(secret)).word)

    assert words == ["mandate"] * 3


async def test_an_account_that_changed_ends_the_session_at_once(opened: Opened) -> None:
    sessions, secret, session = opened

    await sessions.announce(f"p:{session.person_id}", 2)

    assert (await sessions.touch(secret)).word == "account"
    assert (await sessions.touch(secret)).word == "gone"


async def test_a_reader_of_yesterdays_row_cannot_vouch_a_doubt_away(opened: Opened) -> None:
    sessions, secret, session = opened
    await sessions.doubt(session.mandate)

    await sessions.vouch(session.mandate, 1)

    assert (await sessions.touch(secret)).word == "check"


async def test_one_change_that_is_through_leaves_the_doubt_of_another(opened: Opened) -> None:
    sessions, secret, session = opened
    await sessions.doubt(session.mandate)
    await sessions.doubt(session.mandate)

    await sessions.announce(session.mandate, 2)
    between = (await sessions.touch(secret)).word
    await sessions.announce(session.mandate, 3)

    assert between == "check"
    assert (await sessions.touch(secret)).word == "mandate"


async def test_announcements_in_the_wrong_order_leave_the_newest_revision(opened: Opened) -> None:
    sessions, _, session = opened
    secret = fresh("s")
    under_two = a_session(session.person_id, session.mandate, mandate_revision=2)
    await sessions.open(secret, under_two, SPAN)
    await sessions.doubt(session.mandate)
    await sessions.doubt(session.mandate)

    await sessions.announce(session.mandate, 3)
    await sessions.announce(session.mandate, 2)

    assert (await sessions.touch(secret)).word == "mandate"


async def test_a_doubt_ends_by_itself_when_nobody_announces(
    opened: Opened, lines: list[Store]
) -> None:
    sessions, secret, session = opened

    await sessions.doubt(session.mandate)

    assert 0 < await lines[0].redis.pttl(f"rv:{session.mandate}") <= 30_000
    assert (await sessions.touch(secret)).word == "check"


@dataclass
class Database:
    """A row with a revision, as far as these tests need one."""

    revision: int = 1


@dataclass
class Office:
    """Changes, requests and lapses of what is cached, in any order, one step at a time."""

    sessions: Sessions
    session: Session
    secret: str
    store: Store
    rng: random.Random
    row: Database = field(default_factory=Database)
    under_way: list[int] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)

    async def begin_change(self) -> None:
        await self.sessions.doubt(self.session.mandate)
        self.under_way.append(0)

    async def commit(self) -> None:
        if self.under_way:
            self.under_way.pop()
            self.row.revision += 1
            self.committed.append(self.row.revision)

    async def roll_back(self) -> None:
        if self.under_way:
            self.under_way.pop()

    async def announce(self) -> None:
        if self.committed:
            which = self.rng.randrange(len(self.committed))
            await self.sessions.announce(self.session.mandate, self.committed.pop(which))

    async def read_row(self) -> None:
        self.read.append(self.row.revision)

    async def vouch(self) -> None:
        if self.read:
            which = self.rng.randrange(len(self.read))
            await self.sessions.vouch(self.session.mandate, self.read.pop(which))

    async def forget(self) -> None:
        # Only after half a minute without any change; nobody reads a row for that long.
        if not self.under_way and not self.committed:
            self.read.clear()
            await self.store.redis.delete(f"rv:{self.session.mandate}")

    async def sign_in(self) -> None:
        self.session = replace(self.session, mandate_revision=self.row.revision)
        self.secret = fresh("s")
        await self.sessions.open(self.secret, self.session, SPAN)

    async def request(self) -> None:
        word = (await self.sessions.touch(self.secret)).word
        stands = self.session.mandate_revision == self.row.revision
        assert stands or word != "ok", "a request under a changed mandate was let in"


async def test_no_order_of_changes_and_requests_lets_a_request_in_under_a_changed_mandate(
    lines: list[Store],
) -> None:
    rng = random.Random(3005)
    for _ in range(ROUNDS):
        sessions, secret = Sessions(lines[0], now_ms=START_MS), fresh("s")
        session = a_session(fresh("person"), fresh("g:"))
        await sessions.open(secret, session, SPAN)
        await sessions.vouch(f"p:{session.person_id}", 1)
        office = Office(sessions, session, secret, lines[0], rng)
        steps: list[Callable[[], Awaitable[None]]] = [
            office.begin_change,
            office.commit,
            office.commit,
            office.roll_back,
            office.announce,
            office.announce,
            office.read_row,
            office.vouch,
            office.forget,
            office.sign_in,
        ]

        for _ in range(20):
            await rng.choice(steps)()
            await office.request()


async def test_a_revocation_amid_a_hundred_requests_lets_none_in_afterwards(
    lines: list[Store],
) -> None:
    lanes = [Sessions(line, now_ms=START_MS) for line in lines]
    secret = fresh("s")
    session = await vouched(lanes[0], a_session(fresh("person"), fresh("g:")))
    await lanes[0].open(secret, session, SPAN)
    revoked = asyncio.Event()

    async def ask(n: int) -> str:
        # Every other request is sent after the revocation, the rest while it is under way.
        if n % 2:
            await revoked.wait()
        return (await lanes[n % 4].touch(secret)).word

    async def revoke() -> None:
        await lanes[0].doubt(session.mandate)
        await lanes[0].announce(session.mandate, 2)
        revoked.set()

    _, *words = await asyncio.gather(revoke(), *(ask(n) for n in range(100)))

    assert set(words[1::2]) == {"mandate"}
    assert set(words) <= {"ok", "check", "mandate"}
