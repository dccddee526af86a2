"""Random play against the challenge script: whatever order things happen in, the model explains it.

An interleaving is one step in which two to four operations on one challenge are sent at the same
time over different connections. Ten thousand of them run on each Redis; ZB_PROVE=1 makes it ten
times as many.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.vocabulary import ChallengeStatus, Role
from tests.state.challenge_intents import PAUSES_MS, Intent, intents, random_intent
from tests.state.challenge_model import TERMINAL
from tests.state.challenge_world import Known, World
from tests.state.stores import PROVE, Connect, close

TIMES = 10 if PROVE else 1
EXAMPLES, STEPS = 40 * TIMES, 30
INTERLEAVINGS = 10_000 * TIMES
SEED = 2399


class Play(RuleBasedStateMachine):
    """Hypothesis as the director: what it finds, it shrinks to the shortest play."""

    runner: asyncio.Runner
    connect: Connect
    played = 0

    def __init__(self) -> None:
        super().__init__()
        self.stores = type(self).connect()
        self.world = World(self.stores)

    @initialize(role=st.sampled_from((Role.LEGAL_REP, Role.CLERK)), ecard=st.booleans())
    def begin(self, role: Role, ecard: bool) -> None:
        self.runner.run(self.world.issue(0, role, ecard=ecard))

    @rule(tab=st.integers(0, 1), role=st.sampled_from((Role.LEGAL_REP, Role.CLERK)))
    @precondition(lambda self: len(self.world.known) < 9)
    def issue(self, tab: int, role: Role) -> None:
        self.runner.run(self.world.issue(tab, role))

    @rule(which=st.integers(0, 3), wish=intents())
    def alone(self, which: int, wish: Intent) -> None:
        self.runner.run(self.world.play(self._pick(which), [wish]))

    @rule(which=st.integers(0, 1), wishes=st.lists(intents(), min_size=2, max_size=4))
    def together(self, which: int, wishes: list[Intent]) -> None:
        self.runner.run(self.world.play(self._pick(which), wishes))

    @rule(pause_ms=st.sampled_from(PAUSES_MS))
    def wait(self, pause_ms: int) -> None:
        self.world.wait(pause_ms)

    @invariant()
    def nobody_gets_more_than_one_session(self) -> None:
        assert all(known.witness.exchanges <= 1 for known in self.world.known)

    def teardown(self) -> None:
        type(self).played += self.world.operations
        self.runner.run(close(self.stores))

    def _pick(self, which: int) -> Known:
        return self.world.known[-1 - which % len(self.world.known)]


@contextmanager
def _directed(connect: Connect) -> Iterator[type[Play]]:
    with asyncio.Runner() as runner:
        yield type("DirectedPlay", (Play,), {"runner": runner, "connect": staticmethod(connect)})


@pytest.mark.timeout(300 * TIMES)
def test_every_play_that_hypothesis_directs_is_explained_by_the_model(connect: Connect) -> None:
    quiet = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=not PROVE,
        suppress_health_check=list(HealthCheck),
    )

    with _directed(connect) as play:
        run_state_machine_as_test(play, settings=quiet)

    assert play.played >= EXAMPLES


@pytest.mark.timeout(300 * TIMES)
def test_ten_thousand_random_interleavings_are_explained_by_the_model(connect: Connect) -> None:
    rng = random.Random(SEED)
    reached: set[ChallengeStatus] = set()
    interleavings = exchanges = 0

    with asyncio.Runner() as runner:
        while interleavings < INTERLEAVINGS:
            stores = connect()
            world = World(stores)
            for _ in range(50):
                known = runner.run(_walk(world, rng))
                reached.add(known.likely.status)
                exchanges += known.witness.exchanges
            interleavings += world.interleavings
            runner.run(close(stores))

    assert interleavings >= INTERLEAVINGS
    assert reached >= TERMINAL
    assert exchanges >= INTERLEAVINGS // 100


async def _walk(world: World, rng: random.Random) -> Known:
    """One challenge from its issue until it is over, or for at most a dozen steps."""
    role = rng.choice((Role.LEGAL_REP, Role.CLERK))
    known = await world.issue(rng.randrange(3), role, ecard=rng.random() < 0.2)
    for _ in range(12):
        status = known.likely.status
        if status in TERMINAL and rng.random() < 0.7:
            break
        if rng.random() < 0.15:
            world.wait(rng.choice(PAUSES_MS[:6] if rng.random() < 0.8 else PAUSES_MS))
        several = rng.choice((1, 2, 2, 2, 2, 2, 3, 3, 4))
        await world.play(known, [random_intent(rng, status) for _ in range(several)])
    return known
