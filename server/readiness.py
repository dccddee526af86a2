"""Is everything there that requests need? Each part is asked once, briefly."""

import asyncio
from collections.abc import Awaitable

from tortoise import connections

from server.context import Context

_PATIENCE_S = 1.0


async def down(context: Context) -> list[str]:
    """Names of what does not answer: `database`, `store`, or `stopping`."""
    tools = context.ready[0]
    found = ["stopping"] if context.draining else []
    found += await _part("database", connections.get("default").execute_query("SELECT 1"))
    found += await _part("store", tools.challenges.versions(["readiness"]))
    return found


async def _part(name: str, asked: Awaitable[object]) -> list[str]:
    try:
        await asyncio.wait_for(asked, _PATIENCE_S)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is down
        return [name]
    return []
