"""A circuit breaker per platform: a platform that is down is asked once in a while, not always."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from math import ceil
from typing import TypeVar

from models.errors.entry import Refusal
from server.gateways.transport import Call, Reply, Transport, TransportFault

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Circuit(Enum):
    """closed: calls pass; open: calls are refused; half_open: one call is trying it out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after `faults` consecutive transport faults; after rest_s lets one call try.

    refuse: makes the refusal for callers turned away, given retry_after_s. All times are seconds of
    the loop's clock, passed in.
    """

    def __init__(
        self, refuse: Callable[[int], Refusal], *, faults: int = 5, rest_s: float = 10.0
    ) -> None:
        self._refuse = refuse
        self._limit = faults
        self._rest_s = rest_s
        self._row = 0
        self._closed_again_at = 0.0
        self._trying = False
        self.state = Circuit.CLOSED

    @contextmanager
    def guard(self, clock: Callable[[], float]) -> Iterator[None]:
        """Around one call. Raises the refusal when open; a TransportFault counts, others do not."""
        probe = self._admit(clock())
        try:
            yield
        except TransportFault as fault:
            # Refusing our own over-long request says nothing about the platform.
            if fault.sent or fault.kind != "too_large":
                self._failed(clock())
            raise
        else:
            self._row = 0
            self._become(Circuit.CLOSED)
        finally:
            if probe:
                self._trying = False

    def refusal(self, at: float) -> Refusal:
        """The refusal for a caller at this moment."""
        return self._refuse(max(1, ceil(self._closed_again_at - at)))

    def _admit(self, at: float) -> bool:
        if self.state is Circuit.CLOSED:
            return False
        if self._trying or at < self._closed_again_at:
            raise self.refusal(at)
        self._become(Circuit.HALF_OPEN)
        self._trying = True
        return True

    def _failed(self, at: float) -> None:
        self._row += 1
        if self.state is not Circuit.CLOSED or self._row >= self._limit:
            self._closed_again_at = at + self._rest_s
            self._become(Circuit.OPEN)

    def _become(self, state: Circuit) -> None:
        if state is not self.state:
            logger.warning("circuit", extra={"from": self.state.value, "to": state.value})
            self.state = state


class Line:
    """A transport behind its breaker: what a gateway speaks through."""

    def __init__(self, transport: Transport, breaker: Breaker) -> None:
        self._transport = transport
        self._breaker = breaker

    async def ask(self, call: Call, read: Callable[[Reply], Answer]) -> Answer:
        """Send and read the answer; `read` raises TransportFault("malformed") on rubbish.

        Raises TransportFault, or the breaker's refusal without having sent anything.
        """
        with self._breaker.guard(asyncio.get_running_loop().time):
            reply = await self._transport.send(call)
            try:
                return read(reply)
            except TransportFault:
                logger.warning("answer malformed", extra={"where": reply.where})
                raise

    def refusal(self) -> Refusal:
        """What to tell a person whose call met a TransportFault."""
        return self._breaker.refusal(asyncio.get_running_loop().time())
