"""What a channel's answer means for a delivery; nothing is read or written here."""

from datetime import datetime, timedelta

from models.claims import Claimed
from models.settling import Settled
from models.vocabulary import DeliveryState
from notify.channels.base import Delivered, GiveUp, Outcome, Reason, TryLater
from notify.retry import pause_s


def judge(
    claim: Claimed, outcome: Outcome, now: datetime, companions: tuple[int, ...] = ()
) -> Settled:
    """How a claim is to be settled after its push was tried."""
    match outcome:
        case Delivered(msgid):
            return Settled(
                claim, DeliveryState.SENT, "delivered", now, msgid=msgid, companions=companions
            )
        case GiveUp(Reason.NO_CONSENT, code) if claim.doubt_since is not None:
            # There was a credit, or it would not have been routed: the try before has used it.
            return Settled(
                claim, DeliveryState.SENT, "assumed", now, code=code, companions=companions
            )
        case GiveUp(Reason.NO_CONSENT, code):
            return skipped(claim, Reason.NO_CONSENT.value, now, code=code)
        case GiveUp(reason, code):
            return Settled(
                claim, DeliveryState.FAILED, "give_up", now, reason=reason.value, code=code
            )
        case TryLater():
            return _later(claim, outcome, now)


def skipped(claim: Claimed, reason: str, now: datetime, *, code: str = "") -> Settled:
    """Not sent, and not to be: stale, superseded, read, not wanted."""
    return Settled(claim, DeliveryState.SKIPPED, "skipped", now, reason=reason, code=code)


def deferred(claim: Claimed, until: datetime, reason: str, now: datetime) -> Settled:
    """Put back untried."""
    return Settled(
        claim,
        DeliveryState.PENDING,
        "deferred",
        now,
        due_at=until,
        reason=reason,
        doubt_since=claim.doubt_since,
    )


def _later(claim: Claimed, later: TryLater, now: datetime) -> Settled:
    doubt = claim.doubt_since
    if later.reason is Reason.UNANSWERED:
        doubt = doubt or claim.started_at
    if claim.tries + 1 >= claim.most_tries:
        return Settled(
            claim,
            DeliveryState.DEAD,
            "try_later",
            now,
            tried=True,
            reason=later.reason.value,
            code=later.code,
            doubt_since=doubt,
        )
    return Settled(
        claim,
        DeliveryState.PENDING,
        "try_later",
        now,
        due_at=now + timedelta(seconds=pause_s(later, claim.tries)),
        tried=later.reason is not Reason.QUOTA,
        reason=later.reason.value,
        code=later.code,
        doubt_since=doubt,
    )
