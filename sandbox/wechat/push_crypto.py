"""Signing and encrypting of WeChat's pushes in safe mode (platforms §1.5)."""

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32


def signature(*parts: str) -> str:
    """sha1 hex of the sorted parts joined: token, timestamp, nonce (and the cipher text)."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def _cipher(aes_key: str) -> Cipher[CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(AES(key), CBC(key[:16]))


def encrypt(text: str, *, appid: str, aes_key: str, salt: bytes) -> str:
    """salt: 16 bytes. AES-256-CBC over salt + length + text + appid, padded to blocks of 32."""
    message = text.encode()
    plain = salt + struct.pack(">I", len(message)) + message + appid.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(sealed).decode()
