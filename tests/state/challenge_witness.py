"""What must hold of a challenge whatever happens, checked from what was asked and answered alone.

These are the sentences of qr-login §5.4 and reliability §7.5; they do not use the model, so a fault
that model and script share would still be seen.
"""

from dataclasses import dataclass, field

from models.store.challenge import Challenge, Redeemed
from models.vocabulary import ChallengeStatus as S
from tests.state.challenge_model import TERMINAL

LOOKING = frozenset({"read"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One operation as it was asked, and its answer."""

    name: str
    arguments: tuple[object, ...]
    word: str
    value: object = None

    @property
    def done(self) -> bool:
        """Whether something was changed by it."""
        return self.word == "ok" and self.name not in LOOKING


@dataclass(slots=True)
class Witness:
    """Remembers one challenge's history."""

    seen: Challenge
    owing: bool = False
    claimer: str = ""
    approved: tuple[str, str] = ("", "")
    exchanges: int = 0
    deeds: list[Deed] = field(default_factory=list)

    def note(self, deeds: list[Deed], after: Challenge, now: int) -> None:
        """A step is over: one operation, or several at the same time."""
        before, self.seen = self.seen, after
        self.deeds += deeds
        self._nothing_after_its_deadline(before, deeds, now)
        self._states_go_forward(before, after)
        self._revision_grows(before, after)
        done = sorted(
            (deed for deed in deeds if deed.done), key=lambda deed: _ORDER.get(deed.name, 9)
        )
        for deed in done:
            self._weigh(deed)
        if {"owe", "pair"} <= {deed.name for deed in done}:
            self.owing = after.pair_required

    def _nothing_after_its_deadline(self, before: Challenge, deeds: list[Deed], now: int) -> None:
        if before.status in TERMINAL or now >= before.expires_at_ms:
            assert not [deed for deed in deeds if deed.done], "something happened after the end"

    def _states_go_forward(self, before: Challenge, after: Challenge) -> None:
        if before.status in TERMINAL:
            assert after.status is before.status, "a terminal state was left"
        if before.status is not S.PENDING:
            assert after.status is not S.PENDING, "a claimed challenge went back to pending"

    def _revision_grows(self, before: Challenge, after: Challenge) -> None:
        assert after.revision >= before.revision
        if _visible(before) != _visible(after):
            assert after.revision > before.revision, "a change without a new revision"

    def _weigh(self, deed: Deed) -> None:
        match deed.name:
            case "scan":
                assert not self.claimer, "claimed twice"
                self.claimer = str(deed.arguments[0])
            case "owe":
                self.owing = True
            case "pair":
                self.owing = False
            case "approve":
                self._approval(deed)
            case "assert":
                assert not self.claimer, "an e-card took over a claimed challenge"
                self.claimer = str(deed.arguments[1])
                self.approved = (self.claimer, str(deed.arguments[3]))
            case "exchange":
                self._exchange(deed)
            case _:
                pass

    def _approval(self, deed: Deed) -> None:
        phone = str(deed.arguments[0])
        assert phone == self.claimer, "approved by somebody who had not claimed it"
        assert not self.owing, "pairing was skipped"
        self.approved = (phone, str(deed.arguments[3]))

    def _exchange(self, deed: Deed) -> None:
        self.exchanges += 1
        assert self.exchanges == 1, "exchanged twice"
        assert isinstance(deed.value, Redeemed)
        assert (deed.value.person_id, deed.value.approved) == self.approved
        assert deed.value.person_id == self.claimer


_ORDER = {"scan": 0, "owe": 1, "pair": 2, "approve": 3, "assert": 3, "exchange": 4}
"""Of operations at the same time, those that must have come first if all of them were done."""


def _visible(shown: Challenge) -> tuple[object, ...]:
    return (
        shown.status,
        shown.role,
        shown.scanned_by,
        shown.pair_required,
        shown.reason,
        shown.refusal,
        shown.generation,
        shown.content,
    )
