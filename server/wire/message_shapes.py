"""What clients get about messages (contract §10)."""

import msgspec

from models.vocabulary import DeliveryChannel, Platform, SubscriptionMode
from notify.texts.entry import Group


class MessageUnit(msgspec.Struct, frozen=True):
    """The unit that a message is about."""

    id: str
    name: str


class MessageLink(msgspec.Struct, frozen=True):
    """Where the person acts. rel: the kind of page; id: of what; url: null while there is none."""

    rel: str
    id: str
    url: str | None


class ShownMessage(msgspec.Struct, frozen=True):
    """A message of the inbox, in full."""

    id: str
    topic: str
    group: Group
    title: str
    body: str
    urgent: bool
    unit: MessageUnit | None
    link: MessageLink
    created_at: str
    read_at: str | None


class MessagePage(msgspec.Struct, frozen=True):
    """Messages, newest first."""

    items: list[ShownMessage]
    next_cursor: str | None


class UnreadCount(msgspec.Struct, frozen=True):
    """How many messages were not read. more: there are others beyond the count (`99+`)."""

    unread: int
    more: bool


class MarkedRead(msgspec.Struct, frozen=True):
    """How many messages were marked read. more: there are others, ask again."""

    marked: int
    more: bool


class ShownSubscription(msgspec.Struct, frozen=True):
    """A template at a platform. remaining: messages it still takes, null: any number.

    ask: whether a page should ask for consent, at the person's next tap; three at a time at most.
    """

    platform: Platform
    template_id: str
    key: str
    title: str
    mode: SubscriptionMode
    remaining: int | None
    ask: bool


class SubscriptionPage(msgspec.Struct, frozen=True):
    """What can be subscribed to, with what is left."""

    items: list[ShownSubscription]
    next_cursor: str | None


class GroupPreference(msgspec.Struct, frozen=True):
    """The channels of one group of topics. locked: some are told in any case."""

    group: Group
    title: str
    locked: bool
    channels: dict[DeliveryChannel, bool]


class QuietHours(msgspec.Struct, frozen=True):
    """Quiet hours in Beijing time."""

    starts: str
    ends: str


class ShownPreferences(msgspec.Struct, frozen=True):
    """What the person has chosen, group by group."""

    groups: list[GroupPreference]
    quiet_hours: QuietHours | None
