"""Waiting for something to happen, but not for ever."""

import asyncio
import contextlib


async def within(seconds: float, event: asyncio.Event) -> None:
    """Until the event is set, or the time is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
