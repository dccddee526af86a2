"""What the players of a challenge might want to do next, right or wrong."""

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from models.vocabulary import ChallengeStatus as S

PHONES = ("ann", "bob", "cai")
PAUSES_MS = (40, 900, 4_000, 11_000, 29_999, 30_000, 61_000, 89_000, 119_999, 120_000, 600_000)

FAULTS: dict[str, tuple[str, ...]] = {
    "read": ("browser",),
    "role": ("browser", "revision", "role"),
    "pair": ("browser", "digits"),
    "cancel": ("browser",),
    "exchange": ("browser",),
    "scan": ("generation", "step", "ahead", "late"),
    "wait": ("nonce",),
    "approve": ("nonce", "role", "unit"),
    "deny": ("nonce",),
    "owe": (),
    "explain": (),
    "granted": (),
    "refuse": (),
    "seen": ("ecard",),
    "assert": ("ecard",),
}
"""Operations, and which of their credentials or facts can be wrong."""

OPERATIONS = tuple(FAULTS)

NEXT: dict[S, tuple[str, ...]] = {
    S.PENDING: ("scan", "scan", "scan", "role", "assert", "seen"),
    S.SCANNED: ("approve", "approve", "owe", "pair", "wait", "deny", "scan", "explain"),
    S.GRANT_WAIT: ("granted", "granted", "wait", "scan", "deny"),
    S.APPROVED: ("exchange", "exchange", "approve", "deny"),
}
"""What leads on from each state; chosen half of the time, so that walks come far."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One wish. phone: who acts, -1 = whoever has claimed it; fault: what is wrong with it."""

    name: str
    phone: int = -1
    fault: str = ""


def random_intent(rng: random.Random, status: S) -> Intent:
    """A wish that suits the state half of the time, and is faulty a quarter of the time."""
    leading = NEXT.get(status, ())
    name = rng.choice(leading if leading and rng.random() < 0.6 else OPERATIONS)
    fault = rng.choice(FAULTS[name]) if FAULTS[name] and rng.random() < 0.25 else ""
    return Intent(name, rng.choice((-1, -1, 0, 1, 2)), fault)


def intents() -> st.SearchStrategy[Intent]:
    """The same for hypothesis, which shrinks to the earlier choices."""
    return st.sampled_from(OPERATIONS).flatmap(
        lambda name: st.builds(
            Intent,
            st.just(name),
            st.sampled_from((-1, 0, 1, 2)),
            st.sampled_from(("", "", "", *FAULTS[name])),
        )
    )
