"""The settings: read once from the environment, checked as a whole, never changed (contract §2)."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from models.filing_window import FilingWindow
from models.trust import Issuers
from models.vocabulary import Channel
from notify.texts.templates import Templates
from server import read_text


class SettingsError(Exception):
    """The environment is not usable; the message names every fault at once."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def _setting(env: str, default: str | None, about: str, *, secret: bool = False) -> Any:
    return field(metadata={"env": env, "default": default, "about": about, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides. Secrets have no default; an unused platform may stay empty."""

    database_url: str = _setting(
        "ZB_DATABASE_URL", "sqlite://var/zhangban.db", "sqlite://path or postgres://user@host/name"
    )
    redis_url: str = _setting(
        "ZB_REDIS_URL", "memory://", "memory:// (one process), redis://… or rediss://…"
    )
    master_key: bytes = _setting(
        "ZB_MASTER_KEY", None, "base64 of 32 bytes; every other key is derived from it", secret=True
    )
    older_master_keys: tuple[tuple[int, bytes], ...] = _setting(
        "ZB_OLDER_MASTER_KEYS",
        "",
        "keys before the newest, `1:base64,2:base64`; read until `zhangban rotate-keys` is through",
        secret=True,
    )
    crypto_suite: str = _setting("ZB_CRYPTO_SUITE", "intl", "intl (AES, SHA-256) or sm (国密)")
    public_url: str = _setting("ZB_PUBLIC_URL", None, "where browsers and phones reach the server")
    trusted_proxies: int = _setting(
        "ZB_TRUSTED_PROXIES", "0", "how many proxies in front append X-Forwarded-For"
    )
    upload_dir: Path = _setting(  # noqa: RUF009
        "ZB_UPLOAD_DIR", "var/uploads", "folder for uploaded files"
    )
    login_channels: tuple[Channel, ...] = _setting(
        "ZB_LOGIN_CHANNELS", "miniapp,ecard", "which kinds of scan the login page offers"
    )
    development: bool = _setting(
        "ZB_DEVELOPMENT", "false", "true opens /docs and the demo aids; never in production"
    )
    all_in_one: bool = _setting(
        "ZB_ALL_IN_ONE", "false", "true: the server also runs the clock and the worker"
    )
    grant_acceptance: bool = _setting(
        "ZB_GRANT_ACCEPTANCE",
        "true",
        "a grant waits for the clerk's first scan; false: it is active at once (手册 3.1.1)",
    )
    most_devices: int = _setting(
        "ZB_MOST_DEVICES", "3", "desk (and phone) sessions a person may hold"
    )
    challenges_per_minute: int = _setting(
        "ZB_CHALLENGES_PER_MINUTE",
        "60",
        "login QRs and phone sign-ins of an address, scans of a phone, in a minute",
    )
    polls_per_minute: int = _setting(
        "ZB_POLLS_PER_MINUTE",
        "60",
        "how often a page may ask for one challenge, after a burst of 5",
    )
    places_file: str = _setting(
        "ZB_PLACES_FILE", "", "CSV `network,province,city`: where addresses are"
    )
    pushes_per_second: int = _setting(
        "ZB_PUSHES_PER_SECOND", "100", "messages a second to one platform, of all workers together"
    )
    templates: Templates = _setting(  # noqa: RUF009
        "ZB_TEMPLATES_FILE", "", "TOML file of message templates (docs/templates.md); empty: none"
    )
    wechat_api_base: str = _setting(
        "ZB_WECHAT_API_BASE", "https://api.weixin.qq.com", "WeChat's server API"
    )
    wechat_appid: str = _setting("ZB_WECHAT_APPID", "", "mini-program appid; empty: no WeChat")
    wechat_secret: str = _setting("ZB_WECHAT_SECRET", "", "its secret", secret=True)
    wechat_token: str = _setting("ZB_WECHAT_TOKEN", "", "token of message push", secret=True)
    wechat_aes_key: str = _setting("ZB_WECHAT_AES_KEY", "", "EncodingAESKey of push", secret=True)
    alipay_gateway: str = _setting(
        "ZB_ALIPAY_GATEWAY", "https://openapi.alipay.com/gateway.do", "Alipay's gateway"
    )
    alipay_appid: str = _setting("ZB_ALIPAY_APPID", "", "mini-program appid; empty: no Alipay")
    alipay_private_key: str = _setting(
        "ZB_ALIPAY_PRIVATE_KEY", "", "our RSA2 key, PEM or bare base64", secret=True
    )
    alipay_public_key: str = _setting("ZB_ALIPAY_PUBLIC_KEY", "", "Alipay's RSA2 key")
    ecard_base: str = _setting(
        "ZB_ECARD_BASE", "", "e-card platform, ends before /CSB/; empty: none"
    )
    ecard_channel_no: str = _setting("ZB_ECARD_CHANNEL_NO", "", "渠道编号")
    ecard_access_no: str = _setting("ZB_ECARD_ACCESS_NO", "", "地方接入编号")
    ecard_access_key: str = _setting("ZB_ECARD_ACCESS_KEY", "", "CSB access key")
    ecard_secret_key: str = _setting("ZB_ECARD_SECRET_KEY", "", "CSB secret key", secret=True)
    ecard_encrypt_key: str = _setting("ZB_ECARD_ENCRYPT_KEY", "", "16 characters", secret=True)
    ecard_iv: str = _setting(
        "ZB_ECARD_IV", "", "16 characters, issued with the channel", secret=True
    )
    ecard_system_name: str = _setting(
        "ZB_ECARD_SYSTEM_NAME", "掌办", "name shown in the e-card app"
    )
    registry_base: str = _setting(
        "ZB_REGISTRY_BASE", "", "the three registries; empty: no unit can be registered"
    )
    sms_base: str = _setting("ZB_SMS_BASE", "", "text message gateway; empty: no text messages")
    sms_key: str = _setting("ZB_SMS_KEY", "", "its key id")
    sms_secret: str = _setting("ZB_SMS_SECRET", "", "its secret", secret=True)
    sms_signature: str = _setting("ZB_SMS_SIGNATURE", "掌办", "短信签名, opens every text")
    smtp_host: str = _setting("ZB_SMTP_HOST", "", "mail server; empty: no e-mail")
    smtp_port: int = _setting("ZB_SMTP_PORT", "465", "its port")
    smtp_security: str = _setting("ZB_SMTP_SECURITY", "tls", "tls, starttls or none (loopback)")
    smtp_user: str = _setting("ZB_SMTP_USER", "", "empty: no authentication")
    smtp_password: str = _setting("ZB_SMTP_PASSWORD", "", "of that user", secret=True)
    smtp_sender: str = _setting("ZB_SMTP_SENDER", "", "address that mails come from")
    ca_base: str = _setting("ZB_CA_BASE", "", "CA that renews certificates; empty: none")
    ca_key: str = _setting("ZB_CA_KEY", "", "its key id")
    ca_secret: str = _setting("ZB_CA_SECRET", "", "its secret", secret=True)
    issuers: Issuers = _setting(  # noqa: RUF009
        "ZB_CA_FOLDER", "", "folder of recognised CAs' certificates; empty: issuers are not checked"
    )
    revocation_hosts: tuple[str, ...] = _setting(
        "ZB_REVOCATION_HOSTS",
        "",
        "hosts of CRL and OCSP that may be asked though they are in no public network",
    )
    filing_windows: tuple[FilingWindow, ...] = _setting(
        "ZB_FILING_WINDOWS",
        "",
        "`item:day,…`: until which day of a month items are taken; people are told before",
    )
    core_base: str = _setting(
        "ZB_CORE_BASE", "", "core system that tells of changed units; empty: it is not asked"
    )
    core_key: str = _setting("ZB_CORE_KEY", "", "its key id")
    core_secret: str = _setting("ZB_CORE_SECRET", "", "its secret", secret=True)
    password_tries: int = _setting(
        "ZB_PASSWORD_TRIES",
        "30",
        "password logins of an address in five minutes; of a browser a third of it",
    )
    codes_per_hour: int = _setting(
        "ZB_CODES_PER_HOUR", "30", "one-time codes for an address in an hour; for an account five"
    )
    ingest_keys: tuple[tuple[str, str], ...] = _setting(
        "ZB_INGEST_KEYS", "", "`key_id:secret,…` of existing systems", secret=True
    )

    @classmethod
    def read(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from these variables. Raises SettingsError naming everything that is wrong."""
        values: dict[str, Any] = {}
        faults = []
        for each in fields(cls):
            name, default = each.metadata["env"], each.metadata["default"]
            text = env.get(name, default)
            if text is None:
                faults.append(f"{name} is missing ({each.metadata['about']})")
                continue
            try:
                values[each.name] = _READERS.get(each.name, str)(text)
            except ValueError as fault:
                faults.append(f"{name}: {fault}")
        faults += _together(values)
        if faults:
            raise SettingsError(faults)
        return cls(**values)

    @classmethod
    def from_environ(cls) -> "Settings":
        """Settings of this process."""
        return cls.read(os.environ)  # noqa: TID251

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https; only then do cookies carry the __Host- prefix."""
        return self.public_url.startswith("https://")

    @property
    def embedded(self) -> bool:
        """Whether Redis lives inside this process."""
        return self.redis_url.startswith("memory:")

    def __repr__(self) -> str:
        shown = {f.name: getattr(self, f.name) for f in fields(self) if not f.metadata["secret"]}
        return f"Settings({shown})"


def _together(values: Mapping[str, Any]) -> list[str]:
    faults = []
    for platform, needed in _COMPANIONS.items():
        if values.get(platform):
            faults += [
                f"{_env(name)} is missing (needed with {_env(platform)})"
                for name in needed
                if not values.get(name)
            ]
    url = values.get("public_url", "")
    if url.startswith("http://") and not _loopback(url) and not values.get("development"):
        faults.append("ZB_PUBLIC_URL: must be https:// unless it is on the loopback address")
    mail = values.get("smtp_host", "")
    if mail and values.get("smtp_security") == "none" and mail not in ("127.0.0.1", "localhost"):
        faults.append("ZB_SMTP_SECURITY: none is for the loopback address only")
    return faults


_COMPANIONS = {
    "wechat_appid": ("wechat_secret",),
    "alipay_appid": ("alipay_private_key", "alipay_public_key"),
    "sms_base": ("sms_key", "sms_secret"),
    "smtp_host": ("smtp_sender",),
    "ca_base": ("ca_key", "ca_secret"),
    "core_base": ("core_key", "core_secret"),
    "ecard_base": (
        "ecard_channel_no",
        "ecard_access_no",
        "ecard_access_key",
        "ecard_secret_key",
        "ecard_encrypt_key",
        "ecard_iv",
    ),
}


def _env(name: str) -> str:
    return f"ZB_{name.upper()}"


def _loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


_READERS: dict[str, Callable[[str], Any]] = {
    "database_url": read_text.database,
    "redis_url": read_text.redis,
    "master_key": read_text.key,
    "older_master_keys": read_text.older_keys,
    "crypto_suite": read_text.one_of("intl", "sm"),
    "public_url": read_text.public_url,
    "trusted_proxies": read_text.count(0),
    "upload_dir": Path,
    "login_channels": read_text.channels,
    "development": read_text.flag,
    "all_in_one": read_text.flag,
    "grant_acceptance": read_text.flag,
    "most_devices": read_text.count(1),
    "pushes_per_second": read_text.count(1),
    "polls_per_minute": read_text.count(1),
    "challenges_per_minute": read_text.count(1),
    "smtp_port": read_text.count(1),
    "smtp_security": read_text.one_of("tls", "starttls", "none"),
    "password_tries": read_text.count(1),
    "codes_per_hour": read_text.count(1),
    "ecard_encrypt_key": read_text.iv,
    "ecard_iv": read_text.iv,
    "ingest_keys": read_text.ingest_keys,
    "templates": read_text.templates,
    "issuers": read_text.issuers,
    "revocation_hosts": read_text.hosts,
    "filing_windows": read_text.filing_windows,
}


def from_environ(name: str, default: str) -> str:
    """One variable of this process that is no setting of the server."""
    return os.environ.get(name, default)  # noqa: TID251
