"""Reading single settings from text. Each reader raises ValueError with what is wrong."""

import base64
import binascii
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from models.certificate_file import HoldsKey, certificates_in
from models.filing_window import FilingWindow
from models.trust import ANY, Issuers
from models.vocabulary import Channel
from notify.texts.templates import NONE, Templates, read_templates

_CERTIFICATES = frozenset({".cer", ".crt", ".der", ".pem", ".p7b"})
_ITEM = re.compile(r"[a-z0-9_]{1,40}")
EVERY_MONTH_HAS = 28
LEAST_SECRET = 16
"""Characters that a shared secret has at least."""


def database(text: str) -> str:
    """The address of a database."""
    if not text.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ValueError("must start with sqlite:// or postgres://")
    return text


def redis(text: str) -> str:
    """The address of a Redis."""
    if not text.startswith(("memory://", "redis://", "rediss://")):
        raise ValueError("must start with memory://, redis:// or rediss://")
    return text


def public_url(text: str) -> str:
    """Scheme and host, without a path."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError("must be http(s)://host[:port] and nothing more")
    return text.rstrip("/")


def key(text: str) -> bytes:
    """A key of 32 bytes."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None
    if len(key) != 32:
        raise ValueError(f"must be 32 bytes, is {len(key)}")
    return key


def older_keys(text: str) -> tuple[tuple[int, bytes], ...]:
    """Keys by number."""
    pairs = [pair.partition(":") for pair in text.split(",") if pair]
    if any(not number.isdigit() for number, _, _ in pairs):
        raise ValueError("must read `1:base64,2:base64`")
    return tuple((int(number), key(encoded)) for number, _, encoded in pairs)


def ingest_keys(text: str) -> tuple[tuple[str, str], ...]:
    """Secrets of existing systems by the id of their key."""
    pairs = [pair.strip().partition(":") for pair in text.split(",") if pair.strip()]
    if any(not key_id or len(secret) < LEAST_SECRET for key_id, _, secret in pairs):
        raise ValueError(f"must read `key_id:secret,…`, each secret of {LEAST_SECRET} or more")
    if len({key_id for key_id, _, _ in pairs}) != len(pairs):
        raise ValueError("names a key_id twice")
    return tuple((key_id, secret) for key_id, _, secret in pairs)


def one_of(*allowed: str) -> Callable[[str], str]:
    """A reader for one of these words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    return read


def flag(text: str) -> bool:
    """true or false."""
    return one_of("true", "false")(text) == "true"


def count(least: int) -> Callable[[str], int]:
    """A reader for a whole number of at least so many."""

    def read(text: str) -> int:
        if not text.isdigit() or int(text) < least:
            raise ValueError(f"must be a whole number of at least {least}")
        return int(text)

    return read


def channels(text: str) -> tuple[Channel, ...]:
    """Kinds of scan."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in {channel.value for channel in Channel}]
    if unknown or not names:
        raise ValueError("must list miniapp, ecard or both")
    return tuple(Channel(name) for name in names)


def templates(text: str) -> Templates:
    """The message templates in a file."""
    if not text:
        return NONE
    try:
        return read_templates(Path(text).read_text("utf-8"))
    except OSError as fault:
        raise ValueError(f"cannot read {text}: {fault.strerror}") from None


def issuers(text: str) -> Issuers:
    """The CAs whose certificates stand in a folder; only files of the usual kinds are looked at."""
    if not text:
        return ANY
    folder = Path(text)
    found: list[bytes] = []
    if not folder.is_dir():
        raise ValueError(f"{text} is no folder")
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in _CERTIFICATES:
            try:
                found += certificates_in(file.read_bytes())
            except (OSError, HoldsKey) as fault:
                raise ValueError(f"cannot use {file.name}: {type(fault).__name__}") from None
    if not found:
        raise ValueError(f"no certificate in {text}")
    try:
        return Issuers.of(found)
    except (ValueError, IndexError):
        raise ValueError(f"not every file in {text} is a certificate") from None


def hosts(text: str) -> tuple[str, ...]:
    """Names or addresses of hosts, without port."""
    found = tuple(each.strip().lower() for each in text.split(",") if each.strip())
    if any("/" in each or " " in each for each in found):
        raise ValueError("must list hosts, without scheme and path")
    return found


def filing_windows(text: str) -> tuple[FilingWindow, ...]:
    """Items and the last day of a month on which they are taken."""
    pairs = [each.strip().partition(":") for each in text.split(",") if each.strip()]
    for item, _, day in pairs:
        if not _ITEM.fullmatch(item) or not day.isdigit() or not 1 <= int(day) <= EVERY_MONTH_HAS:
            raise ValueError(f"must read `item:day,…`, a day from 1 to {EVERY_MONTH_HAS}")
    return tuple(FilingWindow(item, int(day)) for item, _, day in pairs)


def iv(text: str) -> str:
    """Sixteen characters, or nothing."""
    if text and len(text.encode()) != 16:
        raise ValueError("must be 16 characters")
    return text
