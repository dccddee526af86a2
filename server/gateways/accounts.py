"""What each platform issued us: addresses, numbers, keys and time limits, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class WeChatAccount:
    """Our WeChat mini-program 微信小程序 account. base_url has no trailing slash.

    env_version: which build codes and links open (release, trial, develop); miniprogram_state: the
    same for messages in the platform's other words (formal, trial, developer).
    """

    base_url: str
    appid: str
    secret: str = field(repr=False)
    env_version: str = "release"
    miniprogram_state: str = "formal"


@dataclass(frozen=True, slots=True)
class CaAccount:
    """An account at the CA 证书机构. base_url has no trailing slash."""

    base_url: str
    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CoreAccount:
    """An account at the core system 业务系统. base_url has no trailing slash."""

    base_url: str
    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PushKeys:
    """What authenticates a push from WeChat. aes_key None: the account is in plain mode.

    With an aes_key only encrypted pushes are believed, because the plain signature of an encrypted
    push also fits a forged plain body.
    """

    appid: str
    token: str = field(repr=False)
    aes_key: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlipayCertificates:
    """Certificate mode 公钥证书模式: three PEM texts as downloaded from the open platform."""

    app: str
    alipay: str
    alipay_root: str


@dataclass(frozen=True, slots=True)
class AlipayAccount:
    """Our Alipay mini-program 支付宝小程序 account. gateway_url ends in `/gateway.do`.

    private_key, public_key: PEM or the bare base64 that the console hands out. Either public_key
    (Alipay's, key mode) or certificates must be there. aes_key: base64, for content encryption.
    """

    gateway_url: str
    appid: str
    private_key: str = field(repr=False)
    public_key: str | None = None
    certificates: AlipayCertificates | None = None
    aes_key: str | None = field(default=None, repr=False)


CARD_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "qr_code": ("qrCode", "qRCodeId", "qrcode"),
        "content": ("qrCodeUrl", "content", "qrContent"),
        "expires_in_s": ("expireTime", "expiresIn"),
        "state": ("state", "status", "qrState"),
        "sign_no": ("signNo",),
        "essc_no": ("esscNo",),
        "id_no": ("aac002", "aac147"),
        "id_type": ("aac058",),
        "name": ("aac003",),
        "region": ("aab301",),
        "card_state": ("aaz502",),
    }
)
"""Where an answer holds what we need; unpublished, hence a setting (platforms §4.4, §8)."""


@dataclass(frozen=True, slots=True)
class ECardAccount:
    """Our channel 渠道 on the e-card platform's service bus. base_url has no trailing slash.

    encrypt_key, iv: 16 ASCII characters each; cipher: `aes-cbc` or `sm4-cbc`. names: field names
    per meaning, first present wins. missing_codes: msgCodes that say the person holds no e-card;
    invalid_codes: those that say a signNo or qrCode is spent or unknown. qr_life_s: used when the
    platform does not state a life. state_needed: refuse an identity that comes without aaz502.
    """

    base_url: str
    channel_no: str
    access_no: str
    access_key: str
    secret_key: str = field(repr=False)
    encrypt_key: str = field(repr=False)
    iv: str = field(repr=False)
    system_name: str
    cipher: str = "aes-cbc"
    names: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: CARD_NAMES)
    missing_codes: frozenset[str] = frozenset({"100404", "100405"})
    invalid_codes: frozenset[str] = frozenset({"701", "702"})
    qr_life_s: int = 120
    state_needed: bool = True
