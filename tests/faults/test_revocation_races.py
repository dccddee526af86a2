"""After a revocation was answered nothing succeeds under the grant, on either of two workers.

Each round lets an approval or a change of unit run against the revocation, on different processes,
while the clerk keeps asking both of them. ZB_PROVE=1 runs a thousand rounds of each.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from models.grant import Grant, GrantScope
from models.unit import Relation
from models.vocabulary import GrantStatus, Role
from server.call import SESSION_COOKIE
from server.clock import utc_now
from tests.build import Rep, a_grant, a_person, a_registered_rep, a_request, a_unit
from tests.faults.two_workers import Hands, Pair, Tried, hands_on, two_workers
from tests.live_clients import Client
from tests.support.figures import Figure

pytestmark = [pytest.mark.postgres, pytest.mark.spare_redis, pytest.mark.slow]
PROVE = os.environ.get("ZB_PROVE") == "1"
ROUNDS = 1000 if PROVE else 10
ROUNDS_A_LOGIN = 20
ROUNDS_A_LEAD = 5
REASON = {"reason": "离职"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two workers, once for both tests."""
    with two_workers(tmp_path_factory.mktemp("workers")) as started:
        yield started


@pytest.fixture
async def hands(pair: Pair) -> AsyncIterator[Hands]:
    """Hands on their stores."""
    async with hands_on(pair) as opened:
        yield opened


class Race:
    """What all rounds came to."""

    def __init__(self) -> None:
        self.before = self.after = self.late = 0
        self.outcomes: Counter[tuple[int, ...]] = Counter()

    def count(self, revoked_at: float, tried: list[Tried]) -> None:
        """late: requests that were sent after the revocation was answered, and succeeded."""
        for one in tried:
            good = one.answer.status == 200
            if one.sent >= revoked_at:
                self.after += 1
                self.late += good
                assert not good, f"let in after the revocation was answered: {one.answer.body!r}"
            else:
                self.before += good

    def tell(self, figure: Figure) -> None:
        figure("let in before, sent after, of which succeeded", self.before, self.after, self.late)
        figure("outcomes", *sorted(self.outcomes.items()))


async def _revoked(hands: Hands, rep: Client, grant_id: str) -> tuple[float, int]:
    """When a revocation was answered with success, and how the first one was answered."""
    first = last = await hands.timed(rep, "POST", f"/grants/{grant_id}/revoke", REASON)
    while last.answer.status != 200:
        # The approval was faster, so that another grant stands than the one that was seen; or the
        # machine is too busy to answer in time.
        assert last.answer.status in (409, 503), last.answer.body
        held = await Grant.get(id=grant_id)
        last = await hands.timed(
            rep, "POST", f"/grants/{grant_id}/revoke", REASON, revision=held.revision
        )
        if held.status is GrantStatus.REVOKED:
            break
    return last.answered, first.answer.status


async def _a_rep(relations: int = 2) -> Rep:
    return await a_registered_rep(await a_unit(relations=relations))


@pytest.mark.timeout(7200 if PROVE else 300)
async def test_an_approval_beside_a_revocation_keeps_nobody_in(
    hands: Hands, figure: Figure
) -> None:
    race = Race()
    for number in range(ROUNDS):
        if number % ROUNDS_A_LOGIN == 0:
            rep = await _a_rep()
            reps = await hands.desk(rep.person, Role.LEGAL_REP, rep.unit)
        person = await a_person()
        held = await a_grant(rep.unit, person)
        # The grant covers one of two relations; the request is for both.
        _, second = await Relation.filter(unit_id=rep.unit.id).order_by("id")
        await GrantScope.filter(grant_id=held.id, relation_id=second.id).delete()
        desks = await hands.desk(person, Role.CLERK, rep.unit)
        request = await a_request(rep.unit, person, now=utc_now())
        over, here = asyncio.Event(), number % 2
        asking = hands.hammering((*desks, *desks), over)

        approving = hands.timed(reps[here], "POST", f"/grants/{request.id}/approve", {})
        approved, (revoked, status) = await asyncio.gather(
            approving, _revoked(hands, reps[1 - here], held.id)
        )
        over.set()

        for tried in await asyncio.gather(*asking):
            race.count(revoked, tried)
        race.outcomes[approved.answer.status, status] += 1
        assert (await Grant.get(id=held.id)).status is GrantStatus.REVOKED
    race.tell(figure)
    assert race.late == 0
    assert race.before > 0
    assert race.after >= 4 * ROUNDS


@pytest.mark.timeout(7200 if PROVE else 300)
async def test_going_over_to_another_unit_beside_a_revocation_keeps_nobody_in(
    hands: Hands, figure: Figure
) -> None:
    race, untouched = Race(), 0
    for number in range(ROUNDS):
        if number % ROUNDS_A_LOGIN == 0:
            here, there = await _a_rep(), await _a_rep()
            reps = await hands.desk(there.person, Role.LEGAL_REP, there.unit)
        person = await a_person()
        await a_grant(here.unit, person)
        lost = await a_grant(there.unit, person)
        # In turns into the unit whose grant is taken back, and away from it.
        into = number % 2 == 0
        start, goal = (here.unit, there.unit) if into else (there.unit, here.unit)
        desks = await hands.desk(person, Role.CLERK, start)
        over, side = asyncio.Event(), number // 2 % 2
        # Who asks meanwhile keeps to the session that there was.
        asking = hands.hammering(hands.with_secret(desks[0].cookies[SESSION_COOKIE]), over)

        wish = {"unit_id": goal.id, "role": "clerk"}
        switching = asyncio.create_task(hands.timed(desks[side], "POST", "/session/unit", wish))
        if number % ROUNDS_A_LEAD == 1:
            # However quick a revocation is, some must find that the person has gone over.
            await asyncio.wait([switching])
        revoked, status = await _revoked(hands, reps[1 - side], lost.id)
        switched = await switching
        over.set()

        earlier = [one for tried in await asyncio.gather(*asking) for one in tried]
        if not into:
            race.count(revoked, earlier)
        if switched.answer.status == 200:
            fresh = hands.with_secret(desks[side].cookies[SESSION_COOKIE])
            again = [await hands.timed(desk, "GET", "/session") for desk in (*fresh, *fresh)]
            if into:
                race.count(revoked, again)
            else:
                untouched += sum(one.answer.status == 200 for one in again) == 4
        race.outcomes[into, switched.answer.status, status] += 1
    race.tell(figure)
    figure("sessions of the other unit that went on", untouched)
    gone_over = race.outcomes[False, 200, 200]
    assert race.late == 0
    assert race.after > ROUNDS
    assert untouched == gone_over > 0
