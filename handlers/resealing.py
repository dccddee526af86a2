"""Sealed columns that are found by nothing: moved to the newest key row by row, no owner together.

A column `x_sealed` of a table is bound to `table.x.id`, as everywhere.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tortoise.models import Model

from models.account import OneTimeCode
from models.certificate import Certificate
from models.filing import FilingStep
from models.idempotency import IdempotencyKey
from models.officer import Officer
from models.privacy import DataExport
from models.sealed import SealBroken, Vault
from models.unit import Contact
from models.window import WindowMaterial

LOOSE: tuple[type[Model], ...] = (
    DataExport,
    Contact,
    Certificate,
    FilingStep,
    Officer,
    WindowMaterial,
)
"""Tables whose sealed columns have no blind index beside them."""

LEFT_TO_EXPIRE: tuple[type[Model], ...] = (IdempotencyKey, OneTimeCode)
"""Sealed for a day at most; keep the older key so long."""

_SUFFIX = "_sealed"


@dataclass(frozen=True, slots=True)
class Resealed:
    """One row that was looked at. place: `table.id`; moved: whether it was written anew."""

    place: str
    moved: bool = False
    broken: bool = False


async def reseal(vault: Vault, *, batch: int) -> AsyncIterator[Resealed]:
    """Move every row of LOOSE to the newest key; a row is one statement, if nobody was faster."""
    for table in LOOSE:
        after = ""
        while rows := await table.filter(id__gt=after).order_by("id").limit(batch):
            after = rows[-1].pk
            for row in rows:
                yield await _one(vault, row)


def sealed_columns(table: type[Model]) -> list[str]:
    """The names of a table's sealed columns."""
    return [name for name in table._meta.fields_map if name.endswith(_SUFFIX)]


async def _one(vault: Vault, row: Model) -> Resealed:
    table = row._meta.db_table
    place = f"{table}.{row.pk}"
    kept = {name: getattr(row, name) for name in sealed_columns(type(row)) if getattr(row, name)}
    fresh: dict[str, Any] = {}
    try:
        for name, blob in kept.items():
            if vault.needs_reseal(blob):
                aad = f"{table}.{name.removesuffix(_SUFFIX)}.{row.pk}"
                fresh[name] = vault.seal(vault.open(blob, aad=aad), aad=aad)
    except SealBroken:
        return Resealed(place, broken=True)
    if not fresh:
        return Resealed(place)
    unchanged = type(row).filter(**{"id": row.pk} | {name: kept[name] for name in fresh})
    return Resealed(place, moved=bool(await unchanged.update(**fresh)))
