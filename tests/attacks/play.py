"""Moves that many attacks have in common."""

import base64
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from models.frame import Frames
from models.sealed import Vault
from tests.live import Desk, Live, Phone
from tests.live_processes import MASTER_KEY

HOME, ABROAD = "11.11.11.11", "9.9.9.9"
SID, BIND = "zb_sid", "zb_qb"


async def scanned(live: Live, key: str, **phone: str) -> tuple[Desk, Phone, dict[str, Any]]:
    """A desk and the phone of a persona that has just scanned it, not yet approved."""
    desk, player = live.desk(), await live.phone(key, **phone)
    await desk.issue(player.role)
    return desk, player, (await player.scan(desk)).good()


async def approved(live: Live, key: str) -> tuple[Desk, Phone]:
    """A desk whose challenge a persona has approved, for the first of his units."""
    desk, phone, seen = await scanned(live, key)
    (await phone.approve(seen, seen["units"][0]["id"])).good()
    return desk, phone


def frames_of(live: Live) -> Frames:
    """What only the server can do: make frames. For attacks by somebody who knows its key."""
    return Frames(Vault(base64.b64decode(MASTER_KEY)), live.url)


async def report(phone: Phone, text: str, **other: Any) -> Any:
    """Send a scanned text as the mini-program would."""
    body = {"text": text, "scene": 1011, "source": "scanner"} | other
    return await phone.post("/phone/scans", body)


def change(live: Live, statement: str, *values: str) -> int:
    """Change a row behind the product's back, as the agency's own people might; rows changed."""
    with closing(sqlite3.connect(live.running.database, timeout=10)) as file, file:
        return file.execute(statement, values).rowcount


@contextmanager
def locked(live: Live, id_of_person: str) -> Iterator[None]:
    """Somebody who may not log in for a while."""
    statement = "UPDATE persons SET status = ? WHERE id = ?"
    assert change(live, statement, "disabled", id_of_person) == 1
    try:
        yield
    finally:
        change(live, statement, "active", id_of_person)


def audited(live: Live, action: str, subject: str) -> list[dict[str, str]]:
    """What the audit trail says of a subject: actor and result of each entry."""
    with closing(sqlite3.connect(f"file:{live.running.database}?mode=ro", uri=True)) as file:
        rows = file.execute(
            "SELECT json_extract(body, '$.actor'), json_extract(body, '$.result')"
            " FROM audit_entries WHERE json_extract(body, '$.action') = ?"
            " AND json_extract(body, '$.subject') = ?",
            (action, subject),
        ).fetchall()
    return [{"actor": actor, "result": result} for actor, result in rows]


def person_who_scanned(live: Live, challenge_id: str) -> str:
    """The id of the person who claimed a challenge."""
    return audited(live, "login.scan", challenge_id)[0]["actor"]


def without_traces(body: bytes) -> bytes:
    """An answer without its trace id, to compare two of them."""
    return re.sub(rb'"trace_id":"[^"]*"', b'"trace_id":""', body)
