"""An existing system at the ingest: its key, and posting what it signed."""

import json
from typing import Any

from server.ingest import signature
from tests.build import NOW
from tests.server.door import Door

SECRET = "k" * 40
STAMP = str(int(NOW.timestamp()))


async def post(front: Door, path: str, body: Any, secret: str = SECRET) -> tuple[int, Any]:
    """Send a signed body; status and answer."""
    sent = json.dumps(body).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Key-Id": "core",
        "X-Timestamp": STAMP,
        "X-Signature": signature(secret, STAMP, "POST", path, sent),
    }
    async with front.http.post(front.url + path, data=sent, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)
