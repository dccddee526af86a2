"""Whether a request carries the signature of our own simple wires."""

import hashlib
import hmac

from sanic.request import Request

SKEW_S = 300


def is_signed(request: Request, path: str, key: str, secret: str, now: float) -> bool:
    """X-Key-Id, X-Timestamp (± 300 s) and X-Signature fit. path: below the platform's base URL.

    The signature is the hex HMAC-SHA256 under the secret of four lines: timestamp, POST, path,
    SHA-256 of the body in hex.
    """
    at = request.headers.get("x-timestamp", "")
    if request.headers.get("x-key-id") != key or not at.isdigit():
        return False
    message = f"{at}\nPOST\n{path}\n{hashlib.sha256(request.body).hexdigest()}".encode()
    wanted = hmac.digest(secret.encode(), message, hashlib.sha256).hex()
    given = request.headers.get("x-signature", "")
    return abs(now - int(at)) <= SKEW_S and hmac.compare_digest(wanted, given)
