"""Alipay's signatures, certificate numbers and content encryption (platforms §3.1)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from json import JSONDecodeError, JSONDecoder

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_RSA_FAMILY = "1.2.840.113549.1.1"
_SPACE = " \t\r\n"


class AnswerRefused(ValueError):
    """An answer or notification that is not Alipay's, or not as Alipay writes them."""


def read_private_key(text: str) -> RSAPrivateKey:
    """Our key: PEM, or the bare base64 (PKCS#8 or PKCS#1) that Alipay's key tool writes.

    Parsed once: parsing costs far more than a signature. Raises ValueError.
    """
    key = (
        load_pem_private_key(text.encode(), None)
        if "-----" in text
        else load_der_private_key(_der(text), None)
    )
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise ValueError("an RSA key of at least 2048 bits is needed")
    return key


def read_public_key(text: str) -> RSAPublicKey:
    """Alipay's key: PEM, or the bare base64 of the console. Raises ValueError."""
    key = load_pem_public_key(text.encode()) if "-----" in text else load_der_public_key(_der(text))
    return _rsa(key)


def certificate_key(pem: str) -> RSAPublicKey:
    """The public key inside Alipay's certificate. Raises ValueError."""
    return _rsa(x509.load_pem_x509_certificate(pem.encode()).public_key())


def signing_text(params: Mapping[str, str], *, without: tuple[str, ...] = ("sign",)) -> str:
    """`k=v` joined by `&`, sorted by key, empty values dropped, nothing URL-encoded."""
    kept = sorted((name, value) for name, value in params.items() if name not in without and value)
    return "&".join(f"{name}={value}" for name, value in kept)


def sign(params: Mapping[str, str], key: RSAPrivateKey) -> str:
    """RSA2 (PKCS#1 v1.5, SHA-256) in base64; about 1 ms with 2048 bits, cheaper than a thread."""
    return base64.b64encode(key.sign(signing_text(params).encode(), PKCS1v15(), SHA256())).decode()


def verified(text: str, signature: str, key: RSAPublicKey) -> bool:
    """Whether `signature` (base64) is Alipay's over exactly this text."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def notification_verified(params: Mapping[str, str], key: RSAPublicKey) -> bool:
    """Whether a notification 异步通知 is Alipay's. Ordinary ones leave sign_type out of the signed
    text, some services leave it in, and nothing in the message says which.
    """
    if params.get("sign_type") != "RSA2":
        return False
    signature = params.get("sign", "")
    return any(
        verified(signing_text(params, without=without), signature, key)
        for without in (("sign", "sign_type"), ("sign",))
    )


def members(raw: str) -> dict[str, str]:
    """The top-level members of a JSON object as raw text, just as they stand in it.

    Only the raw text can be verified; parsing and writing again would change it. A key that stands
    twice is refused: signer and reader might each take another one. Raises AnswerRefused.
    """
    found: dict[str, str] = {}
    decoder = JSONDecoder()
    at = _past(raw, 0, "{")
    try:
        while True:
            name, end = decoder.raw_decode(raw, at)
            start = _past(raw, end, ":")
            _, end = decoder.raw_decode(raw, start)
            if not isinstance(name, str) or name in found:
                raise AnswerRefused("not an object with distinct keys")
            found[name] = raw[start:end]
            end = _skip(raw, end)
            if raw[end : end + 1] == "}":
                break
            at = _past(raw, end, ",")
    except (JSONDecodeError, RecursionError):
        raise AnswerRefused("not JSON") from None
    if raw[end + 1 :].strip(_SPACE):
        raise AnswerRefused("more after the object")
    return found


def certificate_number(pem: str) -> str:
    """app_cert_sn: md5 of the issuer, last part first, and the serial number. Raises ValueError."""
    return _number(x509.load_pem_x509_certificate(pem.encode()))


def root_number(pems: str) -> str:
    """alipay_root_cert_sn: the numbers of all RSA-signed certificates of the file, joined by `_`.

    The real file holds one that no strict parser reads; it is not RSA-signed, so it is passed over.
    Raises ValueError when none is left.
    """
    numbers = []
    for block in _PEM.findall(pems):
        try:
            certificate = x509.load_pem_x509_certificate(block.encode())
        except ValueError:
            continue
        if certificate.signature_algorithm_oid.dotted_string.startswith(_RSA_FAMILY):
            numbers.append(_number(certificate))
    if not numbers:
        raise ValueError("no RSA certificate among the roots")
    return "_".join(numbers)


def seal_content(text: str, key_b64: str) -> str:
    """AES-CBC with Alipay's zero IV, PKCS#7, base64."""
    padder = PKCS7(128).padder()
    encryptor = _aes(key_b64).encryptor()
    padded = padder.update(text.encode()) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def open_content(sealed: str, key_b64: str) -> str:
    """The text that `seal_content` sealed. Raises AnswerRefused."""
    try:
        decryptor, unpadder = _aes(key_b64).decryptor(), PKCS7(128).unpadder()
        padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except ValueError:
        raise AnswerRefused("cannot be decrypted") from None


def _aes(key_b64: str) -> Cipher[CBC]:
    return Cipher(AES(base64.b64decode(key_b64)), CBC(bytes(16)))


def _number(certificate: x509.Certificate) -> str:
    parts = (
        f"{part.rfc4514_attribute_name}={part.value!s}"
        for part in reversed(list(certificate.issuer))
    )
    text = ",".join(parts) + str(certificate.serial_number)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _rsa(key: object) -> RSAPublicKey:
    if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
        raise ValueError("an RSA key of at least 2048 bits is needed")
    return key


def _der(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        # The library's message would quote the key.
        raise ValueError("neither PEM nor base64") from None


def _skip(raw: str, at: int) -> int:
    while raw[at : at + 1] and raw[at] in _SPACE:
        at += 1
    return at


def _past(raw: str, at: int, mark: str) -> int:
    at = _skip(raw, at)
    if raw[at : at + 1] != mark:
        raise AnswerRefused("not a JSON object")
    return _skip(raw, at + 1)
