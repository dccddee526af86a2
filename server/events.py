"""One event of a stream, as EventSource reads it."""

from typing import Any

import msgspec


def event_text(name: str, facts: Any, number: int | str | None = None) -> str:
    """An event. number: what the browser names when it comes again (Last-Event-ID)."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {msgspec.json.encode(facts).decode()}\n\n"
