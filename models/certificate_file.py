"""Reading a certificate file (.cer .pem .p7b): what we keep of it, and nothing secret, ever."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from models import der
from models.codes.fault import CodeFault
from models.codes.uscc import Uscc
from models.trust import ANY, NOWHERE, Issuers, Pointers, pointers_of

LARGEST = 64 * 1024
_KEY_NAMES = (".pfx", ".p12", ".key", ".pem.key", ".jks", ".pvk")
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)
_USCC = re.compile(rb"(?<![0-9A-Za-z])[0-9ANY][0-9A-HJ-NPQRTUWXY]{17}(?![0-9A-Za-z])")
_COMMON_NAME, _ORGANISATION = "550403", "55040a"
_ALGORITHMS = {
    "1.2.156.10197.1.501": "SM2/SM3",
    "1.2.840.113549.1.1.5": "RSA/SHA-1",
    "1.2.840.113549.1.1.11": "RSA/SHA-256",
    "1.2.840.113549.1.1.12": "RSA/SHA-384",
    "1.2.840.113549.1.1.13": "RSA/SHA-512",
    "1.2.840.10045.4.3.2": "ECDSA/SHA-256",
    "1.2.840.10045.4.3.3": "ECDSA/SHA-384",
}


class HoldsKey(Exception):
    """The file holds, or may hold, a private key: nothing of it was read."""


class Unreadable(Exception):
    """There is no certificate in the file."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. issuer: the CA's common name; usccs: credit codes found in it.

    trusted_by: fingerprint of the recognised CA that signed it, empty when none did; told_at: where
    that CA says what it has revoked, empty unless it is recognised.
    """

    issuer: str
    subject: str
    serial: str
    algorithm: str
    not_before: datetime
    not_after: datetime
    fingerprint: str
    usccs: tuple[str, ...]
    trusted_by: str = ""
    told_at: Pointers = NOWHERE

    @property
    def key(self) -> str:
        """By which the same certificate is known again, whatever source it came from."""
        return certificate_key(self.issuer, self.serial)


def certificate_key(issuer: str, serial: str) -> str:
    """Digest of issuer and serial number."""
    return hashlib.sha256(f"{issuer}\n{serial.lower().lstrip('0')}".encode()).hexdigest()


def read_file(data: bytes, name: str = "", issuers: Issuers = ANY) -> Reading:
    """Read a file. Raises HoldsKey for what may hold a private key, Unreadable for no certificate.

    Of several certificates the one counts that issued none of the others. issuers: the recognised
    CAs. An SM2 signature takes tens of milliseconds, so whoever has a loop reads in a thread.
    """
    if name.lower().endswith(_KEY_NAMES) or b"PRIVATE KEY" in data:
        raise HoldsKey
    found = [(_read(each), each) for each in certificates_in(data)]
    if not found:
        raise Unreadable
    names = {each.issuer for each, _ in found}
    leaves = [pair for pair in found if _common(pair[0].subject) not in names]
    reading, body = (leaves or found)[0]
    signer = issuers.who_signed(body)
    if signer is None:
        return reading
    return replace(reading, trusted_by=signer.fingerprint, told_at=pointers_of(body))


def certificates_in(data: bytes) -> Sequence[bytes]:
    """The certificates (DER) of a file of any of these kinds. Raises HoldsKey."""
    blocks = [(kind, _decoded(body)) for kind, body in _BLOCK.findall(data)]
    if not blocks:
        blocks = [(b"", data if data[:1] == b"\x30" else _decoded(data))]
    return [each for _, body in blocks if body for each in _of_block(body)]


def _common(subject: str) -> str:
    return subject.partition(" · ")[0]


def _decoded(body: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return b""


def _of_block(body: bytes) -> list[bytes]:
    try:
        first = der.node_at(body, 0, len(body)).children()[0]
    except (ValueError, IndexError):
        return []
    if first.tag == der.INTEGER:
        # A PKCS#12 and every kind of key begin with their version; a certificate never does.
        raise HoldsKey
    if first.tag == der.SEQUENCE:
        return [der.node_at(body, 0, len(body)).whole]
    try:
        return [_der(each) for each in pkcs7.load_der_pkcs7_certificates(body)]
    except Exception:  # noqa: BLE001 - whatever the library dislikes is looked at by walking
        return list(der.embedded(body))


def _der(loaded: x509.Certificate) -> bytes:
    return loaded.public_bytes(Encoding.DER)


def _read(body: bytes) -> Reading:
    try:
        issuer, subject, serial, oid, begins, ends = _by_library(body)
    except Exception:  # noqa: BLE001 - the library raises a dozen kinds for odd certificates
        issuer, subject, serial, oid, begins, ends = _by_walking(body)
    return Reading(
        issuer=issuer[:120],
        subject=subject[:400],
        serial=serial[:64],
        algorithm=_ALGORITHMS.get(oid, oid)[:40],
        not_before=begins,
        not_after=ends,
        fingerprint=hashlib.sha256(body).hexdigest(),
        usccs=_usccs(body),
    )


_Found = tuple[str, str, str, str, datetime, datetime]


def _by_library(body: bytes) -> _Found:
    loaded = x509.load_der_x509_certificate(body)
    return (
        _name(_pairs(loaded.issuer), whole=False),
        _name(_pairs(loaded.subject), whole=True),
        f"{loaded.serial_number:x}",
        loaded.signature_algorithm_oid.dotted_string,
        loaded.not_valid_before_utc,
        loaded.not_valid_after_utc,
    )


def _pairs(name: x509.Name) -> list[tuple[str, str]]:
    short = {NameOID.COMMON_NAME: _COMMON_NAME, NameOID.ORGANIZATION_NAME: _ORGANISATION}
    return [(short.get(each.oid, ""), str(each.value)) for each in name]


def _by_walking(body: bytes) -> _Found:
    try:
        walked = der.walk(body)
    except (ValueError, IndexError):
        raise Unreadable from None
    return (
        _name(walked.issuer, whole=False),
        _name(walked.subject, whole=True),
        walked.serial,
        _dotted(walked.algorithm_oid),
        walked.not_before,
        walked.not_after,
    )


def _name(pairs: Sequence[tuple[str, str]], *, whole: bool) -> str:
    first = sorted(pairs, key=lambda pair: (pair[0] != _COMMON_NAME, pair[0] != _ORGANISATION))
    texts = ["".join(c for c in text if c.isprintable()).strip() for _, text in first]
    return " · ".join(texts) if whole else next(iter(texts), "")


def _dotted(oid: bytes) -> str:
    numbers, value = [oid[0] // 40, oid[0] % 40] if oid else [], 0
    for byte in oid[1:]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    return ".".join(map(str, numbers))


def _usccs(body: bytes) -> tuple[str, ...]:
    # Looked for value by value: in the raw bytes the next element's tag may look like a digit.
    texts = der.leaves(der.node_at(body, 0, len(body)))
    found = []
    for each in (match for text in texts for match in _USCC.findall(text)):
        try:
            found.append(Uscc(each.decode()).value)
        except CodeFault:
            continue
    return tuple(dict.fromkeys(found))
