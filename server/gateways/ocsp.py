"""OCSP (RFC 6960): one question about one serial number, and what a signed answer says."""

import hashlib
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from handlers.ports import Revocation
from models.trust import Issuer, Signed

CONTENT_TYPE = "application/ocsp-request"
SKEW, OLDEST = timedelta(minutes=5), timedelta(days=1)
"""How far clocks may differ; how old an answer may be that names no next update."""


def question(issuer: Issuer, serial: int) -> bytes:
    """The request in DER; SHA-1 only names the CA here, as every responder expects."""
    name, key = _named(issuer)
    builder = ocsp.OCSPRequestBuilder()
    return (
        builder.add_certificate_by_hash(name, key, serial, hashes.SHA1())  # noqa: S303
        .build()
        .public_bytes(Encoding.DER)
    )


def said(issuer: Issuer, serial: int, data: bytes, now: datetime) -> Revocation:
    """What an answer says: unknown unless it is fresh, about this certificate and signed.

    Raises ValueError for what is no OCSP answer.
    """
    answer = ocsp.load_der_ocsp_response(data)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return Revocation.UNKNOWN
    about = (answer.issuer_name_hash, answer.issuer_key_hash) == _named(issuer)
    if not about or answer.serial_number != serial or not _fresh(answer, now):
        return Revocation.UNKNOWN
    if not _believed(issuer, answer, now):
        return Revocation.UNKNOWN
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        held = answer.revocation_reason is x509.ReasonFlags.certificate_hold
        return Revocation.UNKNOWN if held else Revocation.REVOKED
    good = answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    return Revocation.GOOD if good else Revocation.UNKNOWN


def _named(issuer: Issuer) -> tuple[bytes, bytes]:
    return (
        hashlib.sha1(issuer.subject, usedforsecurity=False).digest(),
        hashlib.sha1(issuer.key_bits, usedforsecurity=False).digest(),
    )


def _fresh(answer: ocsp.OCSPResponse, now: datetime) -> bool:
    until = answer.next_update_utc or answer.this_update_utc + OLDEST
    return answer.this_update_utc - SKEW <= now < until + SKEW


def _believed(issuer: Issuer, answer: ocsp.OCSPResponse, now: datetime) -> bool:
    """Signed by the CA itself, or by a responder that the CA certified for just this."""
    given = Signed(
        answer.tbs_response_bytes,
        _oid(answer.signature_algorithm_oid),
        answer.signature,
        issuer.subject,
    )
    if issuer.verifies(given):
        return True
    return any(
        _may_answer(each, now)
        and issuer.signed(Signed.certificate(_der(each)))
        and Issuer.of(_der(each)).verifies(given)
        for each in answer.certificates
    )


def _may_answer(responder: x509.Certificate, now: datetime) -> bool:
    try:
        usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    lasting = responder.not_valid_before_utc <= now < responder.not_valid_after_utc
    return lasting and ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _oid(identifier: x509.ObjectIdentifier) -> str:
    """An OID as DER keeps it, in hex."""
    first, second, *rest = (int(each) for each in identifier.dotted_string.split("."))
    encoded = bytearray([first * 40 + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        encoded += bytes(reversed(groups))
    return encoded.hex()
