"""A world with one Redis, several challenges, phones and browsers, and what it may be like.

Several operations can be sent at once, over different connections. Whatever order Redis chose, it
must be one in which the model gives the same answers and ends in the same view: the world keeps
every model that is still possible, and fails when none is left.
"""

import asyncio
import copy
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from models.store.challenge import Answer, Challenge, Challenges, ECardCode, Place, Rate
from models.vocabulary import Channel, Role
from tests.state.challenge_intents import PHONES, Intent
from tests.state.challenge_model import HARD_MS, PENDING_MS, STEP_MS, TERMINAL, Model
from tests.state.challenge_witness import Deed, Witness
from tests.state.stores import Stores

START_MS = 1_800_000_000_000
PLENTY = Rate(capacity=10**9, refill_ms=1)
MOST_LIVE = 5
Step = tuple[str, tuple[Any, ...]]


@dataclass(slots=True)
class Known:
    """A challenge of the world: the models that it may be like, and its witness."""

    cid: str
    browser: str
    beliefs: list[Model]
    witness: Witness
    nonces: dict[str, str]
    codes: int = 1

    @property
    def likely(self) -> Model:
        """One of the models; they differ at most in what nobody can see yet."""
        return self.beliefs[0]


class World:
    """Plays intents against the script and the model. interleavings: steps of several at once."""

    def __init__(self, stores: Stores) -> None:
        self._lines = [Challenges(store, now_ms=START_MS) for store in stores]
        self._name = secrets.token_hex(4)
        self.now = START_MS
        self.known: list[Known] = []
        self.interleavings = 0
        self.operations = 0

    def wait(self, pause_ms: int) -> None:
        """Let time pass."""
        self.now += pause_ms
        for line in self._lines:
            line.now_ms = self.now

    async def issue(self, tab: int, role: Role, *, ecard: bool = False) -> Known:
        """A browser asks for a challenge; beyond five live ones its oldest must end."""
        self.wait(1)  # of two made in the same millisecond none is the older
        browser = f"{self._name}-{tab}"
        live = [known for known in self.known if known.browser == browser and self._lives(known)]
        code = ECardCode("ecard-0", "text") if ecard else None
        channel = Channel.ECARD if ecard else Channel.MINIAPP
        place = Place(self._name, "Chrome", "Windows", "")
        answer = await self._lines[0].issue(browser, role, channel, place, PLENTY, code)
        self.operations += 1
        assert answer.word == "ok"
        assert answer.value is not None
        shown = answer.value
        model = Model(
            browser=browser,
            role=role,
            ecard="ecard-0" if ecard else "",
            issued=self.now,
            expires=self.now + PENDING_MS,
            hard=self.now + HARD_MS,
        )
        assert _view(shown) == model.shown()
        known = Known(shown.cid, browser, [model], Witness(shown), {})
        self.known.append(known)
        if len(live) >= MOST_LIVE:
            await self._superseded(live[0])
        return known

    def _lives(self, known: Known) -> bool:
        return known.likely.status not in TERMINAL and self.now < known.likely.expires

    async def _superseded(self, oldest: Known) -> None:
        for model in oldest.beliefs:
            model.do_cancel(self.now, model.browser)
        await self._compare(oldest, [])

    async def play(self, known: Known, intents: Sequence[Intent]) -> list[Deed]:
        """Do one thing, or several at the same time, and see what became of it."""
        steps = [self._meant(known, intent, n) for n, intent in enumerate(intents)]
        answers = await asyncio.gather(
            *(
                self._ask(self._lines[n % len(self._lines)], known, name, arguments)
                for n, (name, arguments) in enumerate(steps)
            )
        )
        deeds = [
            Deed(name, arguments, answer.word, answer.value)
            for (name, arguments), answer in zip(steps, answers, strict=True)
        ]
        for deed in deeds:
            if deed.name == "scan" and deed.word in ("ok", "same"):
                known.nonces[str(deed.arguments[0])] = str(deed.arguments[5])
        self.operations += len(steps)
        self.interleavings += len(steps) > 1
        await self._compare(known, deeds)
        return deeds

    async def _compare(self, known: Known, deeds: list[Deed]) -> None:
        shown = (await self._lines[0].read(known.cid, known.browser)).value
        self.operations += 1
        assert shown is not None
        possible = [
            model
            for belief in known.beliefs
            for model in self._outcomes(belief, deeds)
            if model.shown() == _view(shown)
        ]
        assert possible, self._story(known, deeds, shown)
        known.beliefs = [model for n, model in enumerate(possible) if model not in possible[:n]]
        known.witness.note(deeds, shown, self.now)

    def _outcomes(self, belief: Model, deeds: list[Deed]) -> list[Model]:
        found = []
        for order in permutations(deeds):
            model = copy.copy(belief)
            if all(deed.word in model.apply(deed.name, deed.arguments, self.now) for deed in order):
                model.lapse(self.now)
                found.append(model)
        return found

    def _story(self, known: Known, deeds: list[Deed], shown: Challenge) -> str:
        told = [(deed.name, deed.arguments, deed.word) for deed in (*known.witness.deeds, *deeds)]
        return f"no order explains this: {told}\nshown {_view(shown)}\nmodel {known.beliefs}"

    def _meant(self, known: Known, intent: Intent, n: int) -> Step:
        """The arguments of a wish, as far as its player can know them now."""
        model, fault = known.likely, intent.fault
        phone = model.claimer or PHONES[0] if intent.phone < 0 else PHONES[intent.phone]
        browser = f"{self._name}-other" if fault == "browser" else known.browser
        nonce = "made-up" if fault == "nonce" else known.nonces.get(phone, "none-yet")
        role = _other(model.role) if fault == "role" else model.role
        ecard = "ecard-x" if fault == "ecard" else model.ecard
        known.codes += 1
        arguments: dict[str, tuple[Any, ...]] = {
            "read": (browser,),
            "role": (
                browser,
                model.revision - (fault == "revision"),
                _other(role),
                f"ecard-{known.codes}" if model.ecard else "",
            ),
            "pair": (browser, "99" if fault == "digits" else model.owed or "47"),
            "cancel": (browser,),
            "exchange": (browser,),
            "scan": (phone, *self._frame(model, fault), f"nonce-{known.codes}-{n}", f"{phone}**"),
            "wait": (phone, nonce),
            "approve": (phone, nonce, role, f"{phone}/unit-{'b' if fault == 'unit' else 'a'}"),
            "deny": (phone, nonce, "not_me"),
            "owe": (phone, f"{10 + known.codes % 80}"),
            "explain": (phone, f"SB-210{known.codes % 3}"),
            "granted": (),
            "refuse": ("risk", "SB-2114"),
            "seen": (ecard,),
            "assert": (ecard, "dan", "dan**", f"dan/{known.codes}"),
        }
        return intent.name, arguments[intent.name]

    def _frame(self, model: Model, fault: str) -> tuple[int, int, int | None, int]:
        """Generation, step, time of scanning, grace: fresh unless something is wrong with it."""
        step = max(0, self.now - model.issued) // STEP_MS
        generation = model.generation + (fault == "generation")
        if fault == "late":
            # Of a frame that was fresh when it was scanned, but that was too long ago.
            at = self.now - 60_001
            return generation, max(0, at - model.issued) // STEP_MS, at, 0
        step += {"step": -3, "ahead": 2}.get(fault, 0)
        # A phone that says when it scanned says it in whole seconds.
        said = self.now // 1000 * 1000 if model.revision % 2 else None
        return generation, step, said, 0

    async def _ask(
        self, line: Challenges, known: Known, name: str, arguments: tuple[Any, ...]
    ) -> Answer[Any]:
        cid = known.cid
        match name:
            case "scan":
                phone, generation, step, at, grace, nonce, scanner = arguments
                return await line.scan(
                    cid,
                    phone,
                    generation=generation,
                    step=step,
                    scanned_at_ms=at,
                    grace_ms=grace,
                    nonce=nonce,
                    scanner=scanner,
                )
            case "role":
                browser, revision, role, code = arguments
                ecard = ECardCode(code, f"text of {code}") if code else None
                return await line.switch_role(cid, browser, revision, role, ecard)
            case _:
                method = getattr(line, _METHODS.get(name, name))
                answer: Answer[Any] = await method(cid, *arguments)
                return answer


_METHODS = {
    "owe": "owe_pairing",
    "wait": "wait_for_grant",
    "seen": "ecard_seen",
    "assert": "ecard_assert",
}


def _other(role: Role) -> Role:
    return Role.CLERK if role is Role.LEGAL_REP else Role.LEGAL_REP


def _view(shown: Challenge) -> tuple[object, ...]:
    return (
        shown.status,
        shown.revision,
        shown.role,
        0 if shown.status in TERMINAL else shown.expires_at_ms,
        shown.scanned_by,
        shown.pair_required,
        shown.reason,
        shown.refusal,
        shown.generation,
    )
