"""Confirming once more who is acting, before a step that gives others power (domain §4.1 d)."""

from datetime import datetime, timedelta

from models.errors.grant import STEP_UP_NEEDED
from models.person import PlatformAccount
from models.store.session import Kind, Proof, Session

FRESH = timedelta(minutes=5)


async def require_fresh_identity(session: Session, now: datetime) -> None:
    """Refuse unless the e-card has vouched for the session's person within five minutes.

    On the desk that is the scan which opened the session, on a phone the last time the e-card
    mini-program handed the identity over. Refuses: STEP_UP_NEEDED.
    """
    if session.kind is Kind.PHONE:
        account = await PlatformAccount.get_or_none(
            id=session.account_id, person_id=session.person_id
        )
        confirmed = account.bound_at if account else None
        if confirmed is not None and now - confirmed <= FRESH:
            return
    elif session.proof is Proof.SCAN and opened_within(session, FRESH, now):
        return
    raise STEP_UP_NEEDED.refuse()


def opened_within(session: Session, span: timedelta, now: datetime) -> bool:
    """Whether a session was opened that recently."""
    return now.timestamp() * 1000 - session.opened_at_ms <= span.total_seconds() * 1000
