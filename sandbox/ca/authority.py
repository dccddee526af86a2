"""The CA itself: one root key made at the start, requests by their id, certificates it issued."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from sandbox.clock import Clock
from sandbox.knobs import Knobs

NAME = "演示电子认证服务有限公司"
YEAR, LIST_LASTS = timedelta(days=365), timedelta(minutes=10)
EARLIEST, LATEST = timedelta(days=91), timedelta(days=366)


@dataclass(slots=True)
class Asked:
    """One request. at: when it came; told_at: base URL of our CRL and OCSP; certificate: DER."""

    uscc: str
    unit_name: str
    not_after: datetime
    at: float
    told_at: str = ""
    certificate: bytes = b""
    reason: str = ""
    withdrawn: bool = False


class Authority:
    """Renews whom it is asked to; `ca_takes_s` of the knobs is how long it takes.

    key: of its root certificate, which outlives a reset. revoked: when, by serial number.
    """

    def __init__(self, clock: Clock, knobs: Knobs, key: ec.EllipticCurvePrivateKey) -> None:
        self._clock = clock
        self._knobs = knobs
        self._key = key
        self.root = root_of(key)
        self.requests: dict[str, Asked] = {}
        self.issued: dict[int, x509.Certificate] = {}
        self.revoked: dict[int, datetime] = {}

    def ask(self, request_id: str, asked: Asked) -> Asked:
        """The request as it stands; the same id is the same request."""
        kept = self.requests.setdefault(request_id, asked)
        ready = self._clock.now() >= kept.at + self._knobs.ca_takes_s
        if ready and not (kept.certificate or kept.reason or kept.withdrawn):
            self._decide(kept)
        return kept

    def withdraw(self, request_id: str) -> None:
        """Issue nothing for it any more."""
        if request_id in self.requests:
            self.requests[request_id].withdrawn = True

    def revoke(self, serial: int) -> bool:
        """Declare a certificate void; whether it is one of ours."""
        if serial in self.issued:
            self.revoked.setdefault(serial, self._moment())
        return serial in self.issued

    def crl(self) -> bytes:
        """The list of what was revoked, as DER, good for ten minutes."""
        now = self._moment()
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(now)
            .next_update(now + LIST_LASTS)
        )
        for serial, at in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            built = built.add_revoked_certificate(entry.build())
        return built.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(self, question: bytes) -> bytes:
        """The answer to a question about one serial number. Raises ValueError for no question."""
        serial = ocsp.load_der_ocsp_request(question).serial_number
        issued = self.issued.get(serial)
        if issued is None:
            unknown = ocsp.OCSPResponseStatus.UNAUTHORIZED
            return ocsp.OCSPResponseBuilder.build_unsuccessful(unknown).public_bytes(Encoding.DER)
        at, now = self.revoked.get(serial), self._moment()
        answer = ocsp.OCSPResponseBuilder().add_response(
            cert=issued,
            issuer=self.root,
            algorithm=hashes.SHA1(),  # noqa: S303 - only names the certificate, as RFC 6960 has it
            cert_status=ocsp.OCSPCertStatus.REVOKED if at else ocsp.OCSPCertStatus.GOOD,
            this_update=now,
            next_update=now + LIST_LASTS,
            revocation_time=at,
            revocation_reason=None,
        )
        by_us = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, self.root)
        return by_us.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def _decide(self, asked: Asked) -> None:
        now = self._moment()
        left = asked.not_after - now
        if left > EARLIEST:
            asked.reason = "未到可更新时间"
        elif left < -LATEST:
            asked.reason = "过期超过一年,请到现场重新认证"
        else:
            # Renewed before its end a certificate loses none of its days (domain §7.3).
            asked.certificate = self._issue(asked, now, max(asked.not_after, now) + YEAR)

    def _issue(self, asked: Asked, begins: datetime, ends: datetime) -> bytes:
        # The key would be made in the medium and stay there; here nobody ever holds it.
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        subject = [
            x509.NameAttribute(NameOID.COMMON_NAME, asked.unit_name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, asked.uscc),
        ]
        built = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(subject))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_list_at(f"{asked.told_at}/crl"), critical=False)
            .add_extension(_responder_at(f"{asked.told_at}/ocsp"), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.issued[built.serial_number] = built
        return built.public_bytes(Encoding.DER)


def root_of(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The CA's own certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + 40 * YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _list_at(url: str) -> x509.CRLDistributionPoints:
    name = x509.UniformResourceIdentifier(url)
    point = x509.DistributionPoint([name], relative_name=None, reasons=None, crl_issuer=None)
    return x509.CRLDistributionPoints([point])


def _responder_at(url: str) -> x509.AuthorityInformationAccess:
    name = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, name)]
    )
