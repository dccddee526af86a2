"""Refused steps of a login are put on record, though all that they would have changed is undone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal


async def put_on_record(
    tools: Tools, actor: Actor, action: Action, subject: str, refusal: Refusal, now: datetime
) -> None:
    """One audit entry whose result is the code of a refusal. Must be called outside of tx()."""
    async with tx():
        await audit.record(tools.vault, actor, action, subject, now=now, result=refusal.entry.code)


@asynccontextmanager
async def on_record(
    tools: Tools, actor: Actor, action: Action, subject: str, now: datetime
) -> AsyncIterator[None]:
    """Put what is refused inside on record. Holds a transaction, and is never held by one."""
    try:
        yield
    except Refusal as refusal:
        await put_on_record(tools, actor, action, subject, refusal, now)
        raise
