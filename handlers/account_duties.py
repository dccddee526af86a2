"""What the clock does for password accounts: a word before a password expires, and sleep."""

from datetime import datetime, timedelta

from tortoise.expressions import F, Q

from handlers.password_logins import LASTS, WARNED
from models import outbox
from models.account import Account, AccountStatus
from models.database import tx

SLEEPS_AFTER = timedelta(days=180)
BATCH = 500


async def warn_of_expiry(*, now: datetime) -> int:
    """Owe a word to those whose password ends within a week, once a password; how many."""
    warned = 0
    due = Account.filter(
        Q(reminded_at=None) | Q(reminded_at__lt=F("changed_at")),
        status=AccountStatus.ACTIVE,
        changed_at__lte=now - LASTS + WARNED,
    )
    for account in await due.limit(BATCH):
        async with tx():
            mine = await Account.filter(
                id=account.id, revision=account.revision, reminded_at=account.reminded_at
            ).update(reminded_at=now)
            if not mine:
                continue
            ends = account.changed_at + LASTS
            await outbox.put(
                outbox.Topic.ACCOUNT_PASSWORD_EXPIRING,
                account.id,
                [outbox.person(account.person_id)],
                {"due": ends.isoformat()},
                dedupe_key=f"password_expiring:{account.id}:{account.revision}",
                now=now,
            )
            warned += 1
    return warned


async def put_to_sleep(*, now: datetime) -> int:
    """Accounts in which nobody has come in for 180 days sleep until a scan; how many.

    The password alone no longer opens them, the e-card does.   Source: domain §7.4 (DORMANT).
    """
    before = now - SLEEPS_AFTER
    return await Account.filter(
        Q(last_login_at__lt=before) | Q(last_login_at=None, changed_at__lt=before),
        status=AccountStatus.ACTIVE,
    ).update(status=AccountStatus.DORMANT)
