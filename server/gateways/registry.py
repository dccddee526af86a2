"""The registries that a registration is checked against: found, not found and no answer apart."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from handlers.ports import Found, LookUp, NotFound, Source, Unavailable
from models.errors.entry import Refusal
from models.errors.registration import VERIFICATION_UNAVAILABLE
from server.gateways.breaker import Breaker, Line
from server.gateways.transport import Call, Repeat, Reply, Transport, TransportFault

logger = logging.getLogger(__name__)


class Registry:
    """All three registries behind one address; each has its own breaker.

    The wire is our sandbox's: GET `/<source>?uscc=` → `{"result": "found", "unit": {…}}` or
    `{"result": "not_found"}`; a province's real one goes behind the same class.
    """

    def __init__(self, transport: Transport) -> None:
        self._lines = {source: Line(transport, Breaker(_unavailable)) for source in Source}

    async def look_up(self, source: Source, uscc: str) -> LookUp:
        """What one registry holds under a USCC 统一社会信用代码. Never raises for its faults."""
        call = Call("GET", f"/{source.value}", params={"uscc": uscc}, repeat=Repeat.ALWAYS, tries=2)
        try:
            told = await self._lines[source].ask(call, _read)
        except (TransportFault, Refusal):
            return Unavailable()
        if isinstance(told, Found) and told.uscc != uscc:
            logger.error("registry answers for another unit", extra={"source": source.value})
            return Unavailable()
        return told


def _read(reply: Reply) -> Found | NotFound:
    try:
        answer = json.loads(reply.body)
        if answer["result"] == "not_found":
            return NotFound()
        if answer["result"] == "found":
            return _record(answer["unit"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise TransportFault("malformed", reply.where, sent=True)


def _record(unit: Mapping[str, Any]) -> Found:
    legal_rep = unit["legal_rep"]
    if isinstance(legal_rep, str):
        legal_rep = {"name": legal_rep}
    id_no = legal_rep.get("id_no")
    return Found(
        uscc=str(unit["uscc"]),
        name=str(unit["name"]),
        legal_rep_name=str(legal_rep["name"]),
        legal_rep_id_no=str(id_no) if id_no else None,
    )


def _unavailable(retry_after_s: int) -> Refusal:
    return VERIFICATION_UNAVAILABLE.refuse(retry_after_s=retry_after_s)
