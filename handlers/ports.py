"""What the handlers need of the outside world: small protocols that gateways implement."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from models.vocabulary import CardState, IdType, Platform


@dataclass(frozen=True, slots=True)
class PlatformAccountId:
    """Who the mini-program's platform says is holding the phone.

    kind: `openid` (WeChat), `open_id` or `user_id` (Alipay): the same number under another kind is
    another account. subject is only unique per appid.
    """

    platform: Platform
    appid: str
    kind: str
    subject: str
    unionid: str | None


@dataclass(frozen=True, slots=True)
class CardIdentity:
    """The natural person 自然人 whom the e-card 电子社保卡 vouches for, and the card's state."""

    id_type: IdType
    id_no: str
    name: str
    essc_no: str | None
    region: str | None
    state: CardState


class ECardQrState(StrEnum):
    """State of a QR code that the e-card platform issued (platforms §4.3)."""

    PENDING = "pending"
    SCANNED = "scanned"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class ECardQr:
    """A QR code for the e-card app's own scanner. content: the text to draw."""

    qr_code: str
    content: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class ECardScan:
    """What became of an e-card QR code; identity is there once it is confirmed."""

    state: ECardQrState
    identity: CardIdentity | None


class PhonePlatform(Protocol):
    """WeChat or Alipay, as far as signing in goes."""

    async def sign_in(self, code: str) -> PlatformAccountId:
        """Exchange a one-time login code. Refuses: PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE."""
        ...


class ECard(Protocol):
    """The electronic social-security card platform, both ways in (platforms §4.4).

    Each call refuses with ECARD_UNAVAILABLE when the platform does not answer, CARD_MISSING when
    there is no card, CARD_ABNORMAL when the card's state forbids logging in.
    """

    async def create_qr(self) -> ECardQr:
        """Ask for a QR code that the e-card app can scan."""
        ...

    async def query_qr(self, qr_code: str) -> ECardScan:
        """Ask what became of it."""
        ...

    async def by_inbound(self, security: str) -> CardIdentity:
        """The person whom the e-card mini-program handed over (`?security=`)."""
        ...

    async def by_sign_no(self, sign_no: str) -> CardIdentity:
        """The person behind an issue number 签发号; each number works once."""
        ...
