"""The e-card platform's wire: CSB signature, the encrypted envelope, the shapes of an answer."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

CIPHERS = {"aes-cbc": AES, "sm4-cbc": SM4}
# "000000" seals its result; 200 is the older call, whose result stands open (platforms §4.2).
SEALED_OK = "000000"
OPEN_OK = "200"


class EnvelopeBroken(ValueError):
    """Not sealed with this channel's key, or no JSON object inside."""


class AnswerMalformed(ValueError):
    """Neither an answer of the platform nor an error of its broker."""


class BusinessError(Exception):
    """The platform understood and says no. msg_code: as text, whether it came as text or number."""

    def __init__(self, msg_code: str) -> None:
        super().__init__(f"msgCode {msg_code}")
        self.msg_code = msg_code


class BrokerError(Exception):
    """The service bus did not pass the call on. request_id: to quote to its operators."""

    def __init__(self, code: str, request_id: str | None) -> None:
        super().__init__(f"broker code {code}")
        self.code = code
        self.request_id = request_id


def csb_signature(params: Mapping[str, str], secret_key: str) -> str:
    """base64 HMAC-SHA1 over the `_api_*` headers and query parameters; not over the body."""
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    return base64.b64encode(hmac.digest(secret_key.encode(), text.encode(), hashlib.sha1)).decode()


class Envelope:
    """Seals and opens the `security` and `encrypt` members: CBC, PKCS#7, a fixed IV, base64.

    Nothing here proves who sealed it (CBC has no MAC): the answers' integrity is that of TLS.
    Raises ValueError, which names no key, for a key or IV of the wrong length or cipher unknown.
    """

    def __init__(self, key: str, iv: str, cipher: str) -> None:
        if len(key.encode()) != 16 or len(iv.encode()) != 16 or cipher not in CIPHERS:
            raise ValueError("the channel needs a 16-byte key, a 16-byte IV and a known cipher")
        self._cipher = Cipher(CIPHERS[cipher](key.encode()), CBC(iv.encode()))

    def seal(self, content: Mapping[str, object]) -> str:
        """Encrypt a JSON object."""
        padder, encryptor = PKCS7(128).padder(), self._cipher.encryptor()
        plain = json.dumps(dict(content), ensure_ascii=False).encode()
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> dict[str, Any]:
        """Decrypt a JSON object. Raises EnvelopeBroken, the same for every way it can be broken."""
        try:
            decryptor, unpadder = self._cipher.decryptor(), PKCS7(128).unpadder()
            padded = decryptor.update(base64.b64decode(sealed, validate=True))
            plain = unpadder.update(padded + decryptor.finalize()) + unpadder.finalize()
            content = json.loads(plain)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise EnvelopeBroken("not an envelope of this channel")
        return content


def read_answer(body: bytes, envelope: Envelope) -> dict[str, Any]:
    """The result inside an answer. Raises BusinessError, BrokerError, AnswerMalformed."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise AnswerMalformed("not a JSON object")
    if answer.get("msgCode") is None:
        return _broker(answer)
    msg_code = str(answer["msgCode"])
    if msg_code not in (SEALED_OK, OPEN_OK):
        raise BusinessError(msg_code[:20])
    result = answer.get("result")
    if isinstance(result, dict) and isinstance(result.get("encrypt"), str):
        try:
            return envelope.open(result["encrypt"])
        except EnvelopeBroken:
            raise AnswerMalformed("result cannot be opened") from None
    if msg_code == OPEN_OK and isinstance(result, dict):
        return result
    raise AnswerMalformed("a success without a result")


def _broker(answer: dict[str, Any]) -> dict[str, Any]:
    code = answer.get("csbCode", answer.get("code"))
    if code is None:
        raise AnswerMalformed("neither msgCode nor broker code")
    request_id = answer.get("requestId")
    raise BrokerError(str(code)[:20], str(request_id)[:64] if request_id else None)
