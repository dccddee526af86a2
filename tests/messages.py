"""Builders of messages, accounts and credits."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from models.ids import new_id
from models.inbox import InboxMessage
from models.outbox import Recipient, RecipientKind, Topic, person
from models.person import Person, PlatformAccount
from models.subscription import Subscription
from models.vocabulary import Platform, SubscriptionMode, Urgency
from notify.ports import Letter
from tests.registered import DAY, NOW, numbers


async def a_message(
    to: Person,
    topic: Topic = Topic.GRANT_REVOKED,
    *,
    facts: Mapping[str, object] | None = None,
    unit_id: str | None = None,
    read_at: datetime | None = None,
) -> InboxMessage:
    """A message in a person's inbox, newer than those before it."""
    number = next(numbers)
    return await InboxMessage.create(
        id=f"01j{number:023d}",
        recipient=str(person(to.id)),
        person=to,
        unit_id=unit_id,
        topic=topic,
        subject=new_id(),
        event_key=f"test:{number}",
        facts=msgspec.json.encode(dict(facts or {})).decode(),
        urgency=Urgency.NORMAL,
        created_at=NOW,
        read_at=read_at,
    )


async def an_account(holder: Person, platform: Platform = Platform.WECHAT) -> PlatformAccount:
    """A person's account at a platform."""
    return await PlatformAccount.create(
        id=new_id(),
        platform=platform,
        appid="wx",
        kind="openid" if platform is Platform.WECHAT else "open_id",
        subject=f"subject-{next(numbers)}",
        person=holder,
        bound_at=NOW - DAY,
        created_at=NOW - DAY,
    )


async def a_credit(
    account: PlatformAccount,
    template: str,
    remaining: int = 1,
    mode: SubscriptionMode = SubscriptionMode.ONCE,
) -> Subscription:
    """What an account still takes of a template."""
    return await Subscription.create(
        id=new_id(), account=account, template=template, remaining=remaining, mode=mode
    )


def a_letter(
    to: Person | Recipient,
    topic: Topic = Topic.GRANT_REVOKED,
    facts: Mapping[str, object] | None = None,
) -> Letter:
    """A letter to a person, or to somebody who is known by a row only."""
    known = isinstance(to, Person)
    return Letter(
        id=new_id(),
        topic=topic,
        subject=new_id(),
        recipient=Recipient(RecipientKind.PERSON, to.id) if isinstance(to, Person) else to,
        person_id=to.id if known else None,
        facts=dict(facts or {}),
        created_at=NOW,
    )
