"""Asking the three registries about a unit, all at once, and comparing what was typed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.ports import Found, LookUp, NotFound, Registries, Source, Unavailable
from models.identity import Identity
from models.names import normalise
from models.verification import Field, Result, SourceResult

DEADLINE_S = 8.0
"""For each registry; all are asked at once, so a registration waits no longer than this."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed to register a unit, well-formed."""

    uscc: str
    name: str
    legal_rep: Identity


async def verify(
    registries: Registries | None, typed: Typed, *, deadline_s: float = DEADLINE_S
) -> tuple[SourceResult, ...]:
    """What each registry makes of it, in the order of Source. Never inside a transaction."""
    return tuple(
        await asyncio.gather(*(_ask(registries, source, typed, deadline_s) for source in Source))
    )


async def _ask(
    registries: Registries | None, source: Source, typed: Typed, deadline_s: float
) -> SourceResult:
    told: LookUp = Unavailable()
    if registries is not None:
        try:
            async with asyncio.timeout(deadline_s):
                told = await registries.look_up(source, typed.uscc)
        except TimeoutError:
            pass
    return _compare(source, told, typed)


def _compare(source: Source, told: LookUp, typed: Typed) -> SourceResult:
    if isinstance(told, Found):
        wrong = tuple(_mismatched(told, typed))
        return SourceResult(source, Result.MISMATCH if wrong else Result.MATCH, wrong)
    absent = isinstance(told, NotFound)
    return SourceResult(source, Result.NOT_FOUND if absent else Result.UNAVAILABLE)


def _mismatched(found: Found, typed: Typed) -> Sequence[Field]:
    # A registry that holds no document number vouches for nobody: names are public.
    id_no = (found.legal_rep_id_no or "").upper()
    same = {
        Field.NAME: normalise(found.name) == normalise(typed.name),
        Field.LEGAL_REP_NAME: normalise(found.legal_rep_name) == normalise(typed.legal_rep.name),
        Field.LEGAL_REP_ID_NO: id_no == typed.legal_rep.id_no.upper(),
    }
    return [field for field, equal in same.items() if not equal]
