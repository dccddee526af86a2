"""The outside world played at its ports: the e-card platform, and the phones' platforms."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.ports import CardIdentity, ECardQr, ECardQrState, ECardScan, PlatformAccountId
from models.errors.entry import Entry
from models.errors.scan import CARD_MISSING
from models.vocabulary import Platform


@dataclass(slots=True)
class Cards:
    """The e-card platform. by: the card behind a security text or a sign number.

    scan: what has become of every code that was drawn. broken: what each call refuses with.
    """

    by: dict[str, CardIdentity] = field(default_factory=dict)
    scan: ECardScan = field(default_factory=lambda: ECardScan(ECardQrState.PENDING, None))
    broken: Entry | None = None
    drawn: int = 0
    asked: int = 0

    async def create_qr(self) -> ECardQr:
        """A code that is new each time."""
        self._break()
        self.drawn += 1
        return ECardQr(f"code-{self.drawn}", f"https://ecard.example.cn/q?c={self.drawn}", 120)

    async def query_qr(self, qr_code: str) -> ECardScan:
        """What was set for it."""
        self.asked += 1
        self._break()
        return self.scan

    async def by_inbound(self, security: str) -> CardIdentity:
        """The card of a security text."""
        return self._card(security)

    async def by_sign_no(self, sign_no: str) -> CardIdentity:
        """The card of a sign number."""
        return self._card(sign_no)

    def _card(self, key: str) -> CardIdentity:
        self._break()
        if key not in self.by:
            raise CARD_MISSING.refuse()
        return self.by[key]

    def _break(self) -> None:
        if self.broken is not None:
            raise self.broken.refuse(state="挂失")


@dataclass(frozen=True, slots=True)
class RefusingPlatform:
    """WeChat or Alipay that does not let anybody in."""

    entry: Entry

    async def sign_in(self, code: str) -> PlatformAccountId:
        """Refuse."""
        raise self.entry.refuse(platform="微信")


@dataclass(slots=True)
class PhoneAccounts:
    """WeChat or Alipay played: accounts by login code; any other code is an account of its own."""

    accounts: Mapping[str, PlatformAccountId] = field(default_factory=dict)

    async def sign_in(self, code: str) -> PlatformAccountId:
        """The account of a code."""
        return self.accounts.get(code) or an_account_id(code)


def an_account_id(subject: str, platform: Platform = Platform.WECHAT) -> PlatformAccountId:
    """What the platform says of whoever holds a phone."""
    kind = "openid" if platform is Platform.WECHAT else "user_id"
    return PlatformAccountId(platform, "wx239900tests", kind, subject, None)
