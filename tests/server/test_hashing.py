"""Passwords: hashed beside the loop, in a queue with an end, as slowly for nobody."""

import asyncio
from collections.abc import Iterator
from time import perf_counter

import pytest

from models.errors.entry import Refusal
from models.errors.system import BUSY
from server.hashing import Cost, Hashing

QUICK = Cost(passes=1, memory_kib=64)


@pytest.fixture
def hashing() -> Iterator[Hashing]:
    """One thread, four more may wait."""
    made = Hashing(QUICK, threads=1, queue=4)
    yield made
    made.close()


async def test_a_password_is_known_again_and_no_other(hashing: Hashing) -> None:
    kept = await hashing.hash("Correct-Horse-1")

    assert kept.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await hashing.verify(kept, "Correct-Horse-1")
    assert not await hashing.verify(kept, "Correct-Horse-2")
    assert not await hashing.verify(None, "Correct-Horse-1")
    assert not await hashing.verify("not a hash", "Correct-Horse-1")


async def test_one_of_several_hashes_is_found(hashing: Hashing) -> None:
    kept = [await hashing.hash(f"Password-{n}") for n in range(3)]

    assert await hashing.any_matches(kept, "Password-2")
    assert not await hashing.any_matches(kept, "Password-3")
    assert not await hashing.any_matches([], "Password-3")


async def test_a_hash_of_other_parameters_is_outdated(hashing: Hashing) -> None:
    stronger = Hashing(Cost(passes=2, memory_kib=64))
    kept = await hashing.hash("Password-1")
    stronger.close()

    assert stronger.outdated(kept)
    assert not hashing.outdated(kept)


async def test_beyond_the_queue_a_login_is_told_to_come_back(hashing: Hashing) -> None:
    answers = await asyncio.gather(
        *(hashing.hash("Password-1") for _ in range(20)), return_exceptions=True
    )

    refused = [each for each in answers if isinstance(each, Refusal)]
    assert len(refused) == 15
    assert all(each.entry is BUSY and each.retry_after_s for each in refused)
    assert await hashing.verify(str(answers[0]), "Password-1")


async def test_a_caller_who_hangs_up_leaves_no_place_taken_for_ever(hashing: Hashing) -> None:
    for _ in range(20):
        asked = asyncio.ensure_future(hashing.hash("Password-1"))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.sleep(0.01)

    assert await hashing.verify(await hashing.hash("Password-1"), "Password-1")


async def test_nobodys_password_takes_as_long_as_somebodys() -> None:
    hashing = Hashing(Cost(passes=1, memory_kib=8 * 1024))
    kept = await hashing.hash("Password-1")

    async def best_s(hash_of: str | None) -> float:
        taken = []
        for _ in range(12):
            began = perf_counter()
            await hashing.verify(hash_of, "Password-2")
            taken.append(perf_counter() - began)
        return min(taken)

    somebody, nobody = await best_s(kept), await best_s(None)
    hashing.close()

    assert 0.5 < nobody / somebody < 2
