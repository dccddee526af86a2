"""Settings: all faults at once, no default for a secret, nothing secret in what is printed."""

import base64
import re
from dataclasses import fields

import pytest

from models.vocabulary import Channel
from server.commands.settings_page import ROOT, main, page
from server.settings import Settings, SettingsError

KEY = base64.b64encode(b"k" * 32).decode()
LEAST = {"ZB_MASTER_KEY": KEY, "ZB_PUBLIC_URL": "https://sb.example.cn"}


def faults_of(env: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as told:
        Settings.read(env)
    return str(told.value)


def test_a_key_and_an_address_are_enough() -> None:
    read = Settings.read(LEAST)

    assert read.master_key == b"k" * 32
    assert read.login_channels == (Channel.MINIAPP, Channel.ECARD)
    assert read.embedded
    assert read.secure


def test_every_missing_setting_is_named_at_once() -> None:
    told = faults_of({})

    assert "ZB_MASTER_KEY is missing" in told
    assert "ZB_PUBLIC_URL is missing" in told


def test_every_wrong_setting_is_named_at_once_beside_the_missing_ones() -> None:
    told = faults_of(
        {
            "ZB_MASTER_KEY": "short",
            "ZB_DATABASE_URL": "mysql://x",
            "ZB_REDIS_URL": "amqp://x",
            "ZB_CRYPTO_SUITE": "rot13",
            "ZB_TRUSTED_PROXIES": "-1",
            "ZB_LOGIN_CHANNELS": "pigeon",
            "ZB_DEVELOPMENT": "yes",
            "ZB_MOST_DEVICES": "0",
            "ZB_ECARD_IV": "short",
        }
    )

    named = set(re.findall(r"ZB_[A-Z_]+", told))
    assert named == {
        "ZB_MASTER_KEY",
        "ZB_PUBLIC_URL",
        "ZB_DATABASE_URL",
        "ZB_REDIS_URL",
        "ZB_CRYPTO_SUITE",
        "ZB_TRUSTED_PROXIES",
        "ZB_LOGIN_CHANNELS",
        "ZB_DEVELOPMENT",
        "ZB_MOST_DEVICES",
        "ZB_ECARD_IV",
    }


def test_what_a_configured_platform_needs_is_missed_together() -> None:
    told = faults_of(
        LEAST | {"ZB_WECHAT_APPID": "wx1", "ZB_ALIPAY_APPID": "2", "ZB_ECARD_BASE": "https://e"}
    )

    for name in ("ZB_WECHAT_SECRET", "ZB_ALIPAY_PRIVATE_KEY", "ZB_ALIPAY_PUBLIC_KEY"):
        assert name in told
    assert told.count("needed with ZB_ECARD_BASE") == 6


def test_a_refused_value_is_not_repeated_in_the_message() -> None:
    wrong = base64.b64encode(b"too short a key").decode()

    assert wrong not in faults_of(LEAST | {"ZB_MASTER_KEY": wrong})


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_master_key_has_32_bytes(length: int) -> None:
    assert "must be 32 bytes" in faults_of(
        LEAST | {"ZB_MASTER_KEY": base64.b64encode(b"k" * length).decode()}
    )


@pytest.mark.parametrize(
    "url", ["sb.example.cn", "ftp://sb.example.cn", "https://sb.example.cn/path", "https://"]
)
def test_a_public_address_is_scheme_and_host_and_nothing_more(url: str) -> None:
    assert "ZB_PUBLIC_URL" in faults_of(LEAST | {"ZB_PUBLIC_URL": url})


def test_plain_http_is_for_the_loopback_address_and_for_development() -> None:
    other = {"ZB_PUBLIC_URL": "http://sb.example.cn"}

    assert "https" in faults_of(LEAST | other)
    assert not Settings.read(LEAST | other | {"ZB_DEVELOPMENT": "true"}).secure
    assert not Settings.read(LEAST | {"ZB_PUBLIC_URL": "http://127.0.0.1:8000"}).secure


def test_older_keys_come_with_their_numbers() -> None:
    read = Settings.read(LEAST | {"ZB_OLDER_MASTER_KEYS": f"1:{KEY},2:{KEY}"})

    assert read.older_master_keys == ((1, b"k" * 32), (2, b"k" * 32))


def test_no_secret_has_a_default() -> None:
    secrets = [each.metadata for each in fields(Settings) if each.metadata["secret"]]

    assert secrets
    assert all(not declared["default"] for declared in secrets)


def test_printing_settings_shows_no_secret() -> None:
    values = {
        each.metadata["env"]: "hush-hush"
        for each in fields(Settings)
        if each.metadata["secret"] and each.type is str and not each.name.startswith("ecard")
    }

    shown = repr(Settings.read(LEAST | values))

    assert "hush-hush" not in shown
    assert repr(b"k" * 32) not in shown
    assert "sb.example.cn" in shown


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings.read(LEAST).development = True  # type: ignore[misc]


def test_the_page_of_settings_names_each_one() -> None:
    text = page()

    for each in fields(Settings):
        assert f"`{each.metadata['env']}`" in text


def test_the_page_of_settings_is_fresh() -> None:
    assert main(["--check", "--root", str(ROOT)]) == 0
