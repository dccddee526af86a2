"""What a certificate looks like: read from a file into a row, and from a row into a view."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.tools import Tools
from models.certificate import (
    CERTIFICATE_LABELS,
    RENEWABLE,
    Certificate,
    CertificateRenewal,
    day_in_china,
    days_left,
    first_step_on,
    status_at,
)
from models.certificate_file import Reading
from models.errors.system import NOT_FOUND
from models.ids import new_id
from models.unit import Unit
from models.vocabulary import CertificateSource, CertificateState, CertificateStatus

TITLE = "单位数字证书"
NO_USCC, WRONG_USCC, ISSUER_UNKNOWN = "no_uscc", "wrong_uscc", "issuer_unknown"
"""Problems of a kept certificate: it does not say whose it is, is another unit's, or by whom?"""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate at a moment; subject in clear, to the unit's own people.

    renewal: the latest request to the CA, if there was one.
    """

    row: Certificate
    status: CertificateStatus
    days_left: int
    subject: str
    renewal: CertificateRenewal | None

    @property
    def label(self) -> str:
        """The status as people read it."""
        return CERTIFICATE_LABELS[self.status]

    @property
    def renewable(self) -> bool:
        """Whether it is time to renew it online."""
        return self.status in RENEWABLE


async def own(unit_id: str, certificate_id: str) -> Certificate:
    """A certificate of the unit. Refuses: NOT_FOUND."""
    row = await Certificate.get_or_none(id=certificate_id, unit_id=unit_id)
    if row is None:
        raise NOT_FOUND.refuse()
    return row


async def views(tools: Tools, rows: Sequence[Certificate], now: datetime) -> list[CertificateView]:
    """The certificates as their people see them, in the same order."""
    asked = CertificateRenewal.filter(certificate_id__in=[row.id for row in rows]).order_by("id")
    latest = {each.certificate_id: each for each in await asked}
    return [_view(tools, row, latest.get(row.id), now) for row in rows]


async def view(tools: Tools, row: Certificate, now: datetime) -> CertificateView:
    """One of them."""
    return (await views(tools, [row], now))[0]


def _view(
    tools: Tools, row: Certificate, renewal: CertificateRenewal | None, now: datetime
) -> CertificateView:
    sealed = row.subject_sealed
    subject = tools.vault.open(sealed, aad=f"certificates.subject.{row.id}") if sealed else ""
    left = days_left(row.expires_on, day_in_china(now))
    return CertificateView(row, status_at(row, now), left, subject, renewal)


def row_of_file(
    tools: Tools, unit: Unit, reading: Reading, source: CertificateSource, now: datetime
) -> Certificate:
    """A row of what a file says, not yet kept."""
    row_id = new_id()
    return Certificate(
        id=row_id,
        unit=unit,
        state=CertificateState.HELD,
        source=source,
        title=TITLE,
        issuer=reading.issuer,
        serial=reading.serial,
        key=reading.key,
        subject_sealed=tools.vault.seal(reading.subject, aad=f"certificates.subject.{row_id}"),
        uscc=unit.uscc if reading.usccs else "",
        algorithm=reading.algorithm,
        fingerprint=reading.fingerprint,
        problems=",".join(_problems(tools, reading)),
        trusted_by=reading.trusted_by,
        crl_url=reading.told_at.crl_url,
        ocsp_url=reading.told_at.ocsp_url,
        **dates(reading.not_before, reading.not_after, now),
    )


def _problems(tools: Tools, reading: Reading) -> list[str]:
    found = [] if reading.usccs else [NO_USCC]
    if tools.issuers and not reading.trusted_by:
        found.append(ISSUER_UNKNOWN)
    return found


def dates(not_before: datetime, not_after: datetime, now: datetime) -> dict[str, object]:
    """The columns that follow from a certificate's dates."""
    expires_on = day_in_china(not_after)
    return {
        "not_before": not_before,
        "not_after": not_after,
        "expires_on": expires_on,
        "next_step_on": first_step_on(expires_on, day_in_china(now)),
        "created_at": now,
    }
