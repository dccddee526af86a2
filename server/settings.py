"""The settings: read once from the environment, checked as a whole, never changed (contract §2)."""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from models.vocabulary import Channel


class SettingsError(Exception):
    """The environment is not usable; the message names every fault at once."""


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
    ingest_keys: str = _setting(
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
            raise SettingsError("; ".join(faults))
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
    return faults


_COMPANIONS = {
    "wechat_appid": ("wechat_secret",),
    "alipay_appid": ("alipay_private_key", "alipay_public_key"),
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


def _database(text: str) -> str:
    if not text.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ValueError("must start with sqlite:// or postgres://")
    return text


def _redis(text: str) -> str:
    if not text.startswith(("memory://", "redis://", "rediss://")):
        raise ValueError("must start with memory://, redis:// or rediss://")
    return text


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError("must be http(s)://host[:port] and nothing more")
    return text.rstrip("/")


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None
    if len(key) != 32:
        raise ValueError(f"must be 32 bytes, is {len(key)}")
    return key


def _older_keys(text: str) -> tuple[tuple[int, bytes], ...]:
    pairs = [pair.partition(":") for pair in text.split(",") if pair]
    if any(not number.isdigit() for number, _, _ in pairs):
        raise ValueError("must read `1:base64,2:base64`")
    return tuple((int(number), _key(key)) for number, _, key in pairs)


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    return read


def _flag(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


def _count(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdigit() or int(text) < least:
            raise ValueError(f"must be a whole number of at least {least}")
        return int(text)

    return read


def _channels(text: str) -> tuple[Channel, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in {channel.value for channel in Channel}]
    if unknown or not names:
        raise ValueError("must list miniapp, ecard or both")
    return tuple(Channel(name) for name in names)


def _iv(text: str) -> str:
    if text and len(text.encode()) != 16:
        raise ValueError("must be 16 characters")
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "database_url": _database,
    "redis_url": _redis,
    "master_key": _key,
    "older_master_keys": _older_keys,
    "crypto_suite": _one_of("intl", "sm"),
    "public_url": _public_url,
    "trusted_proxies": _count(0),
    "upload_dir": Path,
    "login_channels": _channels,
    "development": _flag,
    "most_devices": _count(1),
    "polls_per_minute": _count(1),
    "challenges_per_minute": _count(1),
    "ecard_encrypt_key": _iv,
    "ecard_iv": _iv,
}


def from_environ(name: str, default: str) -> str:
    """One variable of this process that is no setting of the server."""
    return os.environ.get(name, default)  # noqa: TID251


def child_environ(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process for a child, with these settings on top."""
    return {**os.environ, **settings}  # noqa: TID251
