"""Recognised CAs: who signed a certificate, with RSA, ECDSA and SM2, and where it says more."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from models.certificate_file import read_file
from models.trust import NOWHERE, Issuer, Issuers, Signed, pointers_of
from tests.authorities import Authority, Key
from tests.certificate_files import a_der
from tests.registered import NOW
from tests.sm2_vectors import CA, CRL, LEAF

USCC = "91239900RLXDJ01N3N"


@pytest.fixture(scope="module", params=["rsa", "p256", "p384"])
def key(request: pytest.FixtureRequest) -> Key:
    """A CA's key of each kind."""
    if request.param == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1() if request.param == "p256" else ec.SECP384R1())


@pytest.mark.parametrize("digest", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_whom_a_recognised_ca_signed_is_known(key: Key, digest: hashes.SHA256) -> None:
    authority, other = Authority.new(key=key, digest=digest), Authority.new(name="另一家")

    issuers = Issuers.of([other.certificate, authority.certificate])
    signer = issuers.who_signed(authority.issue(USCC))

    assert signer == Issuer.of(authority.certificate)
    assert issuers.by_fingerprint(signer.fingerprint) == signer


def test_a_ca_of_the_same_name_with_another_key_is_another() -> None:
    real, false = Authority.new(), Authority.new()

    assert Issuers.of([real.certificate]).who_signed(false.issue(USCC)) is None


def test_one_changed_byte_is_not_signed_any_more() -> None:
    authority = Authority.new()
    issued = authority.issue(USCC)
    at = issued.index(USCC.encode())

    changed = issued[:at] + b"8" + issued[at + 1 :]

    assert Issuers.of([authority.certificate]).who_signed(changed) is None


def test_sha_1_is_not_believed() -> None:
    authority = Authority.new()
    signed = Signed.certificate(authority.issue(USCC))
    old = Signed(signed.content, "2a864886f70d010105", signed.signature, signed.issuer)

    assert not Issuer.of(authority.certificate).signed(old)


def test_what_openssl_signed_with_sm2_is_recognised() -> None:
    issuers = Issuers.of([CA])

    assert issuers.who_signed(LEAF) == Issuer.of(CA)
    assert issuers.who_signed(LEAF.replace(b"Test Unit", b"Best Unit")) is None
    assert Issuer.of(CA).signed(Signed.revocation_list(CRL))
    assert not Issuer.of(CA).signed(Signed.revocation_list(CRL.replace(b"\x23\x99", b"\x23\x98")))


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_what_is_no_certificate_is_signed_by_nobody(cut: int) -> None:
    authority = Authority.new()

    assert Issuers.of([authority.certificate]).who_signed(authority.issue(USCC)[:cut]) is None


def test_no_bit_of_an_sm2_signature_can_be_changed() -> None:
    issuer, given = Issuer.of(CA), Signed.certificate(LEAF)

    for at in range(4, len(given.signature), 9):
        bent = bytearray(given.signature)
        bent[at] ^= 1
        changed = Signed(given.content, given.algorithm, bytes(bent), given.issuer)
        assert not issuer.signed(changed)


def test_a_file_says_who_signed_it_and_where_to_ask() -> None:
    authority = Authority.new(crl="http://crl.example.cn/1.crl", ocsp="http://ocsp.example.cn")
    issuers = Issuers.of([authority.certificate])

    reading = read_file(authority.issue(USCC), "a.cer", issuers)

    assert reading.trusted_by == Issuer.of(authority.certificate).fingerprint
    assert reading.told_at.crl_url == "http://crl.example.cn/1.crl"
    assert reading.told_at.ocsp_url == "http://ocsp.example.cn"


def test_addresses_of_a_ca_that_is_not_recognised_are_not_even_kept() -> None:
    authority = Authority.new(crl="http://crl.example.cn/1.crl")
    issuers = Issuers.of([Authority.new(name="另一家").certificate])

    reading = read_file(authority.issue(USCC), "a.cer", issuers)

    assert (reading.trusted_by, reading.told_at) == ("", NOWHERE)


@pytest.mark.parametrize("url", ["ldap://ca/cn=1", "file:///etc/passwd", "http://" + "a" * 300])
def test_only_short_web_addresses_are_kept(url: str) -> None:
    assert pointers_of(Authority.new(crl=url).issue(USCC)) == NOWHERE


def test_without_a_list_nobody_is_checked() -> None:
    assert read_file(a_der(USCC)).trusted_by == ""
    assert not Issuers()


def test_an_expired_certificate_is_its_cas_all_the_same() -> None:
    authority = Authority.new()

    old = authority.issue(USCC, ends=NOW - timedelta(days=1))

    assert isinstance(x509.load_der_x509_certificate(old), x509.Certificate)
    assert Issuers.of([authority.certificate]).who_signed(old) is not None
