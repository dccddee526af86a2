"""CAs of the tests' own, whose keys they hold: what they issue, their lists and their answers."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from models.trust import Issuer
from tests.certificate_files import ISSUER
from tests.registered import NOW

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)
_serials = itertools.count(0x2399)


@dataclass(slots=True)
class Authority:
    """A CA. crl, ocsp: addresses that stand in what it issues, empty for none."""

    name: str
    key: Key
    digest: hashes.SHA256
    crl: str = ""
    ocsp: str = ""
    issued: dict[int, x509.Certificate] = field(default_factory=dict)

    @classmethod
    def new(
        cls,
        name: str = ISSUER,
        *,
        key: Key | None = None,
        digest: hashes.SHA256 | None = None,
        crl: str = "",
        ocsp: str = "",
    ) -> "Authority":
        """One with a new key, unless one is given."""
        made = key or ec.generate_private_key(ec.SECP256R1())
        return cls(name, made, digest or hashes.SHA256(), crl, ocsp)

    @property
    def root(self) -> x509.Certificate:
        """Its own certificate."""
        name = _named(self.name)
        builder = _builder(name, name, self.key, NOW + 3650 * DAY).serial_number(1)
        return builder.sign(self.key, self.digest)

    @property
    def certificate(self) -> bytes:
        """The same as DER."""
        return self.root.public_bytes(Encoding.DER)

    @property
    def issuer(self) -> Issuer:
        """What we know of it."""
        return Issuer.of(self.certificate)

    def issue(self, uscc: str, *, ends: datetime = NOW + 200 * DAY) -> bytes:
        """A certificate of a unit as DER."""
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, "测试公司"),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, uscc),
            ]
        )
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(subject, _named(self.name), key, ends).serial_number(next(_serials))
        if self.crl:
            point = x509.DistributionPoint([_uri(self.crl)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        if self.ocsp:
            way = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, _uri(self.ocsp))
            builder = builder.add_extension(x509.AuthorityInformationAccess([way]), critical=False)
        made = builder.sign(self.key, self.digest)
        self.issued[made.serial_number] = made
        return made.public_bytes(Encoding.DER)

    def list_of(
        self,
        revoked: Mapping[int, x509.ReasonFlags | None],
        *,
        lasts: timedelta = DAY,
        extension: x509.ExtensionType | None = None,
    ) -> bytes:
        """A CRL as DER, made at NOW."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_named(self.name))
            .last_update(NOW - DAY)
            .next_update(NOW + lasts)
        )
        if extension is not None:
            builder = builder.add_extension(extension, critical=True)
        for serial, reason in revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
            if reason is not None:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, self.digest).public_bytes(Encoding.DER)

    def answer(
        self,
        serial: int,
        *,
        revoked: bool,
        made_at: datetime = NOW,
        by: "Responder | None" = None,
    ) -> bytes:
        """An OCSP answer as DER. by: a responder that signs it instead of the CA."""
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=self.issued[serial],
            issuer=self.root,
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=made_at,
            next_update=made_at + DAY,
            revocation_time=NOW if revoked else None,
            revocation_reason=None,
        )
        signer = by.certificate if by else self.root
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        if by:
            builder = builder.certificates([by.certificate])
        signed = builder.sign(by.key if by else self.key, self.digest)
        return signed.public_bytes(Encoding.DER)

    def responder(self, *, for_ocsp: bool = True) -> "Responder":
        """A responder that it certified, for OCSP or for something else."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _named("OCSP")
        usage = ExtendedKeyUsageOID.OCSP_SIGNING if for_ocsp else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = _builder(name, _named(self.name), key, NOW + 30 * DAY).serial_number(7)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        return Responder(key, builder.sign(self.key, self.digest))


@dataclass(frozen=True, slots=True)
class Responder:
    """Who answers OCSP for a CA."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .not_valid_before(ends - 3650 * DAY)
        .not_valid_after(ends)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _uri(url: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(url)
