"""What the engine needs of those who know people and wordings (notify.routing, notify.texts)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from models.outbox import Recipient, Topic
from models.vocabulary import DeliveryChannel, Urgency
from notify.channels.base import Message


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one recipient, before anybody has decided how to push it.

    recipient: a person wherever one is known; person_id: None for who has never logged in; facts:
    those of the event, without personal values.
    """

    id: str
    topic: Topic
    subject: str
    recipient: Recipient
    person_id: str | None
    facts: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Route:
    """One push of a letter, as it will stand in deliveries (see models.delivery for the words).

    due_at None: at once; later for quiet hours, or for a second channel that waits whether the
    message is read (guard `unread`).
    """

    channel: DeliveryChannel
    recipient_key: str
    template: str = ""
    due_at: datetime | None = None
    expires_at: datetime | None = None
    guard: str = ""
    digest_key: str | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written for a letter. series: see models.inbox; routes may be empty.

    facts: what the message keeps, when it is more than the event said (the unit's name of then).
    """

    urgency: Urgency = Urgency.NORMAL
    series: str = ""
    unit_id: str | None = None
    expires_at: datetime | None = None
    text_version: int = 1
    facts: Mapping[str, Any] | None = None
    routes: Sequence[Route] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Debt:
    """A delivery that is about to be sent, with what its text is made of.

    digested: the other letters that this push speaks for as well, oldest first.
    """

    id: int
    channel: DeliveryChannel
    recipient_key: str
    template: str
    letter: Letter
    text_version: int
    digested: Sequence[Letter] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery that ended without arriving. reason: the channel's, or why it was not sent."""

    id: int
    channel: DeliveryChannel
    recipient_key: str
    template: str
    message_id: str
    reason: str


class Router(Protocol):
    """Decides who is told how: topics, preferences, quiet hours, quota, fallback, digest."""

    async def plan(self, letters: Sequence[Letter], now: datetime) -> Sequence[Plan]:
        """One plan per letter, in the same order. Called inside the planner's transaction."""
        ...

    async def accepted(self, debts: Sequence[tuple[DeliveryChannel, str, str]]) -> None:
        """The platform accepted these (channel, recipient_key, template): spend their quota.

        Called inside the transaction that settles them.
        """
        ...

    async def ended(self, ended: Sequence[Ended], now: datetime) -> Sequence[tuple[str, Route]]:
        """What stands in for deliveries that ended in vain: (message_id, route).

        A no_consent zeroes the quota here. Called inside the transaction that settles them.
        """
        ...


class Writer(Protocol):
    """Words a message for a channel, shaped to the channel's limits."""

    def compose(self, debt: Debt) -> Message:
        """The message for this delivery. Raises ValueError when it has no such text."""
        ...


class AddressBook(Protocol):
    """Knows where people are: opens what is sealed, only for sending."""

    async def find(self, channel: DeliveryChannel, keys: Sequence[str]) -> Mapping[str, str]:
        """The address in clear behind each recipient_key that has one."""
        ...
