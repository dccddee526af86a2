"""Failed tries and the lock they end in 密码错误与锁定: five in 15 minutes stop logins for 30.

Only password logins are stopped: a lock that stopped the QR as well would let anybody keep anybody
out (domain §7.4). Tries are counted in the database, one row a subject, so that processes agree.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from handlers.tools import Tools
from models import audit, outbox
from models.account import Account, AccountLock, AccountStatus
from models.actor import Actor
from models.audit import Action
from models.database import require_transaction, tx
from models.errors.entry import Refusal
from models.errors.login import ACCOUNT_LOCKED, CREDENTIALS_WRONG, TRIES_LEFT
from models.errors.system import NOT_FOUND

MOST, WITHIN, LASTS = 5, timedelta(minutes=15), timedelta(minutes=30)
STRANGER = "x:"
"""How the subject of a name begins that is no account; an account's is its id."""
TOLD_FROM = 3
"""The failure from which on people are told how many tries are left."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed try led to: how many there are, and until when the subject is locked.

    fresh: whether it was this one that locked it.
    """

    count: int
    locked_until: datetime | None
    fresh: bool = False

    def refusal(self, now: datetime) -> Refusal:
        """SB-2003, from the third failure on SB-2007, from the fifth on SB-2006."""
        if self.locked_until is not None:
            return _locked(self.locked_until, now)
        if self.count >= TOLD_FROM:
            return TRIES_LEFT.refuse(n=MOST - self.count)
        return CREDENTIALS_WRONG.refuse()


def _locked(until: datetime, now: datetime) -> Refusal:
    left_s = max(1, int((until - now).total_seconds()))
    return ACCOUNT_LOCKED.refuse(retry_after_s=left_s, n=-(-left_s // 60))


async def require_open(subject: str, now: datetime) -> None:
    """Refuses: ACCOUNT_LOCKED while the subject is locked. In a transaction the row stays held."""
    row = await AccountLock.get_or_none(id=subject)
    if row is not None and row.locked_until is not None and now < row.locked_until:
        raise _locked(row.locked_until, now)


async def hold_open(subject: str, now: datetime) -> None:
    """`require_open` under the row's own lock: who counts a failure waits. Refuses: ACCOUNT_LOCKED.

    Must be called inside a transaction.
    """
    require_transaction()
    await AccountLock.filter(id=subject).select_for_update().first()
    await require_open(subject, now)


async def count_failure(subject: str, now: datetime) -> Failure:
    """Count one failed try. Must be called inside a transaction; its row is held until the commit.

    The window slides: every failure knows its moment, so no run of five within 15 minutes escapes.
    """
    require_transaction()
    fresh = AccountLock(id=subject, failed_at="[]", touched_at=now)
    await AccountLock.bulk_create([fresh], ignore_conflicts=True)
    row = await AccountLock.filter(id=subject).select_for_update().get()
    if row.locked_until is not None and now < row.locked_until:
        return Failure(MOST, row.locked_until)
    since = (now - WITHIN).timestamp()
    moments = [at for at in msgspec.json.decode(row.failed_at, type=list[float]) if at > since]
    moments.append(now.timestamp())
    until = now + LASTS if len(moments) >= MOST else None
    await AccountLock.filter(id=subject).update(
        failed_at="[]" if until else msgspec.json.encode(moments).decode(),
        locked_until=until,
        touched_at=now,
    )
    return Failure(len(moments), until, fresh=until is not None)


async def forget_failures(subject: str) -> None:
    """Start to count anew."""
    await AccountLock.filter(id=subject).delete()


async def tell_of_lock(
    tools: Tools, actor: Actor, account: Account, until: datetime, *, now: datetime
) -> None:
    """Record that an account was locked and owe its holder a word. Inside the transaction."""
    await outbox.put(
        outbox.Topic.ACCOUNT_LOCKED,
        account.id,
        [outbox.person(account.person_id)],
        {"until": until.astimezone(UTC).isoformat()},
        dedupe_key=f"account_locked:{account.id}:{int(until.timestamp())}",
        now=now,
    )
    await audit.record(tools.vault, actor, Action.ACCOUNT_LOCK, account.id, now=now)


async def unlock(
    tools: Tools, actor: Actor, account_id: str, *, now: datetime, reason: str = ""
) -> None:
    """Unlock an account at the window or by an administrator; one that is not locked stays so.

    Refuses: NOT_FOUND.   Source: 常见问题 1.1 (联系社保部门或系统管理员进行解锁).
    """
    async with tx():
        account = await Account.get_or_none(id=account_id)
        if account is None:
            raise NOT_FOUND.refuse()
        await _unlock(tools, actor, account, "officer", now, reason)


async def unlock_by_card(tools: Tools, actor: Actor, person_id: str, *, now: datetime) -> None:
    """Unlock, and wake, the account of a legal representative who has just scanned.

    Must be called inside the transaction of the login.
    """
    account = await Account.get_or_none(person_id=person_id)
    if account is None:
        return
    if account.status is AccountStatus.DORMANT:
        await Account.filter(id=account.id, status=AccountStatus.DORMANT).update(
            status=AccountStatus.ACTIVE, last_login_at=now
        )
    await _unlock(tools, actor, account, "card", now)


async def unlock_by_time(tools: Tools, *, now: datetime) -> int:
    """Tell those whose lock has run out, once each; how many there were. A duty of the clock."""
    told = 0
    for row in await AccountLock.filter(locked_until__lte=now).limit(500):
        async with tx():
            if not await AccountLock.filter(id=row.id, locked_until=row.locked_until).delete():
                continue
            stranger = row.id.startswith(STRANGER)
            account = None if stranger else await Account.get_or_none(id=row.id)
            if account is not None:
                await _tell_of_unlock(tools, Actor(), account, "time", now)
                told += 1
    return told


async def _unlock(
    tools: Tools, actor: Actor, account: Account, by: str, now: datetime, reason: str = ""
) -> None:
    row = await AccountLock.get_or_none(id=account.id)
    if row is None or not await AccountLock.filter(id=account.id).delete():
        return
    if row.locked_until is not None and now < row.locked_until:
        await _tell_of_unlock(tools, actor, account, by, now, reason)


async def _tell_of_unlock(
    tools: Tools, actor: Actor, account: Account, by: str, now: datetime, reason: str = ""
) -> None:
    await outbox.put(
        outbox.Topic.ACCOUNT_UNLOCKED,
        account.id,
        [outbox.person(account.person_id)],
        {"by": by},
        dedupe_key=f"account_unlocked:{account.id}:{int(now.timestamp())}",
        now=now,
    )
    said = {"by": by} | ({"reason": reason} if reason else {})
    await audit.record(tools.vault, actor, Action.ACCOUNT_UNLOCK, account.id, now=now, detail=said)
