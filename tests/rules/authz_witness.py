"""Looks for harm: a row, session or challenge that a refused request has changed all the same."""

from dataclasses import dataclass
from typing import Any

from tortoise.connection import get_connections

from tests.server.door import Door


@dataclass(slots=True)
class Witness:
    """Notices a row, an opened session or a challenge that a refused request has changed."""

    front: Door
    rows: str = ""
    steps: int = 0
    sessions: frozenset[str] = frozenset()
    challenges: str = ""

    async def start(self) -> None:
        """Remember how things stand."""
        self.steps, self.rows = await _steps(), await _rows()
        self.sessions, self.challenges = await self._store()

    async def rows_changed(self) -> bool:
        """Whether the database is another one than at the start."""
        steps = await _steps()
        changed = steps != self.steps and await _rows() != self.rows
        self.steps = steps
        return changed

    async def store_changed(self) -> str:
        """'' when no challenge was touched and no session opened, else what was."""
        sessions, challenges = await self._store()
        if challenges != self.challenges:
            return "a challenge changed"
        return "a session was opened" if sessions - self.sessions else ""

    async def _store(self) -> tuple[frozenset[str], str]:
        redis: Any = self.front.app.ctx.opened.store.redis
        live = [name for name in await redis.keys("s:*") if await redis.hexists(name, "p")]
        kept = {
            name: await redis.hgetall(name)
            for name in sorted(await redis.keys("q:*"))
            if await redis.type(name) == "hash" and name.count(":") == 1
        }
        return frozenset(live), str(kept)


async def _steps() -> int:
    # How many rows this connection, the only one, has written so far: one cheap question a cell.
    database = get_connections().get("default")
    return int((await database.execute_query_dict("SELECT total_changes() AS n"))[0]["n"])


async def _rows() -> str:
    database = get_connections().get("default")
    # That somebody was refused may be written down.
    names = await database.execute_query_dict(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'audit_%' AND name NOT LIKE 'sqlite_%'"
    )
    return str([await database.execute_query_dict(f'SELECT * FROM "{n["name"]}"') for n in names])
