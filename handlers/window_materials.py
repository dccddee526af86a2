"""Papers scanned at the window 材料: kept for the grant to come, removable until then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.officer_units import unit_in_scope
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.filing import STATE_CHANGED
from models.errors.system import NOT_FOUND
from models.window import WindowMaterial

UNUSED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that lies in the upload folder under its id. size in bytes, sha256 in hex."""

    id: str
    name: str
    mime: str
    size: int
    sha256: str


async def add(
    tools: Tools, actor: Actor, unit_id: str, paper: Paper, *, now: datetime
) -> WindowMaterial:
    """Keep a paper for a grant to come. Refuses: NOT_FOUND for a unit out of scope."""
    async with tx():
        unit = await unit_in_scope(actor, unit_id)
        row = await WindowMaterial.create(
            id=paper.id,
            unit_id=unit.id,
            officer_id=actor.person_id,
            name_sealed=tools.vault.seal(paper.name, aad=_address(paper.id)),
            mime=paper.mime,
            size=paper.size,
            sha256=paper.sha256,
            created_at=now,
        )
        await audit.record(tools.vault, actor, Action.MATERIAL_ADD, row.id, now=now)
    return row


async def read(tools: Tools, actor: Actor, material_id: str) -> Paper:
    """A paper of the officer's own, to be looked at. Refuses: NOT_FOUND."""
    row = await _own(actor, material_id)
    name = tools.vault.open(row.name_sealed, aad=_address(row.id))
    return Paper(row.id, name, row.mime, row.size, row.sha256)


async def remove(tools: Tools, actor: Actor, material_id: str, *, now: datetime) -> None:
    """Take a paper away again. Refuses: NOT_FOUND, STATE_CHANGED once a grant was made with it."""
    async with tx():
        row = await _own(actor, material_id)
        if not await WindowMaterial.filter(id=row.id, window_grant_id=None).delete():
            raise STATE_CHANGED.refuse(current="已提交")
        await audit.record(tools.vault, actor, Action.MATERIAL_REMOVE, row.id, now=now)


async def forget_unused(*, now: datetime) -> list[str]:
    """Rows that no grant came of within a week are deleted; ids of the files to delete."""
    unused = WindowMaterial.filter(window_grant_id=None, created_at__lt=now - UNUSED)
    return [
        row.id
        for row in await unused.limit(500)
        if await WindowMaterial.filter(id=row.id, window_grant_id=None).delete()
    ]


async def _own(actor: Actor, material_id: str) -> WindowMaterial:
    row = await WindowMaterial.get_or_none(id=material_id, officer_id=actor.person_id)
    if row is None:
        raise NOT_FOUND.refuse()
    return row


def _address(material_id: str) -> str:
    return f"window_materials.name.{material_id}"
