"""What CAs have revoked: their lists (CRL, RFC 5280) first, else their responders (OCSP, RFC 6960).

One list serves every certificate of a CA and is kept until the CA makes a new one. Only what the CA
itself signed is believed; everything else, silence included, is "unknown".
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import CRLEntryExtensionOID

from handlers.ports import Revocation, RevocationQuestion
from models.trust import Issuer, Signed
from server.clock import Clock
from server.gateways import ocsp
from server.gateways.outside import Outside, Unreachable

logger = logging.getLogger(__name__)

LONGEST, SHORTEST = timedelta(hours=6), timedelta(minutes=5)
"""A list is kept till its own next update, but for no longer; a failure for the shorter time."""
MOST_LISTS = 64
_NOT_FINAL = frozenset({x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl})


@dataclass(slots=True)
class _Kept:
    """A list, or that there was none, until a moment. One task fetches, the others wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    crl: x509.CertificateRevocationList | None = None
    until: datetime | None = None


class Lists:
    """Asks CAs, and remembers their lists: at most MOST_LISTS, the oldest goes first."""

    def __init__(self, outside: Outside, now: Clock) -> None:
        self._outside = outside
        self._now = now
        self._kept: dict[tuple[str, str], _Kept] = {}

    async def look_up(self, asked: RevocationQuestion) -> Revocation:
        """What the CA says of one certificate. Never raises for the CA's faults."""
        found = Revocation.UNKNOWN
        if asked.crl_url:
            found = await self._by_list(asked)
        if found is Revocation.UNKNOWN and asked.ocsp_url:
            found = await self._by_responder(asked)
        return found

    async def _by_list(self, asked: RevocationQuestion) -> Revocation:
        crl = await self._list(asked.issuer, asked.crl_url)
        return Revocation.UNKNOWN if crl is None else _said(crl, int(asked.serial, 16), self._now())

    async def _list(self, issuer: Issuer, url: str) -> x509.CertificateRevocationList | None:
        key = (issuer.fingerprint, url)
        kept = self._kept.setdefault(key, _Kept())
        async with kept.lock:
            now = self._now()
            if kept.until is None or now >= kept.until:
                kept.crl = await self._fetched(issuer, url)
                kept.until = _until(kept.crl, now)
        while len(self._kept) > MOST_LISTS:
            self._kept.pop(next(iter(self._kept)))
        return kept.crl

    async def _fetched(self, issuer: Issuer, url: str) -> x509.CertificateRevocationList | None:
        try:
            data = await self._outside.fetch(url)
            return await asyncio.to_thread(read_list, issuer, data)
        except Unreachable:
            return None
        except Exception:  # noqa: BLE001 - the library raises a dozen kinds for odd lists
            logger.warning("no revocation list", extra={"issuer": issuer.fingerprint[:16]})
            return None

    async def _by_responder(self, asked: RevocationQuestion) -> Revocation:
        serial = int(asked.serial, 16)
        question = ocsp.question(asked.issuer, serial)
        try:
            data = await self._outside.fetch(asked.ocsp_url, body=question, kind=ocsp.CONTENT_TYPE)
            return await asyncio.to_thread(ocsp.said, asked.issuer, serial, data, self._now())
        except Unreachable:
            return Revocation.UNKNOWN
        except Exception:  # noqa: BLE001 - the library raises a dozen kinds for odd answers
            logger.warning("no OCSP answer", extra={"issuer": asked.issuer.fingerprint[:16]})
            return Revocation.UNKNOWN


def read_list(issuer: Issuer, data: bytes) -> x509.CertificateRevocationList:
    """A complete list of this CA's own. Raises ValueError for anything else."""
    crl = x509.load_pem_x509_crl(data) if data[:1] == b"-" else x509.load_der_x509_crl(data)
    der = data if data[:1] != b"-" else crl.public_bytes(Encoding.DER)
    if not issuer.signed(Signed.revocation_list(der)):
        raise ValueError("not signed by the CA")
    for extension in crl.extensions:
        if isinstance(extension.value, x509.DeltaCRLIndicator):
            raise ValueError("not complete")
        if isinstance(extension.value, x509.IssuingDistributionPoint) and _partial(extension.value):
            raise ValueError("not about every certificate")
    return crl


def _partial(scope: x509.IssuingDistributionPoint) -> bool:
    return bool(
        scope.indirect_crl
        or scope.only_contains_ca_certs
        or scope.only_contains_attribute_certs
        or scope.only_some_reasons
    )


def _said(crl: x509.CertificateRevocationList, serial: int, now: datetime) -> Revocation:
    entry = crl.get_revoked_certificate_by_serial_number(serial)
    if entry is not None:
        return Revocation.UNKNOWN if _reason(entry) in _NOT_FINAL else Revocation.REVOKED
    stale = crl.next_update_utc is not None and now >= crl.next_update_utc
    return Revocation.UNKNOWN if stale else Revocation.GOOD


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        found = entry.extensions.get_extension_for_oid(CRLEntryExtensionOID.CRL_REASON).value
    except x509.ExtensionNotFound:
        return None
    return found.reason if isinstance(found, x509.CRLReason) else None


def _until(crl: x509.CertificateRevocationList | None, now: datetime) -> datetime:
    if crl is None:
        return now + SHORTEST
    following = crl.next_update_utc or now + LONGEST
    return min(max(following, now + SHORTEST), now + LONGEST)
