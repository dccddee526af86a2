"""Sealed text: personal values as the database holds them, and a key for each purpose."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from enum import StrEnum

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_BYTES = 32
INDEX_BYTES = 20
_MAX_KID = 0xFFFF
_FORMAT = 1
_HEADER_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SALT = b"zhangban/vault/1"
_SEPARATOR = "\x1f"


class Suite(StrEnum):
    """Which algorithms: intl (AES-256-GCM, SHA-256) or sm 国密 (SM4-GCM, SM3; domain §4.2)."""

    INTL = "intl"
    SM = "sm"


_SUITE_BYTE = {Suite.INTL: 1, Suite.SM: 2}
_SUITE_OF_BYTE = {byte: suite for suite, byte in _SUITE_BYTE.items()}
_FIELD_KEY_BYTES = {Suite.INTL: 32, Suite.SM: 16}


class SealBroken(Exception):
    """A sealed value cannot be opened; whether key, place or bytes are wrong is not said."""


class Vault:
    """Keys derived from master keys, each for one purpose, and what is done with them.

    An envelope is `version 1 | suite 1 | key id 2 | nonce 12 | ciphertext | tag 16` bytes, its
    header authenticated with the address. Nonces are random: rotate a master before 2**32 seals.
    Values sealed under any of the masters and either suite can be opened, so a rotation
    (`needs_reseal`) and a change of suite can run while the service does.
    """

    def __init__(
        self,
        master: bytes,
        suite: Suite | str = Suite.INTL,
        *,
        kid: int = 1,
        older: Sequence[tuple[int, bytes]] = (),
    ) -> None:
        """master, kid: the newest key, 32 bytes, and its id (1..65535); older: those before it.

        Raises ValueError for a master of another length, an id twice or out of range, and a suite
        that is unknown or that this build of OpenSSL does not have.
        """
        masters = [(kid, master), *older]
        if len({number for number, _ in masters}) != len(masters):
            raise ValueError("key id given twice")
        self._suite = Suite(suite)
        self._kid = kid
        self._rings = {number: _KeyRing(number, secret) for number, secret in masters}
        try:
            self.key("self-test")
            self.open(self.seal("", aad="self-test"), aad="self-test")
        except (UnsupportedAlgorithm, SealBroken):
            raise ValueError(f"suite {self._suite} is not available in this OpenSSL") from None

    def __repr__(self) -> str:
        return f"<Vault {self._suite} kid={self._kid}>"

    @property
    def suite(self) -> Suite:
        """The suite in which new values are sealed."""
        return self._suite

    @property
    def kid(self) -> int:
        """The id of the key under which new values are sealed."""
        return self._kid

    def seal(self, plain: str, *, aad: str) -> bytes:
        """Encrypt a text for one place. aad: its address, `table.column.row-id`."""
        header = bytes((_FORMAT, _SUITE_BYTE[self._suite])) + self._kid.to_bytes(2, "big")
        nonce = secrets.token_bytes(_NONCE_BYTES)
        field = self._rings[self._kid].field(self._suite)
        return header + nonce + field.encrypt(nonce, plain.encode(), header + aad.encode())

    def open(self, blob: bytes | memoryview, *, aad: str) -> str:
        """The text that was sealed for this address. Raises SealBroken, and nothing else."""
        blob = bytes(blob)
        suite, kid = _read_header(blob)
        header, nonce = blob[:_HEADER_BYTES], blob[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        try:
            field = self._rings[kid].field(suite)
            plain = field.decrypt(
                nonce, blob[_HEADER_BYTES + _NONCE_BYTES :], header + aad.encode()
            )
            return plain.decode()
        except (KeyError, InvalidTag, UnsupportedAlgorithm, ValueError):
            raise SealBroken("sealed value cannot be opened") from None

    def needs_reseal(self, blob: bytes | memoryview) -> bool:
        """Whether a rotation has to seal this anew (an older key, or the other suite).

        Reads the header only. Raises SealBroken when it is no envelope.
        """
        return _read_header(bytes(blob)) != (self._suite, self._kid)

    def index(self, *parts: str) -> str:
        """Blind index of a value: 40 hex digits, equal for equal parts, useless without the key.

        parts: in their normal form, such as `id_type, number`. Raises ValueError for a part that
        holds U+001F, which separates them.
        """
        return self._rings[self._kid].index(self._suite, _joined(parts))

    def index_candidates(self, *parts: str) -> tuple[str, ...]:
        """`index` first, then what it was under the other keys and suite.

        For look-ups (`WHERE bidx IN …`) while a rotation has not yet reached every row.
        """
        joined = _joined(parts)
        current = self._rings[self._kid]
        rings = [current, *(ring for ring in self._rings.values() if ring is not current)]
        suites = sorted(Suite, key=lambda suite: suite is not self._suite)
        return tuple(ring.index(suite, joined) for ring in rings for suite in suites)

    def key(self, purpose: str, *, kid: int | None = None, suite: Suite | None = None) -> bytes:
        """32 bytes for one named purpose (`qr-frame`), unrelated to those of any other purpose.

        kid, suite: an older key or the other suite, for checking what was made before a change
        (KeyError if the key is unknown).
        """
        ring = self._rings[self._kid if kid is None else kid]
        return ring.purpose(suite or self._suite, purpose)

    def mac(
        self, purpose: str, message: bytes, *, kid: int | None = None, suite: Suite | None = None
    ) -> bytes:
        """HMAC-SHA256 or HMAC-SM3 of the message under the key of that purpose; 32 bytes."""
        return _mac(suite or self._suite, self.key(purpose, kid=kid, suite=suite), message)


class _Sm4Gcm:
    """SM4-GCM with the interface of AESGCM, which cryptography has for AES only."""

    def __init__(self, key: bytes) -> None:
        self._cipher = SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        encryptor = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(aad)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        text, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
        decryptor = Cipher(self._cipher, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(aad)
        # Nothing is returned before finalize() has checked the tag.
        return decryptor.update(text) + decryptor.finalize()


class _KeyRing:
    """The keys derived from one master, each on its first use."""

    def __init__(self, kid: int, master: bytes) -> None:
        if len(master) != MASTER_BYTES:
            raise ValueError(f"a master key has {MASTER_BYTES} bytes, not {len(master)}")
        if not 1 <= kid <= _MAX_KID:
            raise ValueError(f"a key id lies within 1..{_MAX_KID}, not {kid}")
        self._master = master
        self._fields: dict[Suite, AESGCM | _Sm4Gcm] = {}
        self._keys: dict[tuple[Suite, str], bytes] = {}

    def field(self, suite: Suite) -> AESGCM | _Sm4Gcm:
        field = self._fields.get(suite)
        if field is None:
            key = self._derive(suite, "field", _FIELD_KEY_BYTES[suite])
            field = AESGCM(key) if suite is Suite.INTL else _Sm4Gcm(key)
            self._fields[suite] = field
        return field

    def index(self, suite: Suite, joined: bytes) -> str:
        key = self._cached(suite, "index")
        return _mac(suite, key, joined)[:INDEX_BYTES].hex()

    def purpose(self, suite: Suite, purpose: str) -> bytes:
        # The prefix keeps a purpose named "index" away from the blind index.
        return self._cached(suite, f"purpose/{purpose}")

    def _cached(self, suite: Suite, label: str) -> bytes:
        key = self._keys.get((suite, label))
        if key is None:
            key = self._keys[suite, label] = self._derive(suite, label, 32)
        return key

    def _derive(self, suite: Suite, label: str, length: int) -> bytes:
        algorithm = hashes.SHA256() if suite is Suite.INTL else hashes.SM3()
        info = f"{suite}/{label}".encode()
        return HKDF(algorithm, length, _SALT, info).derive(self._master)


def _read_header(blob: bytes) -> tuple[Suite, int]:
    shortest = _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES
    if len(blob) < shortest or blob[0] != _FORMAT or blob[1] not in _SUITE_OF_BYTE:
        raise SealBroken("sealed value cannot be opened")
    return _SUITE_OF_BYTE[blob[1]], int.from_bytes(blob[2:_HEADER_BYTES], "big")


def _joined(parts: Sequence[str]) -> bytes:
    if not parts or any(_SEPARATOR in part for part in parts):
        raise ValueError("an index needs parts, and none that holds U+001F")
    return _SEPARATOR.join(parts).encode()


def _mac(suite: Suite, key: bytes, message: bytes) -> bytes:
    if suite is Suite.INTL:
        return hmac.digest(key, message, hashlib.sha256)
    keyed = HMAC(key, hashes.SM3())
    keyed.update(message)
    return keyed.finalize()
