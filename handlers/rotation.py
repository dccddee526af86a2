"""Key rotation 密钥轮换: personal values sealed again under the newest key, while the service runs.

All rows that name one document number move to the new key together, in one transaction, so that
whoever compares their blind indexes never sees half of a person.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from tortoise.exceptions import IntegrityError

from handlers.resealing import reseal
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.grant import Grant
from models.identity import IdentityColumns
from models.person import Person
from models.registration import Registration
from models.sealed import SealBroken, Vault
from models.unit import LegalRep
from models.vocabulary import IdType

TABLES: tuple[type[IdentityColumns], ...] = (Person, LegalRep, Grant, Registration)
"""Every table whose rows name a person; other sealed columns are those of handlers.resealing."""

BATCH = 100
PATIENCE_S = (0.2, 1.0, 3.0)
"""Pauses before rows that somebody else was changing are tried again."""

_Owner: TypeAlias = tuple[IdType, str]
"""Kind of document and the blind index of its number, as rows hold them."""


@dataclass(slots=True)
class Rotation:
    """What a rotation has done: rows seen and moved, and where it could not go on.

    broken: rows that no known key opens; doubled: rows whose document number stands in another row
    under the newest key already; busy: owners who were being changed each time we came. Rows are
    named `table.id`.
    """

    seen: int = 0
    moved: int = 0
    broken: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    busy: set[_Owner] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether everything is under the newest key now."""
        return not (self.broken or self.doubled or self.busy)


async def rotate(
    vault: Vault,
    *,
    now: datetime,
    batch: int = BATCH,
    told: Callable[[Rotation], None] = lambda _: None,
) -> Rotation:
    """Move every row to the newest key and suite; can be stopped and run again at any point.

    Each batch is a transaction of its own: a row is either wholly under its old key or wholly under
    the new one. told: is shown the progress after each batch. One audit record at the end.
    """
    done = Rotation()
    for table in TABLES:
        after = ""
        while rows := await table.filter(id__gt=after).order_by("id").limit(batch):
            after = rows[-1].id
            done.seen += len(rows)
            await _move_owners(vault, {_owner(row) for row in _stale(vault, rows, done)}, done)
            told(done)
    for pause_s in PATIENCE_S:
        if not done.busy:
            break
        await asyncio.sleep(pause_s)
        waiting, done.busy = done.busy, set()
        await _move_owners(vault, waiting, done)
    async for row in reseal(vault, batch=batch):
        done.seen += 1
        done.moved += row.moved
        if row.broken and row.place not in done.broken:
            done.broken.append(row.place)
    told(done)
    await _record(vault, done, now)
    return done


def _owner(row: IdentityColumns) -> _Owner:
    return row.id_type, row.id_no_index


def _stale(vault: Vault, rows: Iterable[IdentityColumns], done: Rotation) -> list[IdentityColumns]:
    found = []
    for row in rows:
        try:
            if any(vault.needs_reseal(blob) for blob in row.blobs()):
                found.append(row)
        except SealBroken:
            _note(done.broken, row)
    return found


async def _move_owners(vault: Vault, owners: set[_Owner], done: Rotation) -> None:
    if not owners:
        return
    try:
        async with tx():
            moved, busy, broken = await _move(vault, owners)
    except IntegrityError:
        await _move_one_by_one(vault, owners, done)
        return
    done.moved += moved
    done.busy |= busy
    for row in broken:
        _note(done.broken, row)


async def _move_one_by_one(vault: Vault, owners: set[_Owner], done: Rotation) -> None:
    if len(owners) > 1:
        for owner in owners:
            await _move_owners(vault, {owner}, done)
        return
    for row in await _rows_of(owners):
        _note(done.doubled, row)


async def _move(
    vault: Vault, owners: set[_Owner]
) -> tuple[int, set[_Owner], list[IdentityColumns]]:
    """Rows moved, owners of whom somebody holds a row, rows that cannot be opened."""
    there = await _rows_of(owners)
    # Never waits for a lock while holding others, so a rotation cannot be part of a deadlock.
    held = await _rows_of(owners, lock=True)
    missing = {_name(row) for row in there} - {_name(row) for row in held}
    busy = {_owner(row) for row in there if _name(row) in missing}
    moved, broken = 0, []
    for row in held:
        if _owner(row) in busy:
            continue
        try:
            moved += await _reseal(vault, row)
        except SealBroken:
            broken.append(row)
    return moved, busy, broken


async def _rows_of(owners: set[_Owner], *, lock: bool = False) -> Sequence[IdentityColumns]:
    rows: list[IdentityColumns] = []
    for table in TABLES:
        named = table.filter(id_no_index__in=[index for _, index in owners]).order_by("id")
        rows += await (named.select_for_update(skip_locked=True) if lock else named)
    return [row for row in rows if _owner(row) in owners]


async def _reseal(vault: Vault, row: IdentityColumns) -> int:
    """Write a row's columns anew if it still holds what was read; 1 if so."""
    unchanged = type(row).filter(
        id=row.id, id_no_sealed=row.id_no_sealed, name_sealed=row.name_sealed
    )
    return await unchanged.update(**row.resealed(vault))


async def _record(vault: Vault, done: Rotation, now: datetime) -> None:
    if not done.moved and done.complete:
        return
    async with tx():
        await audit.record(
            vault,
            Actor(),
            Action.KEYS_ROTATED,
            f"key:{vault.kid}",
            now=now,
            result="ok" if done.complete else "partial",
            detail={
                "suite": vault.suite.value,
                "seen": done.seen,
                "moved": done.moved,
                "broken": len(done.broken),
                "doubled": len(done.doubled),
                "busy": len(done.busy),
            },
        )


def _name(row: IdentityColumns) -> str:
    return f"{row._meta.db_table}.{row.id}"


def _note(places: list[str], row: IdentityColumns) -> None:
    if _name(row) not in places:
        places.append(_name(row))
