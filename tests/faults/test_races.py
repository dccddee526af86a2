"""F3: of many who change the same thing at the same moment, one does."""

import asyncio
import os
from typing import Any

import pytest

from handlers import grant_endings
from handlers.grant_changes import Hand
from handlers.tools import Tools
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.grant import Grant
from models.outbox import OutboxEvent
from models.store.client import Store
from models.vocabulary import GrantParty, GrantStatus, Role
from tests.build import NOW, a_desk_session, a_granted_clerk, a_registered_rep, an_actor, tools_for
from tests.support.figures import Figure

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
ROUNDS = 1000 if os.environ.get("ZB_PROVE") == "1" else 50
RACERS = 16


@pytest.fixture
def tools(postgres_database: Any, embedded_store: Store) -> Tools:
    """Tools on a real PostgreSQL."""
    return tools_for(embedded_store)


@pytest.mark.timeout(600)
async def test_of_sixteen_revocations_of_one_grant_exactly_one_succeeds(
    tools: Tools, figure: Figure
) -> None:
    rep = await a_registered_rep()
    actor = an_actor((await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)).session)
    hand = Hand(actor, GrantParty.LEGAL_REP)
    ends: list[tuple[int, int]] = []

    for _ in range(ROUNDS):
        grant = (await a_granted_clerk(unit=rep.unit)).grant
        told = await asyncio.gather(
            *(
                grant_endings.revoke(
                    tools, hand, rep.unit.id, grant.id, reason="离职", revision=1, now=NOW
                )
                for _ in range(RACERS)
            ),
            return_exceptions=True,
        )
        refused = [each for each in told if isinstance(each, Refusal)]
        assert {each.entry for each in refused} <= {STATE_CHANGED}, refused
        ends.append((RACERS - len(refused), sum(isinstance(e, Refusal) for e in told)))
        row = await Grant.get(id=grant.id)
        assert (row.status, row.revision) == (GrantStatus.REVOKED, 2)
        assert await OutboxEvent.filter(subject=grant.id).count() == 1

    figure("rounds", ROUNDS)
    assert set(ends) == {(1, RACERS - 1)}
