"""Reading certificate files: the usual forms, the odd ones, and what must not be read."""

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from models.certificate_file import HoldsKey, Unreadable, read_file
from tests.certificate_files import ISSUER, a_der, a_p7b, a_pem, a_pfx

USCC = "91239900RLXDJ01N3N"
GM_SIGNED_DATA = bytes.fromhex("060a2a811ccf550601040202")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


@pytest.mark.parametrize(
    "data",
    [
        a_der(USCC),
        a_pem(USCC),
        base64.b64encode(a_der(USCC)),
        base64.encodebytes(a_der(USCC)),
        b"noise\n" + a_pem(USCC) + b"more",
        a_p7b(USCC),
        a_p7b(USCC, encoding=Encoding.PEM),
    ],
    ids=["der", "pem", "base64", "base64 lines", "pem in noise", "p7b", "p7b pem"],
)
def test_every_usual_form_reads_the_same(data: bytes) -> None:
    reading = read_file(data)

    assert reading.issuer == ISSUER
    assert reading.serial == "2a00ff"
    assert reading.usccs == (USCC,)
    assert reading.fingerprint == read_file(a_der(USCC)).fingerprint


def test_a_name_in_gbk_bytes_is_still_read() -> None:
    name = "测试公司".encode()
    odd = a_der(USCC).replace(name, "检验测试公司".encode("gb18030"))

    assert read_file(odd).subject.startswith("检验测试公司")


def test_an_envelope_with_the_national_oids_is_searched_for_its_certificate() -> None:
    body = a_p7b(USCC).replace(SIGNED_DATA, GM_SIGNED_DATA[:1] + b"\x09" + GM_SIGNED_DATA[2:11])

    assert read_file(body).usccs == (USCC,)


@pytest.mark.parametrize(
    "data",
    [a_pfx(USCC), base64.b64encode(a_pfx(USCC)), a_pem() + b"-----BEGIN EC PRIVATE KEY-----"],
    ids=["pfx", "pfx base64", "pem with a key"],
)
def test_what_holds_a_key_is_not_read(data: bytes) -> None:
    with pytest.raises(HoldsKey):
        read_file(data)


@pytest.mark.parametrize(
    "data", [b"", b"0", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"hello", a_der()[:-1]]
)
def test_what_is_no_certificate_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_file(data)


def test_a_certificate_cut_or_changed_anywhere_is_read_or_refused_and_never_fails() -> None:
    good = a_der(USCC)

    for at in range(len(good)):
        for bad in (good[:at], good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :]):
            try:
                read_file(bad)
            except (Unreadable, HoldsKey):
                continue


def test_a_certificate_with_an_sm2_key_is_read(tmp_path: Path) -> None:
    key, made = tmp_path / "k.pem", tmp_path / "c.pem"
    _openssl("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", str(key))
    signed = ["-key", str(key), "-sm3", "-sigopt", "distid:1234567812345678", "-days", "9"]
    named = ["-subj", f"/CN=sm2 unit/OU={USCC}", "-out", str(made)]
    _openssl("req", "-new", "-x509", *signed, *named)

    reading = read_file(made.read_bytes())

    assert reading.algorithm == "SM2/SM3"
    assert reading.usccs == (USCC,)


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
