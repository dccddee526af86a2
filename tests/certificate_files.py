"""Certificate files as CAs make them, with invented names; odd ones are bent from good ones."""

from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from tests.registered import NOW

ISSUER = "测试电子认证服务有限公司"


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _loaded(uscc: str, ends: datetime) -> x509.Certificate:
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, "测试公司")]
    if uscc:
        subject.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, uscc))
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)]))
        .public_key(_key().public_key())
        .serial_number(0x2A00FF)
        .not_valid_before(ends - timedelta(days=365))
        .not_valid_after(ends)
        .sign(_key(), hashes.SHA256())
    )


def a_der(uscc: str = "", *, ends: datetime = NOW + timedelta(days=200)) -> bytes:
    """A certificate as .cer."""
    return _loaded(uscc, ends).public_bytes(Encoding.DER)


def a_pem(uscc: str = "", *, ends: datetime = NOW + timedelta(days=200)) -> bytes:
    """The same as .pem."""
    return _loaded(uscc, ends).public_bytes(Encoding.PEM)


def a_p7b(uscc: str = "", *, encoding: Encoding = Encoding.DER) -> bytes:
    """The same as .p7b."""
    loaded = _loaded(uscc, NOW + timedelta(days=200))
    return pkcs7.serialize_certificates([loaded], encoding)


def a_pfx(uscc: str = "") -> bytes:
    """The same together with its private key."""
    loaded = _loaded(uscc, NOW + timedelta(days=200))
    return pkcs12.serialize_key_and_certificates(b"x", _key(), loaded, None, NoEncryption())
