"""Registering once: two people at once, one key twice, a process that ends half-way."""

import asyncio
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from handlers.ports import LookUp, NotFound, Source, Unavailable
from handlers.registrations import Registered, register
from handlers.tools import Tools
from models.errors.entry import Refusal
from models.errors.registration import (
    LEGAL_REP_EXISTS,
)
from models.errors.system import REPEATED
from models.idempotency import IdempotencyKey
from models.registration import Registration
from models.store.asked import Asked
from models.store.carrier import PipelineCarrier
from models.store.client import Store
from models.unit import LegalRep, Unit
from models.vocabulary import RegistrationStatus
from tests.build import NOW, tools_for
from tests.handlers.registering import (
    ACTOR,
    Played,
    a_key,
    a_typed,
    agreeing,
)


async def test_of_two_people_at_once_one_registers_the_unit(tools: Tools) -> None:
    first = a_typed()
    second = a_typed(uscc=first.uscc)
    says = [agreeing(first), agreeing(second)]

    told = await asyncio.gather(
        *(
            register(tools, played, ACTOR, typed, None, now=NOW)
            for played, typed in zip(says, (first, second), strict=True)
        ),
        return_exceptions=True,
    )

    refusals = [each for each in told if isinstance(each, Refusal)]
    assert [each.entry for each in refusals] == [LEGAL_REP_EXISTS]
    assert await LegalRep.filter(unit__uscc=first.uscc, live=True).count() == 1
    assert await Unit.filter(uscc=first.uscc).count() == 1


async def test_the_same_key_gets_the_same_answer_and_one_unit(tools: Tools) -> None:
    typed = a_typed()

    first = await register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW)
    again = await register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW)

    assert again == first
    assert await Registration.filter(uscc=typed.uscc).count() == 1


async def test_the_same_key_twice_at_once_is_one_registration(tools: Tools) -> None:
    typed = a_typed()

    told = await asyncio.gather(
        *(register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW) for _ in range(2)),
        return_exceptions=True,
    )

    answers = [each for each in told if isinstance(each, Registered)]
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert await LegalRep.filter(unit__uscc=typed.uscc).count() == 1


class Waiting(PipelineCarrier):
    """A way to Redis on which nothing travels before it is let go."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.asked = asyncio.Event()
        self.held: list[Asked] = []

    def carry(self, batch: Sequence[Asked]) -> None:
        """Hold it."""
        self.held += batch
        self.asked.set()

    def let_go(self) -> None:
        """Carry what was held, with all the time that it had, and hold nothing more."""
        until = asyncio.get_running_loop().time() + 5
        self.carry = super().carry  # type: ignore[method-assign]
        self.carry([each._replace(until=until) for each in self.held])


async def test_the_same_key_overtaken_on_its_way_gets_the_answer_of_the_quicker_one(
    tools: Tools, redis: Redis
) -> None:
    typed, slow = a_typed(), Waiting(redis)
    late = asyncio.create_task(
        register(tools_for(Store(redis, slow)), agreeing(typed), ACTOR, typed, a_key(), now=NOW)
    )
    await slow.asked.wait()

    first = await register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW)
    slow.let_go()

    assert await late == first
    assert await LegalRep.filter(unit__uscc=typed.uscc).count() == 1


@pytest.mark.parametrize("key", ["key-1", "key-2"])
async def test_a_registry_silent_for_the_later_one_undoes_nothing(tools: Tools, key: str) -> None:
    typed = a_typed()
    asked, go = asyncio.Event(), asyncio.Event()

    class Silent(Played):
        async def look_up(self, source: Source, uscc: str) -> LookUp:
            asked.set()
            await go.wait()
            return Unavailable()

    late = asyncio.create_task(register(tools, Silent(), ACTOR, typed, a_key(key), now=NOW))
    await asked.wait()
    first = await register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW)
    go.set()
    [told] = await asyncio.gather(late, return_exceptions=True)

    if key == "key-1":
        assert told == first
    else:
        assert isinstance(told, Refusal)
        assert told.entry is LEGAL_REP_EXISTS
    assert (await Registration.get(uscc=typed.uscc)).status is RegistrationStatus.ACTIVE


async def test_a_key_with_another_body_is_refused(tools: Tools) -> None:
    typed = a_typed()
    await register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW)

    with pytest.raises(Refusal) as caught:
        await register(tools, Played(), ACTOR, typed, a_key(fingerprint="0" * 64), now=NOW)

    assert caught.value.entry is REPEATED


async def test_a_refused_registration_leaves_its_key_free(tools: Tools) -> None:
    typed = a_typed()
    with pytest.raises(Refusal):
        await register(tools, None, ACTOR, typed, a_key(), now=NOW)

    assert await IdempotencyKey.all().count() == 0
    registered = await register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW)
    assert registered.status is RegistrationStatus.ACTIVE


async def test_a_process_that_ends_before_the_commit_leaves_nothing(tools: Tools) -> None:
    typed, asked = a_typed(), asyncio.Event()

    class Silent(Played):
        async def look_up(self, source: Source, uscc: str) -> LookUp:
            asked.set()
            await asyncio.Event().wait()
            return NotFound()

    dying = asyncio.create_task(register(tools, Silent(), ACTOR, typed, a_key(), now=NOW))
    await asked.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)

    assert not await Registration.filter(uscc=typed.uscc).exists()
    assert not await IdempotencyKey.exists()
    registered = await register(tools, agreeing(typed), ACTOR, typed, a_key(), now=NOW)
    assert registered.status is RegistrationStatus.ACTIVE
