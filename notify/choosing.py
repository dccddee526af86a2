"""Choosing who is told how: preferences, quota, quiet hours, what steps in. Nothing is read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from models.vocabulary import DeliveryChannel
from notify.ports import Letter, Route
from notify.quiet import Quiet
from notify.texts.entry import Text
from notify.texts.templates import Templates
from notify.writer import PLATFORMS

UNREAD = "unread"
SPARE_AFTER_PUSH = timedelta(minutes=10)
"""How long SMS waits at least when a push went out, so that it is spared who reads that."""
UNCOUNTED = 1 << 30


@dataclass(slots=True)
class AccountReach:
    """An account at a platform. left: how many messages it still takes, by template."""

    channel: DeliveryChannel
    key: str
    left: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody can be reached. accounts: in the order of preference, each platform once;
    spare: recipient keys of phone and mailbox; off: channels switched off, by group.
    """

    accounts: Sequence[AccountReach] = ()
    spare: Mapping[DeliveryChannel, str] = field(default_factory=dict)
    off: Collection[tuple[str, DeliveryChannel]] = ()
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Chooser:
    """Chooses with the templates of this installation. open: the channels that it has."""

    templates: Templates
    open: Collection[DeliveryChannel]

    def routes(self, text: Text, letter: Letter, reach: Reach, now: datetime) -> list[Route]:
        """The pushes of a letter: one platform at most, and what steps in while it is unread.

        A message that a platform has no credit for takes none: it is in the inbox.
        """
        push = self.push(text, letter, reach, now)
        routes = [push] if push else []
        if text.spare is not None:
            wait = max(text.spare, SPARE_AFTER_PUSH) if push else text.spare
            routes += self.spare(text, letter, reach, now=now, after=wait)
        return routes

    def push(
        self,
        text: Text,
        letter: Letter,
        reach: Reach,
        now: datetime,
        *,
        tried: Collection[DeliveryChannel] = (),
    ) -> Route | None:
        """The push by the first platform that takes it, counting it against the credits."""
        for account in reach.accounts:
            template = self.templates.of(PLATFORMS[account.channel], text)
            if template is None or not self._may(text, account.channel, reach, tried):
                continue
            left = UNCOUNTED if template.long_term else account.left.get(template.id, 0)
            if left <= 0:
                continue
            if left < UNCOUNTED:
                account.left[template.id] = left - 1
            due_at = _due_at(text, reach, now)
            return Route(
                account.channel,
                account.key,
                template.id,
                due_at=due_at,
                expires_at=_expires_at(text, letter, due_at),
                digest_key=_digest_key(text, letter, due_at),
                once=letter.topic.value.startswith("login."),
            )
        return None

    def spare(
        self,
        text: Text,
        letter: Letter,
        reach: Reach,
        *,
        now: datetime,
        after: timedelta,
        tried: Collection[DeliveryChannel] = (),
    ) -> list[Route]:
        """SMS, or e-mail where there is no phone, unless the message is read meanwhile."""
        for channel in (DeliveryChannel.SMS, DeliveryChannel.EMAIL):
            key = reach.spare.get(channel)
            if key and self._may(text, channel, reach, tried):
                due_at = _due_at(text, reach, now + after) or (now + after if after else None)
                route = Route(channel, key, due_at=due_at, guard=UNREAD)
                return [replace(route, expires_at=_expires_at(text, letter, due_at))]
        return []

    def _may(
        self,
        text: Text,
        channel: DeliveryChannel,
        reach: Reach,
        tried: Collection[DeliveryChannel],
    ) -> bool:
        switched_off = (text.group.value, channel) in reach.off and not text.mandatory
        return channel in self.open and channel not in tried and not switched_off


def _due_at(text: Text, reach: Reach, at: datetime) -> datetime | None:
    return None if text.urgent or reach.quiet is None else reach.quiet.over_at(at)


def _expires_at(text: Text, letter: Letter, due_at: datetime | None) -> datetime:
    # What waited for the end of quiet hours is not yet stale then.
    return max(letter.created_at, due_at or letter.created_at) + text.lives


def _digest_key(text: Text, letter: Letter, due_at: datetime | None) -> str | None:
    """What waits until morning, or is not pressing, goes out together with its like."""
    if text.urgent or not (due_at or text.priority > 1):
        return None
    return f"{text.group}:{letter.facts.get('unit') or letter.facts.get('unit_id') or ''}"
