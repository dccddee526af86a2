"""Credentials of the sandbox's own apps: public, and worthless anywhere else.

Alipay's RSA keys are made when the sandbox starts (`sandbox/alipay/keys.py`); all of them together
can be read at `GET /_ctl/credentials`.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class WeChatApp:
    """A WeChat mini-program and the settings of its message push."""

    appid: str = "wx239900sandbox01"
    secret: str = "5a6e7862616e67736e64627853656372"  # noqa: S105
    token: str = "zhangbanSandboxToken"  # noqa: S105
    aes_key: str = "c2FuZGJveEFlc0tleUZvclpoYW5nYmFuU2FuZGJveDA"
    original_id: str = "gh_239900sandbx"


@dataclass(frozen=True, slots=True)
class ECardChannel:
    """An access channel of the e-card platform. encrypt_key and iv: 16 ASCII characters each."""

    channel_no: str = "2399000001"
    access_no: str = "239900"
    access_key: str = "sandbox2399accesskey000000000001"
    secret_key: str = "U2FuZGJveFNlY3JldEtleTIzOTkw"  # noqa: S105
    encrypt_key: str = "sandboxEncryptK1"
    iv: str = "sandboxInitVect1"
    system_name: str = "zhangban"


@dataclass(frozen=True, slots=True)
class SmsCustomer:
    """A customer of the text message gateway."""

    key: str = "sandbox-sms"
    secret: str = "sandboxSmsSecret2399"  # noqa: S105


@dataclass(frozen=True, slots=True)
class CaCustomer:
    """A customer of the CA."""

    key: str = "sandbox-ca"
    secret: str = "sandboxCaSecret2399"  # noqa: S105


@dataclass(frozen=True, slots=True)
class CoreCustomer:
    """Who may ask the core system."""

    key: str = "sandbox-core"
    secret: str = "sandboxCoreSecret2399"  # noqa: S105


WECHAT = WeChatApp()
SMS = SmsCustomer()
CA = CaCustomer()
CORE = CoreCustomer()
ALIPAY_APPID = "2399000000000001"
ECARD = ECardChannel()


def fixed() -> dict[str, dict[str, str]]:
    """The credentials that never change, as `GET /_ctl/credentials` words them."""
    return {
        "wechat": asdict(WECHAT),
        "alipay": {"appid": ALIPAY_APPID},
        "ecard": asdict(ECARD),
        "sms": asdict(SMS),
        "ca": asdict(CA),
        "core": asdict(CORE),
    }
