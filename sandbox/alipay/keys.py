"""RSA keys and certificates of the sandbox's Alipay, made once per process."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

BITS = 2048
YEARS = 5


@cache
def _key(owner: str) -> RSAPrivateKey:
    # Cached per process: tests start many sandboxes, and making an RSA key takes long.
    del owner
    return generate_private_key(public_exponent=65537, key_size=BITS)


def _name(common: str) -> x509.Name:
    # The order in which real certificates carry it; the serial number rule wants it reversed.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zhangban Sandbox"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


@cache
def _certificate(owner: str) -> x509.Certificate:
    begins = datetime.now(UTC) - timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(f"Sandbox {owner}"))
        .issuer_name(_name("Sandbox root"))
        .public_key(_key(owner).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=owner == "root", path_length=None), critical=True)
    )
    return builder.sign(_key("root"), hashes.SHA256())


def serial(certificate: x509.Certificate) -> str:
    """Alipay's certificate number: md5("CN=…,OU=…,O=…,C=…" of the issuer + decimal serial)."""
    parts = [
        f"{attribute.rfc4514_attribute_name}={attribute.value!s}"
        for attribute in reversed(list(certificate.issuer))
    ]
    return hashlib.md5((",".join(parts) + str(certificate.serial_number)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AlipayKeys:
    """The app's key pair, the gateway's key pair, and certificates over both."""

    @property
    def app_public(self) -> RSAPublicKey:
        """What the gateway checks requests with."""
        return _key("app").public_key()

    @property
    def gateway_private(self) -> RSAPrivateKey:
        """What the gateway signs answers with."""
        return _key("gateway")

    @property
    def app_cert_sn(self) -> str:
        """Number of the app's certificate."""
        return serial(_certificate("app"))

    @property
    def gateway_cert_sn(self) -> str:
        """Number of the gateway's certificate."""
        return serial(_certificate("gateway"))

    @property
    def root_cert_sn(self) -> str:
        """Number of the authority's certificate."""
        return serial(_certificate("root"))

    def credentials(self) -> dict[str, str]:
        """For `GET /_ctl/credentials`: PEM texts, PKCS#8 for the private key."""
        app = _key("app")
        private = app.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = _key("gateway").public_key()
        return {
            "app_private_key": private.decode(),
            "alipay_public_key": _pem(public),
            "app_public_key": _pem(app.public_key()),
            "app_cert": _certificate("app").public_bytes(Encoding.PEM).decode(),
            "alipay_cert": _certificate("gateway").public_bytes(Encoding.PEM).decode(),
            "alipay_root_cert": _certificate("root").public_bytes(Encoding.PEM).decode(),
        }


def _pem(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
