"""Registering a unit 注册: checked against three registries, then claimed in one transaction."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from handlers.ports import Registries
from handlers.registration_rows import claim, inconsistent, keep, note
from handlers.tools import Tools
from handlers.verifying import Typed, verify
from models.actor import Actor
from models.database import tx
from models.errors.entry import Refusal
from models.errors.registration import (
    LEGAL_REP_EXISTS,
    UNIT_NOS_INCONSISTENT,
    VERIFICATION_UNAVAILABLE,
)
from models.errors.unit import UNIT_CLOSED
from models.idempotency import Once, first_answer, keep_answer, kept_answer
from models.store.limit import Limit, neighbourhood
from models.unit import LegalRep, Unit
from models.verification import SourceResult, Verdict, decide
from models.vocabulary import RegistrationStatus, UnitStatus

OF_UNIT = Limit("registrations-of", most=10, window_s=3600)
FROM_ADDRESS = Limit("registrations-from", most=60, window_s=3600)
"""The answer says whether a document number is right, so nobody may ask for long."""

RETRY_S = 300


class Registered(msgspec.Struct, frozen=True):
    """A registration that was taken in. code: of the sentence to show, '' when it is active."""

    id: str
    status: RegistrationStatus
    sources: tuple[SourceResult, ...]
    code: str = ""


async def register(
    tools: Tools,
    registries: Registries | None,
    actor: Actor,
    typed: Typed,
    once: Once | None,
    *,
    now: datetime,
) -> Registered:
    """Register a unit for which a registry vouches; one that none knows waits for its data.

    Refuses: TOO_OFTEN, LEGAL_REP_EXISTS, UNIT_NOT_VERIFIED, LEGAL_REP_MISMATCH, UNIT_NAME_MISMATCH,
    UNIT_NOS_INCONSISTENT, VERIFICATION_UNAVAILABLE (what was typed is checked again), UNIT_CLOSED,
    REPEATED.
    """
    before = await kept_answer(tools.vault, once)
    if before is not None:
        return msgspec.json.decode(before, type=Registered)
    await tools.limiter.spend(FROM_ADDRESS, neighbourhood(actor.ip))
    await tools.limiter.spend(OF_UNIT, typed.uscc)
    try:
        return await _register(tools, registries, actor, typed, once, now=now)
    except Refusal as refusal:
        # Whoever was quicker may be this same request, sent twice at once.
        taken = refusal.entry is LEGAL_REP_EXISTS
        before = await kept_answer(tools.vault, once) if taken else None
        if before is None:
            raise
        return msgspec.json.decode(before, type=Registered)


async def _register(
    tools: Tools,
    registries: Registries | None,
    actor: Actor,
    typed: Typed,
    once: Once | None,
    *,
    now: datetime,
) -> Registered:
    await require_nobody(typed.uscc)
    results = await verify(registries, typed)
    verdict = await judge(typed.uscc, results)
    if verdict.status in (RegistrationStatus.ACTIVE, RegistrationStatus.WAITING_SYNC):
        return await _take_in(tools, actor, typed, verdict, results, once, now=now)
    async with tx():
        # A registry that answered somebody else, and not us, must not undo what came of it.
        await require_nobody(typed.uscc)
        row = await keep(tools.vault, typed, verdict, results, now=now)
        await note(tools.vault, actor, row, verdict, now=now)
    raise await _refusal(typed.uscc, verdict, results)


async def require_nobody(uscc: str) -> None:
    """Refuses: LEGAL_REP_EXISTS when the unit has a legal representative already, UNIT_CLOSED."""
    if await Unit.exists(uscc=uscc, status=UnitStatus.CLOSED):
        raise UNIT_CLOSED.refuse()
    if await LegalRep.filter(unit__uscc=uscc, live=True).exists():
        raise LEGAL_REP_EXISTS.refuse()


async def judge(uscc: str, results: Sequence[SourceResult]) -> Verdict:
    """What the answers mean, once the unit's own 单位编号 are looked at as well."""
    verdict = decide(results)
    if verdict.status is RegistrationStatus.ACTIVE and await inconsistent(uscc):
        return Verdict(RegistrationStatus.FAILED, UNIT_NOS_INCONSISTENT)
    return verdict


async def _take_in(  # noqa: PLR0913
    tools: Tools,
    actor: Actor,
    typed: Typed,
    verdict: Verdict,
    results: tuple[SourceResult, ...],
    once: Once | None,
    *,
    now: datetime,
) -> Registered:
    async with tx():
        before = await first_answer(tools.vault, once, now)
        if before is not None:
            return msgspec.json.decode(before, type=Registered)
        await require_nobody(typed.uscc)
        row = await keep(tools.vault, typed, verdict, results, now=now)
        if verdict.status is RegistrationStatus.ACTIVE:
            await claim(tools.vault, row, typed, now=now)
        code = verdict.entry.code if verdict.entry else ""
        answer = Registered(row.id, verdict.status, results, code)
        await keep_answer(tools.vault, once, msgspec.json.encode(answer).decode())
        await note(tools.vault, actor, row, verdict, now=now)
    return answer


async def _refusal(uscc: str, verdict: Verdict, results: Sequence[SourceResult]) -> Refusal:
    extra: dict[str, object] = {"sources": [msgspec.to_builtins(each) for each in results]}
    if verdict.entry is UNIT_NOS_INCONSISTENT:
        return UNIT_NOS_INCONSISTENT.refuse(extra={**extra, "relations": await inconsistent(uscc)})
    entry = verdict.entry or VERIFICATION_UNAVAILABLE
    silent = entry is VERIFICATION_UNAVAILABLE
    return entry.refuse(extra=extra, retry_after_s=RETRY_S if silent else None)
