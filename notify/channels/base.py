"""What every channel is: something that sends one message to one address and says how it went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes, in clear, only ever in memory.

    to: the platform's id of the user, a phone number or an e-mail address; key: the delivery's
    recipient_key, by which it is found again without being named.
    """

    to: str = field(repr=False)
    key: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message as one channel shows it, already shaped to the channel's limits.

    template: the platform's id of it, `` where there are none; fields: its fields; page: where it
    leads, without a leading slash; text and title: for channels of free text. once: a number that
    is the same each time this delivery is tried, for channels that know idempotency keys.
    """

    template: str
    fields: Mapping[str, str]
    page: str | None = None
    title: str = ""
    text: str = ""
    once: str = ""


class Reason(StrEnum):
    """Why a message did not leave, or what else is to be done about it.

    busy: the platform is; unreachable: it surely did not get it; unanswered: nobody knows whether
    it got it; quota: the platform's limit for all of us; crowded: another call for this recipient
    is under way; token: our access token was refused; no_consent: the person has not subscribed, or
    used it up; recipient: this address is not there (any more); template: template, page or fields
    are wrong; forbidden: our account or its permissions are.
    """

    BUSY = "busy"
    UNREACHABLE = "unreachable"
    UNANSWERED = "unanswered"
    QUOTA = "quota"
    CROWDED = "crowded"
    TOKEN = "token"  # noqa: S105
    NO_CONSENT = "no_consent"
    RECIPIENT = "recipient"
    TEMPLATE = "template"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform accepted it. msgid: by which it will report what became of it."""

    msgid: str | None = None


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now. after_s: what the platform asked for, at least; code: its errcode."""

    reason: Reason
    after_s: float | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never, this way."""

    reason: Reason
    code: str = ""


Outcome: TypeAlias = Delivered | TryLater | GiveUp


class Channel(Protocol):
    """A way out. Sends once, never repeats by itself, never raises for what a platform does."""

    async def send(self, address: Address, message: Message) -> Outcome:
        """Send one message."""
        ...
