"""What a handler leaves behind: audit entries, debts, the state of a challenge."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from handlers.tools import Tools
from models import audit
from models.audit import Action, AuditEntry
from models.errors.entry import Refusal
from models.outbox import OutboxEvent
from models.store.challenge import Challenge
from tests.build import Shown


async def audited(action: Action | None = None) -> list[dict[str, Any]]:
    """Audit entries in the order of their making, of one kind if asked for."""
    rows = await AuditEntry.all().order_by("id")
    bodies: list[dict[str, Any]] = [msgspec.json.decode(row.body) for row in rows]
    return [body for body in bodies if action is None or body["action"] == action.value]


async def chains_hold(tools: Tools) -> bool:
    """Whether every audit chain verifies."""
    return [fault async for fault in audit.breaks(tools.vault)] == []


@dataclass(frozen=True, slots=True)
class Debt:
    """One row of the outbox."""

    topic: str
    subject: str
    recipients: list[str]
    facts: dict[str, Any]


async def debts() -> list[Debt]:
    """What is owed to people."""
    return [
        Debt(
            row.topic.value,
            row.subject,
            msgspec.json.decode(row.recipients),
            msgspec.json.decode(row.facts),
        )
        for row in await OutboxEvent.all().order_by("id")
    ]


async def challenge_now(tools: Tools, shown: Shown) -> Challenge:
    """The challenge as its browser sees it now."""
    read = await tools.challenges.read(shown.cid, shown.bind)
    assert read.value is not None, read.word
    return read.value


async def refusal_of(asked: Awaitable[object]) -> Refusal:
    """The refusal that a call ends with; fails when it does not refuse."""
    with pytest.raises(Refusal) as refused:
        await asked
    return refused.value
