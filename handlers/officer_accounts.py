"""A legal representative's account at the window: how it stands, a link for it, unlocking it.

Whatever is outside the officer's scope is as if it did not exist.   Source: 常见问题 1.1, S0-1.1c.
"""

from dataclasses import dataclass
from datetime import datetime

from handlers import locks, resets
from handlers.account_stops import live_stop
from handlers.officer_units import unit_in_scope
from handlers.one_time_codes import Letter
from handlers.password_logins import LASTS
from handlers.tools import Tools
from models.account import Account, AccountLock, AccountState, AccountStatus, AccountStop
from models.actor import Actor
from models.errors.officer import NO_ACCOUNT
from models.identity import index_candidates
from models.person import Person
from models.store.limit import Limit
from models.unit import LegalRep
from models.vocabulary import PersonStatus

LINKS = Limit("links-of", most=5, window_s=3600)
"""How many links to set a password an hour may be sent for one unit."""


@dataclass(frozen=True, slots=True)
class AccountAtWindow:
    """An account as officers may see it. agreed: whether this officer has agreed to lift the stop.

    locked_until: of a lock that still holds. stop: what keeps its holder out.
    """

    state: AccountState
    locked_until: datetime | None
    stop: AccountStop | None
    agreed: bool


async def look(tools: Tools, actor: Actor, unit_id: str, *, now: datetime) -> AccountAtWindow:
    """How the account of a unit's legal representative stands. Refuses: NOT_FOUND."""
    person = await _known_person(tools, actor, unit_id)
    account = await Account.get_or_none(person_id=person.id) if person else None
    lock = await AccountLock.get_or_none(id=account.id) if account else None
    until = lock.locked_until if lock and lock.locked_until and lock.locked_until > now else None
    stop = await live_stop(person) if person else None
    agreed = stop is not None and stop.agreed_by == actor.person_id
    return AccountAtWindow(_state(person, account, until, now), until, stop, agreed)


def _state(
    person: Person | None, account: Account | None, until: datetime | None, now: datetime
) -> AccountState:
    if person is not None and person.status is PersonStatus.DISABLED:
        return AccountState.STOPPED
    if person is not None and person.status is PersonStatus.CLOSED:
        return AccountState.CLOSED
    if account is None:
        return AccountState.NONE
    if until is not None:
        return AccountState.LOCKED
    if account.status is AccountStatus.DORMANT:
        return AccountState.DORMANT
    return AccountState.MUST_CHANGE if account.changed_at + LASTS <= now else AccountState.ACTIVE


async def invite(tools: Tools, actor: Actor, unit_id: str, *, now: datetime) -> Letter:
    """A one-time link to set a password, for the phone that the unit has registered.

    Refuses: NOT_FOUND out of scope, TOO_OFTEN, PHONE_MISSING.
    """
    unit = await unit_in_scope(actor, unit_id)
    await tools.limiter.spend(LINKS, unit.id)
    return await resets.invite(tools, actor, unit.id, now=now)


async def unlock(tools: Tools, actor: Actor, unit_id: str, reason: str, *, now: datetime) -> None:
    """Unlock the account of a unit's legal representative; one that is not locked stays so.

    Refuses: NOT_FOUND out of scope, NO_ACCOUNT when there is no password.
    """
    person = await _known_person(tools, actor, unit_id)
    account = await Account.get_or_none(person_id=person.id) if person else None
    if account is None:
        raise NO_ACCOUNT.refuse()
    await locks.unlock(tools, actor, account.id, now=now, reason=reason)


async def _known_person(tools: Tools, actor: Actor, unit_id: str) -> Person | None:
    unit = await unit_in_scope(actor, unit_id)
    rep = await LegalRep.get_or_none(unit_id=unit.id, live=True)
    if rep is None:
        return None
    found = index_candidates(tools.vault, rep.open(tools.vault))
    return await Person.filter(id_type=rep.id_type, id_no_index__in=found.id_nos).first()
