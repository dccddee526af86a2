"""Thousands of password attempts from hundreds of addresses: five failures lock, four do not."""

import asyncio
import os
import random
from collections import Counter

from msgspec.structs import replace

from handlers import password_logins
from handlers.password_logins import Attempt
from handlers.tools import Tools
from models.errors.entry import Refusal
from server.hashing import Hashing
from tests.build import DESK, NOW, tools_for
from tests.handlers.accounts import ACTOR, OTHER_PASSWORD, PASSWORD, a_held_account

PROVING = os.environ.get("ZB_PROVE") == "1"
ATTEMPTS, ADDRESSES = (10_000, 200) if PROVING else (400, 40)
ATTACKED, FORGETFUL = (30, 30) if PROVING else (4, 4)
AT_ONCE = 40


async def test_no_account_without_five_failures_is_locked_and_none_with_them_stays_open(
    tools: Tools, hasher: Hashing
) -> None:
    tools = tools_for(tools.limiter.store, password_tries="1000000")
    attacked = [await _name(hasher) for _ in range(ATTACKED)]
    forgetful = [await _name(hasher) for _ in range(FORGETFUL)]
    clean = await _name(hasher)
    tries = [name for name in forgetful for _ in range(4)]
    tries += [attacked[n % ATTACKED] for n in range(ATTEMPTS - len(tries))]
    chance = random.Random(2399)
    chance.shuffle(tries)
    places = [f"198.18.{n // 250}.{n % 250 + 1}" for n in range(ADDRESSES)]
    gate, told = asyncio.Semaphore(AT_ONCE), Counter[tuple[str, str]]()

    async def attempt(name: str, address: str, password: str) -> str:
        place = replace(DESK, ip=address)
        async with gate:
            try:
                await password_logins.sign_in(
                    tools,
                    hasher,
                    replace(ACTOR, ip=address),
                    Attempt(name, password, place, address),
                    now=NOW,
                )
            except Refusal as refusal:
                return refusal.entry.code
        return "in"

    async def fail(name: str, address: str) -> None:
        told[name, await attempt(name, address, OTHER_PASSWORD)] += 1

    await asyncio.gather(*(fail(name, places[n % ADDRESSES]) for n, name in enumerate(tries)))

    each = Counter(tries)
    for name in attacked:
        # Whatever the order and however many at once: four are counted, the fifth locks.
        assert [told[name, code] for code in ("SB-2003", "SB-2007")] == [2, 2]
        assert told[name, "SB-2006"] == each[name] - 4
        assert await attempt(name, places[0], PASSWORD) == "SB-2006"
    for name in forgetful:
        assert [told[name, code] for code in ("SB-2003", "SB-2007")] == [2, 2]
    for name in (*forgetful, clean):
        assert await attempt(name, places[0], PASSWORD) == "in"
    print(f"\n{len(tries)} attempts from {ADDRESSES} addresses: {len(attacked)} locked")  # noqa: T201


async def _name(hasher: Hashing) -> str:
    return (await a_held_account(hasher, phone=None, email=None)).unit.uscc
