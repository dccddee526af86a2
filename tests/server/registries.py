"""The registries played at their port: what each says of a unit, everything else not found."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.ports import Found, LookUp, NotFound, Source, Unavailable
from server.demo.shapes import Dataset, DemoRegistryRecord


@dataclass
class Registries:
    """Registries that know these units. asked: how many look-ups there were."""

    says: Mapping[tuple[Source, str], LookUp] = field(default_factory=dict)
    asked: int = 0

    async def look_up(self, source: Source, uscc: str) -> LookUp:
        """What one registry holds."""
        self.asked += 1
        await asyncio.sleep(0)
        return self.says.get((source, uscc), NotFound())


def of_demo(told: Dataset) -> Registries:
    """The registries of the demonstration."""
    return Registries(
        {(Source(each.source.value), each.uscc): _said(each) for each in told.registry}
    )


def _said(record: DemoRegistryRecord) -> LookUp:
    if not record.available:
        return Unavailable()
    return Found(record.uscc, record.name, record.legal_rep_name, record.legal_rep_id_no)
