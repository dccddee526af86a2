"""The circuit breaker opens, turns callers away, and recovers."""

import asyncio
from collections.abc import Callable

import pytest

from models.errors.entry import Refusal
from models.errors.login import PLATFORM_UNAVAILABLE
from server.gateways.breaker import Breaker, Circuit, Line
from server.gateways.transport import Call, FaultKind, TransportFault
from tests.gateways.conftest import OpenTransport
from tests.gateways.fakes import Answer, Asked, Peer


def _breaker() -> Breaker:
    return Breaker(
        lambda s: PLATFORM_UNAVAILABLE.refuse(retry_after_s=s, platform="微信"),
        faults=3,
        rest_s=10.0,
    )


def _at(now: float) -> Callable[[], float]:
    return lambda: now


def _fail(breaker: Breaker, now: float, kind: FaultKind = "timeout", sent: bool = True) -> None:
    with pytest.raises(TransportFault), breaker.guard(_at(now)):
        raise TransportFault(kind, "host/path", sent=sent)


def test_it_opens_after_consecutive_faults_and_says_when_to_come_back() -> None:
    breaker = _breaker()
    for now in (1.0, 2.0, 3.0):
        _fail(breaker, now)

    with pytest.raises(Refusal) as refused, breaker.guard(_at(6.5)):
        pass

    assert refused.value.entry is PLATFORM_UNAVAILABLE
    assert refused.value.retry_after_s == 7


def test_a_success_between_faults_starts_the_count_anew() -> None:
    breaker = _breaker()
    _fail(breaker, 1.0)
    _fail(breaker, 2.0)
    with breaker.guard(_at(3.0)):
        pass
    _fail(breaker, 4.0)
    _fail(breaker, 5.0)

    assert breaker.state is Circuit.CLOSED


def test_after_its_rest_one_call_tries_and_the_others_wait() -> None:
    breaker = _breaker()
    for now in (1.0, 2.0, 3.0):
        _fail(breaker, now)

    with breaker.guard(_at(13.5)):
        with pytest.raises(Refusal), breaker.guard(_at(13.6)):
            pass
        while_trying = breaker.state

    assert (while_trying, breaker.state) == (Circuit.HALF_OPEN, Circuit.CLOSED)


def test_a_failed_try_opens_it_again_for_the_whole_rest() -> None:
    breaker = _breaker()
    for now in (1.0, 2.0, 3.0, 14.0):
        _fail(breaker, now)

    with pytest.raises(Refusal) as refused, breaker.guard(_at(20.0)):
        pass

    assert refused.value.retry_after_s == 4


def test_a_cancelled_try_leaves_room_for_the_next_one() -> None:
    breaker = _breaker()
    for now in (1.0, 2.0, 3.0):
        _fail(breaker, now)
    with pytest.raises(asyncio.CancelledError), breaker.guard(_at(14.0)):
        raise asyncio.CancelledError

    with breaker.guard(_at(14.1)):
        pass

    assert breaker.state is Circuit.CLOSED


def test_our_own_over_long_request_is_not_held_against_the_platform() -> None:
    breaker = _breaker()
    for now in (1.0, 2.0, 3.0, 4.0):
        _fail(breaker, now, "too_large", sent=False)

    assert breaker.state is Circuit.CLOSED


async def test_an_open_circuit_asks_nothing_of_the_platform_and_recovers(
    open_transport: OpenTransport,
) -> None:
    up = False

    def script(_: Asked) -> Answer:
        return Answer(b"{}") if up else Answer(status=502)

    async with Peer(script) as peer:
        breaker = Breaker(
            lambda s: PLATFORM_UNAVAILABLE.refuse(retry_after_s=s, platform="微信"),
            faults=3,
            rest_s=0.2,
        )
        line = Line(await open_transport(peer.url), breaker)
        call = Call("GET", "/x")
        for _ in range(3):
            with pytest.raises(TransportFault):
                await line.ask(call, lambda reply: reply.body)
        for _ in range(50):
            with pytest.raises(Refusal):
                await line.ask(call, lambda reply: reply.body)
        asked_while_open = len(peer.asked)
        up = True
        await asyncio.sleep(0.25)

        body = await line.ask(call, lambda reply: reply.body)

        assert (asked_while_open, body) == (3, b"{}")
