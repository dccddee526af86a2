"""Logging in by password 账户方式登录 (手册 5.2.1): one attempt, one verdict, no word too many."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.account_names import Named, look_up
from handlers.entries import Entered, acting
from handlers.locks import (
    count_failure,
    forget_failures,
    hold_open,
    require_open,
    tell_of_lock,
)
from handlers.mandates import Mandate, Standing, standing_of
from handlers.openings import open_desk
from handlers.people import require_active
from handlers.ports import PasswordHasher
from handlers.tools import Tools
from models import audit
from models.account import Account, AccountStatus, PasswordToken, TokenPurpose
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal
from models.errors.login import (
    ACCOUNT_DISABLED,
    ACCOUNT_EMPTY,
    CREDENTIALS_WRONG,
    PASSWORD_EMPTY,
    PASSWORD_EXPIRED,
)
from models.ids import new_id
from models.person import Person
from models.store.challenge import Place, digest
from models.store.limit import neighbourhood
from models.store.session import Proof
from models.vocabulary import Role

LASTS, WARNED = timedelta(days=90), timedelta(days=7)
RENEWAL_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, and where. browser: a digest of what tells this browser from others."""

    account: str
    password: str
    place: Place
    browser: str


async def sign_in(
    tools: Tools, hasher: PasswordHasher, actor: Actor, attempt: Attempt, *, now: datetime
) -> Entered:
    """Open a desk's session for a legal representative who knows the password.

    Refuses: ACCOUNT_EMPTY, PASSWORD_EMPTY, TOO_OFTEN, BUSY, ACCOUNT_LOCKED, TRIES_LEFT,
    CREDENTIALS_WRONG, ACCOUNT_UNKNOWN and PASSWORD_NOT_ENABLED for a USCC; with the right password
    also ACCOUNT_DISABLED, PASSWORD_EXPIRED, LEGAL_REP_UNKNOWN.   Source: 手册 5.2.1.1-5.2.1.5.
    """
    if not attempt.account.strip():
        raise ACCOUNT_EMPTY.refuse()
    if not attempt.password:
        raise PASSWORD_EMPTY.refuse()
    await tools.limiter.spend(tools.password_limit, neighbourhood(attempt.place.ip))
    await tools.limiter.spend(tools.browser_limit, attempt.browser)
    named = await look_up(tools.vault, attempt.account)
    await require_open(named.subject, now)
    # A stranger's password takes as long to be wrong as anybody's.
    right = await hasher.verify(named.password_hash, attempt.password)
    if not right or named.account is None:
        raise await _failed(tools, actor, named, now)
    anew = None
    if hasher.outdated(named.account.password_hash):
        anew = await hasher.hash(attempt.password)
    return await _let_in(tools, actor, named, named.account, anew, attempt.place, now)


async def _failed(tools: Tools, actor: Actor, named: Named, now: datetime) -> Refusal:
    refusal = named.why.refuse()
    async with tx():
        if named.subject:
            failure = await count_failure(named.subject, now)
            refusal = failure.refusal(now)
            if failure.fresh and failure.locked_until and named.account:
                await tell_of_lock(tools, actor, named.account, failure.locked_until, now=now)
        await audit.record(
            tools.vault,
            actor,
            Action.LOGIN_FAILED,
            named.account.id if named.account else "",
            now=now,
            result=refusal.entry.code,
        )
    return refusal


async def _let_in(  # noqa: PLR0913
    tools: Tools,
    actor: Actor,
    named: Named,
    account: Account,
    anew: str | None,
    place: Place,
    now: datetime,
) -> Entered:
    async with tx():
        # Somebody else's fifth failure, or a new password, may have come first.
        await hold_open(account.id, now)
        person = await _still_theirs(account, anew, now)
        await forget_failures(account.id)
        if account.changed_at + LASTS <= now:
            refusal = PASSWORD_EXPIRED.refuse(extra=await _renewal(person, now))
        else:
            standing = await standing_of(tools.vault, person, now)
            mandate = _wanted(standing, named.unit_id)
            opened = await open_desk(
                tools, person, Role.LEGAL_REP, mandate, place, Proof.PASSWORD, now=now
            )
            await audit.record(
                tools.vault,
                acting(actor, person, Role.LEGAL_REP, mandate, opened.session_id),
                Action.LOGIN,
                account.id,
                now=now,
                detail={"by": "password"},
            )
            choices = () if mandate else standing.of(Role.LEGAL_REP)
            return Entered(opened, choices, _days_left(account, now))
    raise refusal


async def _still_theirs(account: Account, anew: str | None, now: datetime) -> Person:
    current = await Account.get_or_none(id=account.id).select_related("person")
    if current is None or current.revision != account.revision:
        raise CREDENTIALS_WRONG.refuse()
    if current.status is not AccountStatus.ACTIVE:
        raise ACCOUNT_DISABLED.refuse()
    require_active(current.person)
    await Account.filter(id=account.id, revision=account.revision).update(
        last_login_at=now, password_hash=anew or account.password_hash
    )
    return current.person


def _wanted(standing: Standing, unit_id: str) -> Mandate | None:
    mandates = standing.require(Role.LEGAL_REP)
    named = [mandate for mandate in mandates if mandate.unit.id == unit_id]
    if named:
        return named[0]
    return mandates[0] if len(mandates) == 1 else None


def _days_left(account: Account, now: datetime) -> int | None:
    left = account.changed_at + LASTS - now
    return left.days if left <= WARNED else None


async def _renewal(person: Person, now: datetime) -> dict[str, object]:
    """A token by which whoever knew the expired password may set another one."""
    token = secrets.token_urlsafe(32)
    await PasswordToken.create(
        id=new_id(),
        person_id=person.id,
        purpose=TokenPurpose.RENEW,
        digest=digest(token),
        created_at=now,
        expires_at=now + RENEWAL_LASTS,
    )
    return {"set_password": token}
