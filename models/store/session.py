"""Sessions in Redis: a typed face of session.lua (qr-login §5.8, domain §7.4)."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from models.store.challenge import Place, digest
from models.store.client import Script, Store
from models.vocabulary import Role

# Changes are announced; what merely lapses, such as a grant's last day, is noticed by then.
REVISION_TTL_MS = 60 * 1000
DOUBT_MS = 30 * 1000

SWITCHED = "switched"
"""Why a session ended that lives on under another secret."""

_SCRIPT = Script("session.lua")


class Kind(StrEnum):
    """Where a session lives: a desk's browser, a phone's mini-program, the agency's console.

    The person of an officer's session is the row of the officer.
    """

    DESK = "desk"
    PHONE = "phone"
    OFFICER = "officer"


class Proof(StrEnum):
    """What proved who opened a session: a scan with an e-card behind it, a password, or a platform.

    platform: a phone that WeChat or Alipay has signed in.
    """

    SCAN = "scan"
    PASSWORD = "password"  # noqa: S105
    PLATFORM = "platform"


class Stage(StrEnum):
    """How far a session has come: only the person is known, or a unit was entered too."""

    IDENTITY = "identity"
    UNIT = "unit"


class Span(msgspec.Struct, frozen=True):
    """How long a session lasts: idle_ms without a request, absolute_ms in all."""

    idle_ms: int
    absolute_ms: int


class Session(msgspec.Struct, frozen=True):
    """One session. mandate: `l:<id>` or `g:<id>`, the row that lets the person act for the unit.

    `view` is a sealed text that only the server can read; revisions are those at opening.
    """

    id: str
    kind: Kind
    stage: Stage
    person_id: str
    person_revision: int
    role: Role | None
    unit_id: str
    mandate: str
    mandate_revision: int
    epoch: int
    place: Place
    account_id: str
    view: str
    proof: Proof = Proof.PLATFORM
    opened_at_ms: int = 0
    seen_at_ms: int = 0
    ends_at_ms: int = 0
    idle_ms: int = 0

    @property
    def expires_at_ms(self) -> int:
        """When it ends if nobody does anything more."""
        return min(self.seen_at_ms + self.idle_ms, self.ends_at_ms)


class Touch(msgspec.Struct, frozen=True):
    """What looking at a session found.

    word: `ok`; `check` (ask the database for the revisions, then go on); `mandate` or `account` (it
    changed); `gone` (reason says why, where it is known).
    """

    word: str
    session: Session | None = None
    reason: str = ""


class Sessions:
    """Sessions, addressed by their secret (a bearer token or a cookie), which is never stored."""

    def __init__(self, store: Store, *, most_devices: int = 3, now_ms: int | None = None) -> None:
        self._store = store
        self._most_devices = most_devices
        self.now_ms = now_ms

    async def _run(self, keys: list[str], op: str, *args: Any) -> list[Any]:
        now = "" if self.now_ms is None else str(self.now_ms)
        answer: list[Any] = await self._store.run(_SCRIPT, keys, [op, now, *args])
        return answer

    async def open(self, secret: str, session: Session, span: Span) -> None:
        """Store a session; the person's oldest of the same kind gives way beyond the limit."""
        await self._run(
            [key_of(secret)], "open", self._most_devices, "pushed_out", *_flat(session, span)
        )

    async def touch(self, secret: str) -> Touch:
        """Look a session up, check it against the revisions, note that it was seen."""
        answer = await self._run([key_of(secret)], "touch")
        if answer[0] == "gone":
            return Touch("gone", reason=answer[2] if len(answer) > 2 else "")
        return Touch(answer[0], _session(answer[2:]))

    async def switch(self, secret: str, new_secret: str, session: Session, span: Span) -> bool:
        """Replace a session by its successor in one step; False when it is no longer there."""
        expected = session.epoch - 1
        answer = await self._run(
            [key_of(secret), key_of(new_secret)],
            "switch",
            expected,
            *_flat(session, span, keep=True),
        )
        return bool(answer[0] == "ok")

    async def bind(self, secret: str, person_id: str, person_revision: int) -> bool:
        """Tell a phone's session who holds the phone."""
        holder = ("p", person_id, "av", person_revision)
        answer = await self._run(
            [key_of(secret)], "bind", self._most_devices, "pushed_out", *holder
        )
        return bool(answer[0] == "ok")

    async def finish(self, secret: str, reason: str) -> bool:
        """End a session by its secret."""
        return bool((await self._run([key_of(secret)], "finish", reason))[0] == "ok")

    async def finish_listed(self, person_id: str, session_id: str, reason: str) -> bool:
        """End one of a person's sessions by the id that the device list shows."""
        for key, session in await self._rows(person_id):
            if session.id == session_id:
                return bool((await self._run([key], "finish", reason))[0] == "ok")
        return False

    async def of_person(self, person_id: str) -> list[Session]:
        """A person's live sessions, the most recently seen first."""
        found = [session for _, session in await self._rows(person_id)]
        return sorted(found, key=lambda session: session.seen_at_ms, reverse=True)

    async def _rows(self, person_id: str) -> list[tuple[str, Session]]:
        answer = await self._run(["s:"], "list", person_id)
        return [(row[0], _session(row[1:])) for row in answer[2:]]

    async def sweep(self, person_id: str, mandate: str, reason: str) -> int:
        """End a person's sessions under one mandate ('' for all of them); how many there were."""
        return int((await self._run(["s:"], "sweep", person_id, mandate, reason))[2])

    async def renew(self, secret: str, session: Session) -> bool:
        """Let a session go on under its mandate's later revision; False when it has ended."""
        changed = (session.mandate_revision, session.view)
        return bool((await self._run([key_of(secret)], "renew", *changed))[0] == "ok")

    async def vouch(self, subject: str, revision: int, lasts: timedelta | None = None) -> None:
        """Cache what the database says of a mandate or of `p:<person>`.

        lasts: how long that stays true by itself (a grant ends on its day without being changed).
        """
        ttl_ms = REVISION_TTL_MS
        if lasts is not None:
            ttl_ms = max(1, min(ttl_ms, int(lasts.total_seconds() * 1000)))
        await self._run([f"rv:{subject}"], "vouch", revision, ttl_ms)

    async def doubt(self, subject: str) -> None:
        """A change of the subject is about to be committed: ask the database until announced."""
        await self._run([f"rv:{subject}"], "doubt", DOUBT_MS)

    async def announce(self, subject: str, revision: int) -> None:
        """The change is committed: sessions opened under an older revision end."""
        await self._run([f"rv:{subject}"], "announce", revision, REVISION_TTL_MS)

    async def settle(self, mandate: str, revision: int, person_id: str, reason: str) -> None:
        """Announce a change of a mandate; the person's sessions under it end in the same step.

        person_id: '' while nobody has used it. reason: '' when nothing was taken away; the sessions
        then look again and go on with what the mandate gives now.
        """
        told = (person_id, mandate, reason)
        await self._run([f"rv:{mandate}", "s:"], "settle", revision, REVISION_TTL_MS, *told)


def key_of(secret: str) -> str:
    """The store's key, and channel, of the session with this secret."""
    return f"s:{digest(secret)}"


def advanced(session: Session, **changes: Any) -> Session:
    """The session's successor: same person and device, one epoch on."""
    return replace(session, epoch=session.epoch + 1, **changes)


_WIRE = {
    "id": "id",
    "kind": "k",
    "stage": "st",
    "person_id": "p",
    "person_revision": "av",
    "role": "r",
    "unit_id": "u",
    "mandate": "m",
    "mandate_revision": "gv",
    "epoch": "ep",
    "account_id": "pa",
    "view": "vw",
    "proof": "pf",
}
_NUMBERS = {"person_revision", "mandate_revision", "epoch"}


def _flat(session: Session, span: Span, *, keep: bool = False) -> list[str | int]:
    flat: list[str | int] = []
    for name, short in _WIRE.items():
        flat += [short, getattr(session, name) or _empty(name)]
    place = session.place
    flat += ["ip", place.ip, "br", place.browser, "os", place.os]
    flat += [
        "pl",
        place.name,
        "kb",
        place.known_browser,
        "il",
        span.idle_ms,
        "abs",
        span.absolute_ms,
    ]
    if keep:
        flat += ["at", session.opened_at_ms, "xa", session.ends_at_ms]
    return flat


def _empty(name: str) -> str | int:
    return 0 if name in _NUMBERS else ""


def _session(row: Sequence[str]) -> Session:
    """A row as `row_of` in the script orders it."""
    # Unpacked and looked up in place of named and called: this is done for every request.
    (
        shown, kind, stage, person_id, person_revision, role, unit_id, mandate, mandate_revision,
        epoch, ip, browser, os, place, known, account_id, view, proof, opened, seen, ends, idle, *_,
    ) = row  # fmt: skip
    return Session(
        id=shown,
        kind=_KINDS[kind],
        stage=_STAGES[stage],
        person_id=person_id,
        person_revision=int(person_revision),
        role=_ROLES[role],
        unit_id=unit_id,
        mandate=mandate,
        mandate_revision=int(mandate_revision),
        epoch=int(epoch),
        place=Place(ip, browser, os, place, known),
        account_id=account_id,
        view=view,
        proof=_PROOFS[proof],
        opened_at_ms=int(opened),
        seen_at_ms=int(seen),
        ends_at_ms=int(ends),
        idle_ms=int(idle),
    )


_KINDS = {each.value: each for each in Kind}
_STAGES = {each.value: each for each in Stage}
_ROLES = {"": None} | {each.value: each for each in Role}
_PROOFS = {each.value: each for each in Proof}
