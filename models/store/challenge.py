"""The login challenge 登录二维码 in Redis: a typed face of challenge.lua (qr-login §5.1–5.4)."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from models.store.client import Script, Store
from models.store.limit import neighbourhood
from models.vocabulary import ChallengeStatus, Channel, Role

STEP_S = 5
HARD_DEADLINE_MS = 12 * 60 * 1000

_SCRIPT = Script("challenge.lua")
_VERSIONS = Script("versions.lua")


class Place(msgspec.Struct, frozen=True):
    """Where a request comes from, as the server saw it; browser and os are what it says it is."""

    ip: str
    browser: str
    os: str
    name: str
    known_browser: str = ""


class Rate(msgspec.Struct, frozen=True):
    """A token bucket: `capacity` calls at once, one more every `refill_ms`."""

    capacity: int
    refill_ms: int


class ECardCode(msgspec.Struct, frozen=True):
    """The e-card platform's own QR: its code, and the text to draw."""

    qr_code: str
    content: str


class Challenge(msgspec.Struct, frozen=True):
    """What the desk may know of its challenge. Times are milliseconds of the store's clock."""

    cid: str
    status: ChallengeStatus
    revision: int
    role: Role
    channel: Channel
    expires_at_ms: int
    scanned_by: str
    pair_required: bool
    reason: str
    refusal: str
    issued_at_ms: int
    generation: int
    content: str
    read_at_ms: int


class Claim(msgspec.Struct, frozen=True):
    """What a claiming phone learns of the desk.

    scanners: how many people have scanned codes of the desk's address within an hour.
    """

    role: Role
    channel: Channel
    place: Place
    issued_at_ms: int
    revision: int
    at_ms: int
    first: bool
    scanners: int


class Redeemed(msgspec.Struct, frozen=True):
    """What an exchange hands out, once: what was approved, by whom, for which desk."""

    approved: str
    person_id: str
    role: Role
    place: Place


T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """The script's word (`ok`, `same`, or why not) with its result where there is one."""

    word: str
    at_ms: int
    value: T | None = None
    retry_ms: int = 0

    @property
    def done(self) -> bool:
        """Whether the state is now what the caller asked for."""
        return self.word in ("ok", "same")


def digest(secret: str) -> str:
    """How a secret is kept in the store: SHA-256, 43 characters of base64url."""
    return urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).decode().rstrip("=")


def new_cid() -> str:
    """A challenge id: 12 random bytes, 16 characters of base64url."""
    return secrets.token_urlsafe(12)


class Challenges:
    """Login challenges. `now_ms` is only given by tests; otherwise Redis' own clock decides."""

    def __init__(self, store: Store, *, now_ms: int | None = None) -> None:
        self._store = store
        self.now_ms = now_ms

    async def _run(self, cid: str, op: str, *args: Any) -> list[Any]:
        return await self._run_keys([f"q:{cid}"], op, *args)

    async def _run_keys(self, keys: Sequence[str], op: str, *args: Any) -> list[Any]:
        now = "" if self.now_ms is None else str(self.now_ms)
        answer: list[Any] = await self._store.run(_SCRIPT, keys, [op, now, *args])
        return answer

    async def issue(
        self,
        bind: str,
        role: Role,
        channel: Channel,
        place: Place,
        rate: Rate,
        ecard: ECardCode | None = None,
    ) -> Answer[Challenge]:
        """Make a challenge for a browser; `limited` with retry_ms when its address overdoes it."""
        cid, browser = new_cid(), digest(bind)
        answer = await self._run_keys(
            [f"q:{cid}", f"qb:{browser}", f"rl:i:{neighbourhood(place.ip)}"],
            "issue",
            browser,
            role.value,
            channel.value,
            *_flat(place),
            HARD_DEADLINE_MS,
            rate.capacity,
            rate.refill_ms,
            ecard.qr_code if ecard else "",
            ecard.content if ecard else "",
        )
        return _view(cid, answer)

    async def read(self, cid: str, bind: str, polls: Rate | None = None) -> Answer[Challenge]:
        """The challenge as its own browser may see it; `gone` to everybody else.

        polls: the limit when this is a poll; beyond it `limited` with retry_ms.
        """
        limit = (polls.capacity, polls.refill_ms) if polls else ("", "")
        return _view(cid, await self._run(cid, "read", digest(bind), *limit))

    async def switch_role(
        self, cid: str, bind: str, revision: int, role: Role, ecard: ECardCode | None = None
    ) -> Answer[Challenge]:
        """Re-key a pending challenge for the other role; frames shown before are void."""
        code = (ecard.qr_code, ecard.content) if ecard else ("", "")
        return _view(cid, await self._run(cid, "role", digest(bind), revision, role.value, *code))

    async def scan(  # noqa: PLR0913
        self,
        cid: str,
        phone: str,
        *,
        generation: int,
        step: int,
        scanned_at_ms: int | None,
        grace_ms: int,
        nonce: str,
        scanner: str,
    ) -> Answer[Claim]:
        """Claim a challenge for a phone's person. The same phone may repeat itself."""
        at = "" if scanned_at_ms is None else scanned_at_ms
        answer = await self._run(
            cid, "scan", phone, generation, step, at, grace_ms, digest(nonce), scanner
        )
        word, now = answer[0], int(answer[1])
        if word not in ("ok", "same"):
            return Answer(word, now)
        role, channel, ip, browser, os, place, known, issued, revision, crowd = answer[2:12]
        claim = Claim(
            Role(role),
            Channel(channel),
            Place(ip, browser, os, place, known),
            int(issued),
            int(revision),
            now,
            word == "ok",
            int(crowd),
        )
        return Answer(word, now, claim)

    async def owe_pairing(self, cid: str, phone: str, digits: str) -> Answer[str]:
        """Ask for two digits at the desk before approval counts: those, or the ones that stand.

        '' once the right ones were typed.
        """
        answer = await self._run(cid, "owe", phone, digits)
        return Answer(answer[0], int(answer[1]), answer[2]) if len(answer) > 2 else _word(answer)

    async def explain(self, cid: str, phone: str, code: str) -> Answer[None]:
        """Show the desk why this scan leads nowhere (a catalogue code)."""
        return _word(await self._run(cid, "explain", phone, code))

    async def claimer(self, cid: str, bind: str, code: str) -> Answer[str]:
        """The person whose scan was explained to this desk with that code; `stale` otherwise."""
        answer = await self._run(cid, "claimer", digest(bind), code)
        return Answer(answer[0], int(answer[1]), answer[2]) if len(answer) > 2 else _word(answer)

    async def pair(self, cid: str, bind: str, digits: str) -> Answer[Challenge]:
        """Try the digits: `ok`, `wrong` once, `denied` the second time, `stale` when none owed."""
        return _view(cid, await self._run(cid, "pair", digest(bind), digits))

    async def wait_for_grant(self, cid: str, phone: str, nonce: str) -> Answer[None]:
        """Park a scanned challenge until the legal representative has answered."""
        return _word(await self._run(cid, "wait", phone, digest(nonce)))

    async def granted(self, cid: str) -> Answer[None]:
        """Let a parked challenge go on."""
        return _word(await self._run(cid, "granted"))

    async def approve(
        self, cid: str, phone: str, nonce: str, role: Role, approved: str
    ) -> Answer[None]:
        """Approve what was shown. Repeating the same approval is `same`."""
        return _word(
            await self._run(
                cid, "approve", phone, digest(nonce), role.value, approved, digest(approved)
            )
        )

    async def deny(self, cid: str, phone: str, nonce: str, reason: str) -> Answer[None]:
        """The claimer says no, also after approving, as long as nothing was exchanged."""
        return _word(await self._run(cid, "deny", phone, digest(nonce), reason))

    async def refuse(self, cid: str, reason: str, code: str) -> Answer[None]:
        """The server ends a challenge (risk, state of the card)."""
        return _word(await self._run(cid, "refuse", reason, code))

    async def cancel(self, cid: str, bind: str) -> Answer[Challenge]:
        """The desk gives up its challenge."""
        return _view(cid, await self._run(cid, "cancel", digest(bind)))

    async def exchange(self, cid: str, bind: str) -> Answer[Redeemed]:
        """Redeem an approval; the challenge is emptied in the same step, so this works once."""
        answer = await self._run(cid, "exchange", digest(bind))
        if answer[0] != "ok":
            return _word(answer)
        approved, person, role, known, ip, browser, os, place = answer[2:10]
        redeemed = Redeemed(
            approved, person or "", Role(role), Place(ip, browser, os, place, known or "")
        )
        return Answer("ok", int(answer[1]), redeemed)

    async def ecard_turn(self, cid: str, every_ms: int) -> tuple[str, Role] | None:
        """Whose turn it is to ask the e-card platform: its code and the role, or None."""
        answer = await self._run(cid, "poll", every_ms)
        return (answer[2], Role(answer[3])) if answer[0] == "ok" else None

    async def ecard_seen(self, cid: str, qr_code: str) -> Answer[None]:
        """The e-card app has read its code."""
        return _word(await self._run(cid, "seen", qr_code))

    async def ecard_assert(
        self, cid: str, qr_code: str, person_id: str, scanner: str, approved: str
    ) -> Answer[None]:
        """The e-card app's confirmation stands for scan and approval."""
        return _word(
            await self._run(cid, "assert", qr_code, person_id, scanner, approved, digest(approved))
        )

    async def versions(self, cids: Sequence[str]) -> dict[str, tuple[int, bool]]:
        """For many challenges at once: (revision, has something come due); absent ones are 0."""
        now = "" if self.now_ms is None else str(self.now_ms)
        rows = await self._store.run(_VERSIONS, [f"q:{cid}" for cid in cids], [now])
        return {cid: (int(rows[2 * i]), rows[2 * i + 1] == 1) for i, cid in enumerate(cids)}


def _flat(place: Place) -> tuple[str, ...]:
    return (place.ip, place.browser, place.os, place.name, place.known_browser)


def _word(answer: list[Any]) -> Answer[Any]:
    return Answer(answer[0], int(answer[1]))


def _view(cid: str, answer: list[Any]) -> Answer[Challenge]:
    word, now = answer[0], int(answer[1])
    if word == "limited" and len(answer) == 3:
        return Answer(word, now, retry_ms=int(answer[2]))
    if len(answer) < 14:
        return Answer(word, now)
    status, revision, role, channel, expires, scanner, owed, reason, refusal, issued, generation = (
        answer[2:13]
    )
    challenge = Challenge(
        cid=cid,
        status=_STATUSES[status],
        revision=int(revision),
        role=_ROLES[role],
        channel=_CHANNELS[channel],
        expires_at_ms=int(expires),
        scanned_by=scanner,
        pair_required=owed == "1",
        reason=reason,
        refusal=refusal,
        issued_at_ms=int(issued),
        generation=int(generation),
        content=answer[13],
        read_at_ms=now,
    )
    return Answer(word, now, challenge)


# Looked up, for calling an enumeration costs five times as much, and every poll needs three.
_STATUSES = {each.value: each for each in ChallengeStatus}
_ROLES = {each.value: each for each in Role}
_CHANNELS = {each.value: each for each in Channel}
