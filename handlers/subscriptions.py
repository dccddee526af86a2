"""Consent to be written to 订阅: what the platform's prompt and its events say, counted once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.database import tx
from models.errors.system import FORBIDDEN
from models.ids import new_id
from models.person import PlatformAccount
from models.subscription import Subscription, SubscriptionEntry
from models.vocabulary import Platform, SubscriptionMode

MOST_CLAIMED = 20
"""More credits than this are not believed of a phone: what it reports can be forged."""
TOGETHER = timedelta(minutes=10)
"""A prompt's answer and the platform's event of the same prompt come within this time."""


class Answered(StrEnum):
    """What a person chose for a template, as the platforms word it; withdraw: in the settings."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"
    FILTER = "filter"
    WITHDRAW = "withdraw"


class Told(StrEnum):
    """Who says so: the phone of its prompt, or the platform by its event."""

    PROMPT = "prompt"
    EVENT = "event"


async def list_subscriptions(person_id: str) -> Sequence[Subscription]:
    """What a person's accounts take, each with its account."""
    return await Subscription.filter(account__person_id=person_id).select_related("account")


async def accounts_of(person_id: str) -> Sequence[PlatformAccount]:
    """A person's accounts, the newest of each platform first."""
    return await PlatformAccount.filter(person_id=person_id).order_by("-bound_at", "-id")


async def record_prompt(
    account_id: str,
    prompt_id: str,
    answers: Mapping[str, Answered],
    long_term: Collection[str],
    *,
    now: datetime,
) -> None:
    """Record what a person answered to the platform's prompt, once per prompt_id.

    answers: by template id; long_term: those templates of which one consent is for ever. Refuses:
    FORBIDDEN when the session is no phone's.
    """
    async with tx():
        if await PlatformAccount.get_or_none(id=account_id) is None:
            raise FORBIDDEN.refuse()
        for template, answer in answers.items():
            change = _Change(Told.PROMPT, answer, f"{account_id}:{prompt_id}:{template}")
            await _record(account_id, template, change, forever=template in long_term, now=now)


async def record_event(
    openid: str, template: str, source: str, answer: Answered, *, forever: bool, now: datetime
) -> bool:
    """Record what WeChat says that its user chose, once per source; whether it was new.

    Must be called inside a transaction. An account that we do not know is nobody's: there is
    nothing to record.
    """
    account = await PlatformAccount.get_or_none(
        platform=Platform.WECHAT, kind="openid", subject=openid
    )
    if account is None:
        return False
    change = _Change(Told.EVENT, answer, source)
    return await _record(account.id, template, change, forever=forever, now=now)


@dataclass(frozen=True, slots=True)
class _Change:
    told: Told
    answer: Answered
    id: str

    @property
    def kind(self) -> str:
        """How the sources of such changes begin."""
        return _kind(self.told, self.answer)

    @property
    def source(self) -> str:
        """What the change is known by for ever."""
        return f"{self.kind}{self.id}"[:120]


def _kind(told: Told, answer: Answered) -> str:
    return f"{told}:{answer}:"


async def _record(
    account_id: str, template: str, change: _Change, *, forever: bool, now: datetime
) -> bool:
    row = await _subscription(account_id, template)
    if await SubscriptionEntry.exists(source=change.source):
        return False
    gain = 0
    if change.answer is Answered.ACCEPT:
        gain = await _gain(row, change, now)
        mode = SubscriptionMode.LONG if forever else row.mode
        dates = {"mode": mode, "accepted_at": now, "refused_at": None}
    else:
        # Saying no to one prompt takes nothing back of what was agreed to before.
        gain = -row.remaining if change.answer is Answered.WITHDRAW else 0
        mode = SubscriptionMode.ONCE if change.answer is Answered.WITHDRAW else row.mode
        dates = {"mode": mode, "refused_at": now}
    await SubscriptionEntry.create(
        account_id=account_id, template=template, source=change.source, change=gain, at=now
    )
    await Subscription.filter(id=row.id).update(remaining=row.remaining + gain, **dates)
    return True


async def _gain(row: Subscription, change: _Change, now: datetime) -> int:
    """1 unless the other side has told of this prompt already: each prompt is one credit.

    What came from one side is compared with what came from the other, within minutes.
    """
    mine = change.told
    other = Told.EVENT if mine is Told.PROMPT else Told.PROMPT
    lately = SubscriptionEntry.filter(
        account_id=row.account_id, template=row.template, at__gt=now - TOGETHER
    )
    from_me = await lately.filter(source__startswith=change.kind).count()
    from_other = await lately.filter(source__startswith=_kind(other, Answered.ACCEPT)).count()
    if from_me < from_other:
        return 0
    return 0 if mine is Told.PROMPT and row.remaining >= MOST_CLAIMED else 1


async def _subscription(account_id: str, template: str) -> Subscription:
    """The row, locked until the transaction ends; made when it is not there."""
    await Subscription.bulk_create(
        [Subscription(id=new_id(), account_id=account_id, template=template)],
        ignore_conflicts=True,
    )
    found = Subscription.filter(account_id=account_id, template=template)
    return await found.select_for_update().get()
