"""Servers that speak the contract's login, ours and the naive one, with browsers and phones."""

import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load.login import (
    BASE,
    Desk,
    Hand,
    LoginRefused,
    Phone,
    login_by_stream,
)
from bench.procs import Server
from bench.product import Product, ask, running, signed_in_phones
from bench.programs import start_naive_app
from bench.run import Run, keep
from bench.stores import scratch_database

NAIVE_PEOPLE = 16
PEOPLE_PER_HAND = 10
SEED = 20261121


@dataclass(slots=True)
class Speaker:
    """One server; as many desks (browsers) as hands (phones), each on a connection of its own."""

    name: str
    server: Server
    desks: list[Desk]
    hands: list[Hand]
    product: Product | None = None

    @property
    def role(self) -> str:
        return self.hands[0].phone.role


async def start_ours(run: Run, stack: contextlib.AsyncExitStack, callers: int) -> Speaker:
    """The product; raises ProductMissing, StoreMissing, LoginRefused."""
    product = await stack.enter_async_context(running(run.out, run.logs))
    return await speak_to(product, callers)


async def speak_to(product: Product, callers: int) -> Speaker:
    """Desks and hands of a product that runs (also after a restart); one login as rehearsal."""
    people = product.clerks[: callers * PEOPLE_PER_HAND]
    phones = await signed_in_phones(product, people)
    speaker = _speaker("ours", product.server, phones, product.origin, callers)
    speaker.product = product
    await _rehearse(speaker)
    return speaker


async def start_naive(run: Run, stack: contextlib.AsyncExitStack, callers: int) -> Speaker:
    """The naive app; raises StartError, StoreMissing, LoginRefused."""
    database = await stack.enter_async_context(scratch_database("naive"))
    server = keep(stack, start_naive_app(database, run.logs))
    phones = []
    for number in range(NAIVE_PEOPLE):
        code = {"platform": "wechat", "code": f"2399{number:014d}"}
        told = (await ask(server.port, "POST", f"{BASE}/phone/login", code)).json()
        phones.append(Phone(told["token"], "clerk"))
    speaker = _speaker("naive", server, phones, f"http://127.0.0.1:{server.port}", callers)
    await _rehearse(speaker)
    return speaker


def _speaker(
    name: str, server: Server, phones: Sequence[Phone], origin: str, callers: int
) -> Speaker:
    rng = random.Random(SEED)
    desks = [Desk(server.port, rng, origin=origin) for _ in range(callers)]
    shares = [phones[n::callers] or phones[:1] for n in range(callers)]
    hands = [Hand(server.port, share, origin=origin) for share in shares]
    return Speaker(name, server, desks, hands)


async def _rehearse(speaker: Speaker) -> None:
    """One login, before anything is measured."""
    try:
        await login_by_stream(speaker.desks[0], speaker.hands[0])
    except (OSError, TimeoutError) as wrong:
        raise LoginRefused(f"first login: {type(wrong).__name__} {wrong}") from wrong
