"""The core system 业务系统, asked for units that have changed; a province's own goes behind it.

The wire is our sandbox's: POST `/units/changes` `{"after": "<position>", "limit"}`, signed like our
ingest, answered `{"units": [rows as POST /ingest/units takes them], "next": "<position>", "more"}`,
oldest change first. The first position is empty; a position is the core system's own word.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from handlers.filing_events import Result
from handlers.ports import UnitPage
from handlers.unit_sync import SentUnit
from models.errors.entry import Refusal
from models.errors.unit import CORE_UNAVAILABLE
from models.ingest import LONGEST_POSITION
from server.clock import Clock
from server.gateways.accounts import CoreAccount
from server.gateways.breaker import Breaker, Line
from server.gateways.signing import signed_headers
from server.gateways.transport import Call, Repeat, Reply, Transport, TransportFault

ROWS = 100
ReadRows = Callable[[Sequence[Any]], Sequence[SentUnit | Result]]
_PATH = "/units/changes"


class Core:
    """One core system; every fault of its is CORE_UNAVAILABLE to the caller.

    read_rows: makes units of rows; one that cannot be read it gives back as rejected.
    """

    def __init__(
        self, account: CoreAccount, transport: Transport, now: Clock, read_rows: ReadRows
    ) -> None:
        self._account = account
        self._line = Line(transport, Breaker(_unavailable))
        self._now = now
        self._read_rows = read_rows

    async def changed_units(self, after: str) -> UnitPage:
        """The page behind a position, '' for the first. Refuses: CORE_UNAVAILABLE."""
        account = self._account
        body = json.dumps({"after": after, "limit": ROWS}).encode()
        headers = signed_headers(account.key, account.secret, _PATH, body, self._now())
        call = Call("POST", _PATH, headers=headers, body=body, repeat=Repeat.ALWAYS, tries=2)
        try:
            return await self._line.ask(call, self._read)
        except TransportFault:
            pass
        raise self._line.refusal()

    def _read(self, reply: Reply) -> UnitPage:
        try:
            answer = json.loads(reply.body)
            units, position, more = answer["units"], answer["next"], answer["more"]
        except (ValueError, KeyError, TypeError, RecursionError):
            units = position = more = None
        fits = isinstance(units, list) and len(units) <= ROWS
        placed = isinstance(position, str) and len(position) <= LONGEST_POSITION
        if fits and placed and isinstance(more, bool):
            return UnitPage(tuple(self._read_rows(units)), position, more)
        raise TransportFault("malformed", reply.where, sent=True)


def _unavailable(retry_after_s: int) -> Refusal:
    return CORE_UNAVAILABLE.refuse(retry_after_s=retry_after_s)
