"""What the handlers need of the outside world: small protocols that gateways implement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from handlers.filing_events import Result
from handlers.unit_sync import SentUnit
from models.trust import Issuer
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


class Source(StrEnum):
    """Which registry 登记信息库: 营商, 养老参保 or 机关事业 (domain S1-5.1.1)."""

    MARKET = "market"
    PENSION_ENTERPRISE = "pension_enterprise"
    PENSION_PUBLIC = "pension_public"


@dataclass(frozen=True, slots=True)
class Found:
    """The registry's own record of a unit. Its values are compared with, never shown.

    legal_rep_id_no: None where the registry does not hold it.
    """

    uscc: str
    name: str
    legal_rep_name: str
    legal_rep_id_no: str | None


@dataclass(frozen=True, slots=True)
class NotFound:
    """The registry answered, and does not know the unit."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The registry did not answer; nothing is known about the unit."""


LookUp = Found | NotFound | Unavailable


class Registries(Protocol):
    """The three registries that a registration is checked against."""

    async def look_up(self, source: Source, uscc: str) -> LookUp:
        """What one registry holds under a USCC 统一社会信用代码. Never raises for its faults."""
        ...


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


class Revocation(StrEnum):
    """What a CA says of a certificate; unknown: it did not answer, or gives no address."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RevocationQuestion:
    """Whose certificate, and where its CA tells. serial: hex."""

    issuer: Issuer
    serial: str
    crl_url: str
    ocsp_url: str


class RevocationLists(Protocol):
    """What CAs have revoked, by CRL or OCSP."""

    async def look_up(self, asked: RevocationQuestion) -> Revocation:
        """What a CA says of one certificate. Never raises for the CA's faults."""
        ...


class CaState(StrEnum):
    """How far a CA is with a request for a renewal."""

    PENDING = "pending"
    ISSUED = "issued"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RenewalRequest:
    """What a CA 证书机构 has to know to renew a certificate. id: our request's; serial: hex."""

    id: str
    uscc: str
    unit_name: str
    issuer: str
    serial: str
    not_after: datetime


@dataclass(frozen=True, slots=True)
class CaAnswer:
    """What a CA says. file: the new certificate once issued; reason: why it refused, in Chinese."""

    state: CaState
    file: bytes = b""
    reason: str = ""


class CertificateAuthority(Protocol):
    """A CA that renews certificates online. Each call refuses with CA_UNAVAILABLE."""

    async def renew(self, request: RenewalRequest) -> CaAnswer:
        """Ask for a successor, or how far an earlier request is; the same id is one request."""
        ...

    async def withdraw(self, request_id: str) -> None:
        """Say that nobody waits for this request any more."""
        ...


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Units that have changed, oldest change first; a row that cannot be read is rejected already.

    position: behind which the next page begins, the core system's own word; more: whether it is
    there now.
    """

    rows: tuple[SentUnit | Result, ...]
    position: str
    more: bool


class CoreSystem(Protocol):
    """The core system 业务系统, asked for what it has changed."""

    async def changed_units(self, after: str) -> UnitPage:
        """The page behind a position, '' for the first. Refuses: CORE_UNAVAILABLE."""
        ...


class PasswordHasher(Protocol):
    """Hashes passwords away from the loop. Each call refuses with BUSY when too many wait."""

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        ...

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; None takes as long and never is."""
        ...

    async def any_matches(self, kept: Sequence[str], password: str) -> bool:
        """Whether one of these is the hash of the password."""
        ...

    def outdated(self, kept: str) -> bool:
        """Whether a hash should be made anew."""
        ...
