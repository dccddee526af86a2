"""What clients send and get about certificates (contract §10)."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.bodies import UNSEEN
from server.wire.bodies import Body

_SEEN = f"^[^{UNSEEN}]*$"
Moment = Annotated[datetime, Meta(tz=True)]


class ReplacesQuery(Body, frozen=True):
    """replaces: the certificate that the new one succeeds."""

    replaces: Annotated[str, Meta(max_length=26, pattern=r"^[A-Za-z0-9_-]*$(?!\n)")] = ""


class DatesBody(Body, frozen=True):
    """Dates that somebody typed, where there is no file. serial: hex."""

    not_after: Moment
    not_before: Moment | None = None
    title: Annotated[str, Meta(min_length=1, max_length=60, pattern=_SEEN)] = "单位数字证书"
    issuer: Annotated[str, Meta(max_length=120, pattern=_SEEN)] = ""
    serial: Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Fa-f]*$(?!\n)")] = ""


class ShownCheck(msgspec.Struct, frozen=True):
    """One check of a certificate; detail says what it means in Chinese, code at /help/errors."""

    check: Literal["unit", "issuer", "dates", "state"]
    result: Literal["ok", "failed", "unknown"]
    detail: str
    code: str | None = None


class ShownRenewal(msgspec.Struct, frozen=True):
    """The latest request to the CA. reason: why it refused; give_up_at: when waiting ends."""

    status: Literal["asked", "issued", "refused", "timed_out", "cancelled"]
    reason: str
    asked_at: str
    give_up_at: str


class ShownCertificate(msgspec.Struct, frozen=True):
    """A certificate. status_label: 状态; days_left: negative after the end, in days of China."""

    id: str
    revision: int
    title: str
    status: str
    status_label: str
    days_left: int
    subject: str
    issuer: str
    serial: str
    algorithm: str
    not_before: str
    not_after: str
    expires_on: str
    source: str
    renewable: bool
    replaced_by: str | None
    renewal: ShownRenewal | None
    checks: list[ShownCheck]


class CertificatePage(msgspec.Struct, frozen=True):
    """Certificates, oldest first."""

    items: list[ShownCertificate]
    next_cursor: str | None
