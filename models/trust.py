"""Which CAs 证书机构 are recognised here, and whether one of them signed a certificate or a list.

Signatures are looked for where DER keeps them, because the library loads neither SM2 keys nor names
in GBK. RSA, ECDSA and SM2 are understood; SHA-1 is not believed any more.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import AuthorityInformationAccessOID

from models import der, sm2

_Digests = dict[str, type[hashes.SHA256] | type[hashes.SHA384] | type[hashes.SHA512]]
_RSA: _Digests = {
    "2a864886f70d01010b": hashes.SHA256,
    "2a864886f70d01010c": hashes.SHA384,
    "2a864886f70d01010d": hashes.SHA512,
}
_ECDSA: _Digests = {
    "2a8648ce3d040302": hashes.SHA256,
    "2a8648ce3d040303": hashes.SHA384,
    "2a8648ce3d040304": hashes.SHA512,
}
_SM2 = "2a811ccf55018375"


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate or a revocation list taken apart. issuer: its name as DER."""

    content: bytes
    algorithm: str
    signature: bytes
    issuer: bytes

    @classmethod
    def certificate(cls, data: bytes) -> "Signed":
        """A certificate. Raises ValueError for anything else."""
        return cls._of(data, version=der.CONTEXT_0, issuer_at=2)

    @classmethod
    def revocation_list(cls, data: bytes) -> "Signed":
        """A CRL. Raises ValueError for anything else."""
        return cls._of(data, version=der.INTEGER, issuer_at=1)

    @classmethod
    def _of(cls, data: bytes, *, version: int, issuer_at: int) -> "Signed":
        parts = der.node_at(data, 0, len(data)).children()
        fields = parts[0].children() if len(parts) == 3 else []
        # The oldest kind of each leaves its version out.
        fields = fields[1:] if fields and fields[0].tag == version else fields
        if len(fields) <= issuer_at:
            raise ValueError("not signed")
        oid = next(iter(parts[1].children()), None)
        if oid is None:
            raise ValueError("signed by nothing known")
        issuer = fields[issuer_at].whole
        return cls(parts[0].whole, oid.content.hex(), _bits(parts[2]), issuer)


def _bits(node: der.Node) -> bytes:
    # The first byte of a BIT STRING says how many bits of the last one are unused: none here.
    return node.content[1:]


@dataclass(frozen=True, slots=True)
class Issuer:
    """A recognised CA. subject: its name as DER; key: its public key as it stands in the file.

    fingerprint: SHA-256 of both, by which a kept certificate names it; it stays when the CA's own
    certificate is made anew.
    """

    fingerprint: str
    subject: bytes = field(repr=False)
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, data: bytes) -> "Issuer":
        """The CA of a certificate. Raises ValueError for anything else."""
        parts = der.node_at(data, 0, len(data)).children()
        fields = [each for each in parts[0].children() if each.tag != der.CONTEXT_0]
        if len(parts) != 3 or len(fields) < 6:
            raise ValueError("not a certificate")
        name, key = fields[4].whole, fields[5].whole
        return cls(hashlib.sha256(name + key).hexdigest(), name, key)

    @property
    def key_bits(self) -> bytes:
        """The public key itself, without what kind it is."""
        return _bits(der.node_at(self.key, 0, len(self.key)).children()[1])

    def signed(self, given: Signed) -> bool:
        """Whether this CA issued it: its name stands in it, and its key signed it."""
        return given.issuer == self.subject and self.verifies(given)

    def verifies(self, given: Signed) -> bool:
        """Whether its key signed this, whatever name stands in it."""
        if given.algorithm == _SM2:
            return sm2.is_signed(self.key_bits, given.content, given.signature)
        try:
            return _by_library(self.key, given)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            return False


def _by_library(key_der: bytes, given: Signed) -> bool:
    key = load_der_public_key(key_der)
    digest = _RSA.get(given.algorithm) or _ECDSA.get(given.algorithm)
    if digest is None:
        return False
    if isinstance(key, rsa.RSAPublicKey) and given.algorithm in _RSA:
        key.verify(given.signature, given.content, padding.PKCS1v15(), digest())
        return True
    if isinstance(key, ec.EllipticCurvePublicKey) and given.algorithm in _ECDSA:
        key.verify(given.signature, given.content, ec.ECDSA(digest()))
        return True
    return False


@dataclass(frozen=True, slots=True)
class Issuers:
    """The recognised CAs; none at all means that issuers are not checked here."""

    listed: Sequence[Issuer] = field(default_factory=tuple)

    @classmethod
    def of(cls, certificates: Iterable[bytes]) -> "Issuers":
        """The CAs of these certificates. Raises ValueError."""
        return cls(tuple(Issuer.of(each) for each in certificates))

    def __bool__(self) -> bool:
        return bool(self.listed)

    def who_signed(self, certificate: bytes) -> Issuer | None:
        """The recognised CA that issued a certificate (DER); None when none did."""
        try:
            given = Signed.certificate(certificate)
        except (ValueError, IndexError):
            return None
        return next((each for each in self.listed if each.signed(given)), None)

    def by_fingerprint(self, fingerprint: str) -> Issuer | None:
        """The CA that a kept certificate names, None when it is recognised no more."""
        return next((each for each in self.listed if each.fingerprint == fingerprint), None)


ANY = Issuers()
"""No list was given: nobody's issuer is checked."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where a certificate says that its revocation can be learned; empty where it does not."""

    crl_url: str = ""
    ocsp_url: str = ""


NOWHERE = Pointers()
LONGEST_URL = 300


def pointers_of(certificate: bytes) -> Pointers:
    """The first plain http(s) address of each kind."""
    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
    except Exception:  # noqa: BLE001 - the library raises a dozen kinds for odd certificates
        return NOWHERE
    found = {}
    for name, kind, read in (
        ("crl_url", x509.CRLDistributionPoints, _crl_urls),
        ("ocsp_url", x509.AuthorityInformationAccess, _ocsp_urls),
    ):
        try:
            urls = read(extensions.get_extension_for_class(kind).value)
        except x509.ExtensionNotFound:
            continue
        found[name] = next((url for url in urls if _usable(url)), "")
    return Pointers(**found)


def _crl_urls(value: object) -> list[str]:
    points = value if isinstance(value, x509.CRLDistributionPoints) else ()
    return [_url(name) for point in points for name in point.full_name or ()]


def _ocsp_urls(value: object) -> list[str]:
    ways = value if isinstance(value, x509.AuthorityInformationAccess) else ()
    wanted = AuthorityInformationAccessOID.OCSP
    return [_url(way.access_location) for way in ways if way.access_method == wanted]


def _url(name: x509.GeneralName) -> str:
    return name.value if isinstance(name, x509.UniformResourceIdentifier) else ""


def _usable(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= LONGEST_URL and url.isascii()
