"""The login challenge as qr-login §5.2 tells it: a model that knows nothing of the script.

Every operation is a list of guards, each with the word that it refuses with. When all hold, the
change is made; when some do not, nothing is, and any of their words is a right answer, because the
page does not say in which order guards are asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from models.vocabulary import ChallengeStatus as S
from models.vocabulary import Role

PENDING_MS, SCANNED_MS, WAIT_MS, APPROVED_MS = 120_000, 90_000, 600_000, 30_000
HARD_MS = 12 * 60_000
STEP_MS = 5_000
TURNS = 15
TERMINAL = frozenset({S.EXCHANGED, S.DENIED, S.CANCELLED, S.EXPIRED})

Words: TypeAlias = frozenset[str]
OK, SAME, GONE = frozenset({"ok"}), frozenset({"same"}), frozenset({"gone"})


@dataclass(slots=True)
class Model:
    """One challenge. Times are milliseconds; owed '' = no pairing digits are owed."""

    browser: str
    role: Role
    ecard: str
    issued: int
    expires: int
    hard: int
    status: S = S.PENDING
    revision: int = 1
    generation: int = 0
    claimer: str = ""
    scanner: str = ""
    nonce: str = ""
    step: int = -1
    owed: str = ""
    asked: bool = False
    wrong: int = 0
    reason: str = ""
    refusal: str = ""
    approved: str = ""

    def apply(self, name: str, arguments: tuple[object, ...], now: int) -> Words:
        """Do one operation at a time; the words that are right answers to it."""
        self.lapse(now)
        operation: Callable[..., Words] = getattr(self, f"do_{name}")
        return operation(now, *arguments)

    def lapse(self, now: int) -> None:
        """Whatever is not over is over at its deadline."""
        if self.status not in TERMINAL and now >= self.expires:
            self._move(S.EXPIRED, now, 0)

    def shown(self) -> tuple[object, ...]:
        """What the desk may see."""
        return (
            self.status,
            self.revision,
            self.role,
            0 if self.status in TERMINAL else self.expires,
            "" if self.status is S.EXCHANGED else self.scanner,
            self.status is not S.EXCHANGED and bool(self.owed),
            "" if self.status is S.EXCHANGED else self.reason,
            "" if self.status is S.EXCHANGED else self.refusal,
            self.generation,
        )

    def _move(self, status: S, now: int, life: int) -> Words:
        self.status, self.revision = status, self.revision + 1
        self.expires = min(now + life, self.hard)
        return OK

    def _over(self) -> str:
        named = (S.EXPIRED, S.DENIED, S.CANCELLED)
        return self.status.value if self.status in named else "taken"

    # the desk

    def do_read(self, now: int, browser: str) -> Words:
        return OK if browser == self.browser else GONE

    def do_role(self, now: int, browser: str, revision: int, role: Role, ecard: str) -> Words:
        if browser != self.browser:
            return GONE
        if self.status is not S.PENDING or revision != self.revision:
            return frozenset({"stale"})
        if role is self.role:
            return SAME
        if self.generation == TURNS:
            return frozenset({"limited"})
        self.role, self.generation = role, self.generation + 1
        self.ecard = ecard or self.ecard
        return self._move(S.PENDING, now, PENDING_MS)

    def do_pair(self, now: int, browser: str, digits: str) -> Words:
        if browser != self.browser:
            return GONE
        if self.status is not S.SCANNED or not self.owed:
            return frozenset({"stale"})
        if digits == self.owed:
            self.owed, self.revision = "", self.revision + 1
            return OK
        self.wrong += 1
        if self.wrong < 2:
            return frozenset({"wrong"})
        self.reason = "pairing"
        self._move(S.DENIED, now, 0)
        return frozenset({"denied"})

    def do_cancel(self, now: int, browser: str) -> Words:
        if browser != self.browser:
            return GONE
        return SAME if self.status in TERMINAL else self._move(S.CANCELLED, now, 0)

    def do_exchange(self, now: int, browser: str) -> Words:
        if browser != self.browser:
            return GONE
        if self.status is not S.APPROVED:
            return frozenset({self._over() if self.status in TERMINAL else "early"})
        return self._move(S.EXCHANGED, now, 0)

    # the phone

    def do_scan(
        self,
        now: int,
        phone: str,
        generation: int,
        step: int,
        scanned_at: int | None,
        grace: int,
        nonce: str,
        name: str,
    ) -> Words:
        again = self.status in (S.SCANNED, S.GRANT_WAIT) and self.claimer == phone
        if self.status is not S.PENDING and not again:
            return frozenset({self._over()})
        repeated = again and step == self.step
        refused = _refused(
            (generation == self.generation, "role"),
            (repeated or self._fresh(now, step, scanned_at, grace), "old"),
        )
        if refused:
            return refused
        self.nonce, self.step = nonce, step
        if again:
            return SAME
        self.claimer, self.scanner = phone, name
        return self._move(S.SCANNED, now, SCANNED_MS)

    def _fresh(self, now: int, step: int, scanned_at: int | None, grace: int) -> bool:
        at = now if scanned_at is None else min(scanned_at, now)
        shown = self.issued + step * STEP_MS
        return at - 10_000 - grace <= shown <= at + 2_000 and now - at <= 60_000

    def do_wait(self, now: int, phone: str, nonce: str) -> Words:
        if phone != self.claimer or self.status not in (S.SCANNED, S.GRANT_WAIT):
            return frozenset({self._over()} | ({"nonce"} if phone == self.claimer else set()))
        if nonce != self.nonce:
            return frozenset({"nonce"})
        return SAME if self.status is S.GRANT_WAIT else self._move(S.GRANT_WAIT, now, WAIT_MS)

    def do_approve(self, now: int, phone: str, nonce: str, role: Role, approved: str) -> Words:
        mine = phone == self.claimer
        if mine and self.status is S.APPROVED and approved == self.approved:
            return SAME
        if not mine or self.status is not S.SCANNED:
            return frozenset({self._over()})
        refused = _refused(
            (nonce == self.nonce, "nonce"), (role is self.role, "role"), (not self.owed, "pair")
        )
        if refused:
            return refused
        self.approved = approved
        return self._move(S.APPROVED, now, APPROVED_MS)

    def do_deny(self, now: int, phone: str, nonce: str, reason: str) -> Words:
        if phone != self.claimer:
            return frozenset({self._over()})
        if self.status in TERMINAL:
            return SAME if self.status is S.DENIED else frozenset({self._over()})
        if self.status is not S.APPROVED and nonce != self.nonce:
            return frozenset({"nonce"})
        self.reason = reason
        return self._move(S.DENIED, now, 0)

    # the server, after having asked itself who the phone is

    def do_owe(self, now: int, phone: str, digits: str) -> Words:
        if phone != self.claimer or self.status is not S.SCANNED:
            return frozenset({self._over()})
        if self.asked:
            return frozenset({"same"})
        self.asked = True
        self.owed, self.revision = digits, self.revision + 1
        return OK

    def do_explain(self, now: int, phone: str, code: str) -> Words:
        if phone != self.claimer or self.status is not S.SCANNED:
            return frozenset({self._over()})
        if self.refusal != code:
            self.refusal, self.revision = code, self.revision + 1
        return OK

    def do_granted(self, now: int) -> Words:
        if self.status is not S.GRANT_WAIT:
            return frozenset({self._over()})
        self.refusal = ""
        return self._move(S.SCANNED, now, SCANNED_MS)

    def do_refuse(self, now: int, reason: str, code: str) -> Words:
        if self.status in TERMINAL:
            return frozenset({self._over()})
        self.reason, self.refusal = reason, code
        return self._move(S.DENIED, now, 0)

    # the e-card platform, which names nobody before it confirms

    def do_seen(self, now: int, ecard: str) -> Words:
        if not self.ecard or ecard != self.ecard or self.status is not S.PENDING:
            return frozenset({self._over()})
        return self._move(S.SCANNED, now, SCANNED_MS)

    def do_assert(self, now: int, ecard: str, person: str, name: str, approved: str) -> Words:
        open_ = self.status in (S.PENDING, S.SCANNED) and not self.claimer
        if not self.ecard or ecard != self.ecard or not open_:
            return frozenset({self._over()})
        self.claimer, self.scanner, self.approved = person, name, approved
        return self._move(S.APPROVED, now, APPROVED_MS)


def _refused(*guards: tuple[bool, str]) -> Words:
    return frozenset(word for holds, word in guards if not holds)
