"""Verifying SM2 signatures 国密签名 (GB/T 32918.2), which the library cannot.

Only public keys and signatures come in, so nothing has to take the same time for every input.
"""

from cryptography.hazmat.primitives import hashes

from models import der

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_SIGNER = b"1234567812345678"
"""Who signs, when nothing else was agreed on (GM/T 0009)."""
_POINT_BYTES = 65

Point = tuple[int, int] | None


def is_signed(point: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature (DER of r and s) over a message is by this uncompressed public key."""
    try:
        key = _point(point)
        r, s = (int.from_bytes(each.content, "big") for each in _numbers(signature))
    except (ValueError, IndexError):
        return False
    t = (r + s) % _N
    if not (0 < r < _N and 0 < s < _N and t):
        return False
    x = _add(_times(s, _G), _times(t, key))
    return x is not None and (_digest(key, message) + x[0]) % _N == r


def _numbers(signature: bytes) -> list[der.Node]:
    pair = der.node_at(signature, 0, len(signature)).children()
    if len(pair) != 2:
        raise ValueError("no pair")
    return pair


def _point(data: bytes) -> tuple[int, int]:
    if len(data) != _POINT_BYTES or data[0] != 4:
        raise ValueError("no uncompressed point")
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    if max(x, y) >= _P or (y * y - x * x * x - _A * x - _B) % _P:
        raise ValueError("not on the curve")
    return x, y


def _digest(key: tuple[int, int], message: bytes) -> int:
    curve = b"".join(each.to_bytes(32, "big") for each in (_A, _B, *_G, *key))
    who = _sm3((len(_SIGNER) * 8).to_bytes(2, "big") + _SIGNER + curve)
    return int.from_bytes(_sm3(who + message), "big")


def _sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def _times(factor: int, point: tuple[int, int]) -> Point:
    found: Point = None
    doubled: Point = point
    while factor:
        if factor & 1:
            found = _add(found, doubled)
        doubled = _add(doubled, doubled)
        factor >>= 1
    return found


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % _P == 0:
            return None
        slope = (3 * one[0] * one[0] + _A) * _inverse(2 * one[1]) % _P
    else:
        slope = (other[1] - one[1]) * _inverse(other[0] - one[0]) % _P
    x = (slope * slope - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


def _inverse(number: int) -> int:
    return pow(number, -1, _P)
