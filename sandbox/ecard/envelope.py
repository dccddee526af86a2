"""The `security` envelope: AES-128-CBC, PKCS#7, fixed IV, over UTF-8 JSON (platforms §4.2)."""

import base64
import json

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from sandbox.credentials import ECARD


class EnvelopeBroken(ValueError):
    """The text is not base64, not our cipher text, or not a JSON object inside."""


def _cipher() -> Cipher[CBC]:
    return Cipher(AES(ECARD.encrypt_key.encode()), CBC(ECARD.iv.encode()))


def seal(content: dict[str, object]) -> str:
    """Encrypt a JSON object; the answer is base64 text."""
    padder = PKCS7(128).padder()
    plain = padder.update(json.dumps(content, ensure_ascii=False).encode()) + padder.finalize()
    encryptor = _cipher().encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def unseal(text: str) -> dict[str, object]:
    """Decrypt what `seal` made. Raises EnvelopeBroken for anything else."""
    try:
        decryptor = _cipher().decryptor()
        padded = decryptor.update(base64.b64decode(text, validate=True)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        content = json.loads(unpadder.update(padded) + unpadder.finalize())
    except ValueError as broken:
        raise EnvelopeBroken("not an envelope") from broken
    if not isinstance(content, dict):
        raise EnvelopeBroken("not a JSON object")
    return content
