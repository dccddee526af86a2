"""RSA2 signatures over requests and over the raw text of answers (platforms §3.1)."""

import base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


def signed_text(params: Mapping[str, str]) -> str:
    """What a request's signature covers: all but sign and empty values, sorted, not encoded."""
    kept = sorted((name, value) for name, value in params.items() if name != "sign" and value)
    return "&".join(f"{name}={value}" for name, value in kept)


def sign(text: str, key: RSAPrivateKey) -> str:
    """base64 of RSA PKCS#1 v1.5 with SHA-256."""
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def is_signed(text: str, signature: str, key: RSAPublicKey) -> bool:
    """Does the signature fit the text?"""
    try:
        key.verify(base64.b64decode(signature), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
