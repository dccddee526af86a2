"""What people do with a phone: scan, approve, deny, each through its handler at NOW."""

from datetime import datetime
from typing import Literal

from handlers import approvals, scans
from handlers.scans import Scan, Scanned
from handlers.tools import Tools
from models.unit import Unit
from models.vocabulary import Role
from tests.build import DESK_IP, NOW, Shown, Signed, an_actor, text_of

LIVE_SCAN = 1011


async def scan(
    tools: Tools,
    phone: Signed,
    shown: Shown,
    *,
    text: str | None = None,
    scene: int = LIVE_SCAN,
    source: Literal["link", "scanner"] = "scanner",
    scanned_at_s: int | None = None,
    ip: str = DESK_IP,
    now: datetime = NOW,
) -> Scanned:
    """Scan what a desk shows, from the desk's own address unless told otherwise."""
    seen = Scan(text or text_of(tools, shown), scene, scanned_at_s, source)
    return await scans.scan(tools, phone.session, seen, an_actor(phone.session, ip), now=now)


async def approve(
    tools: Tools,
    phone: Signed,
    scanned: Scanned,
    unit: Unit | str | None = None,
    *,
    role: Role | None = None,
    nonce: str | None = None,
    now: datetime = NOW,
) -> None:
    """Approve what was scanned; without a unit the desk chooses."""
    await approvals.approve(
        tools,
        phone.session,
        an_actor(phone.session),
        scanned.challenge_id,
        nonce=nonce or scanned.nonce,
        role=role or scanned.role,
        unit_id=unit.id if isinstance(unit, Unit) else unit,
        now=now,
    )


async def deny(
    tools: Tools,
    phone: Signed,
    scanned: Scanned,
    reason: Literal["cancel", "not_me"] = "cancel",
    *,
    nonce: str | None = None,
) -> None:
    """Say no to what was scanned."""
    await approvals.deny(
        tools,
        phone.session,
        an_actor(phone.session),
        scanned.challenge_id,
        nonce=nonce or scanned.nonce,
        reason=reason,
        now=NOW,
    )
