"""What each of the three registries knows: market, pension_enterprise, pension_public."""

from dataclasses import dataclass, field
from enum import StrEnum


class Source(StrEnum):
    """Which registry."""

    MARKET = "market"
    PENSION_ENTERPRISE = "pension_enterprise"
    PENSION_PUBLIC = "pension_public"


class SourceDown(Exception):
    """The registry cannot answer now."""


@dataclass(slots=True)
class Registry:
    """One registry: records by USCC, and whether (or for which USCC) it is down."""

    units: dict[str, dict[str, object]] = field(default_factory=dict)
    down: bool = False
    down_for: set[str] = field(default_factory=set)

    def set_available(self, uscc: str, *, available: bool) -> None:
        """Take the registry down or up again: for one USCC, or for all when uscc is empty."""
        if not uscc:
            self.down = not available
        elif available:
            self.down_for.discard(uscc)
        else:
            self.down_for.add(uscc)

    def look_up(self, uscc: str) -> dict[str, object] | None:
        """The record, None when unknown. Raises SourceDown."""
        if self.down or uscc in self.down_for:
            raise SourceDown
        return self.units.get(uscc)


class Registries:
    """All three."""

    def __init__(self) -> None:
        self._by_source = {source: Registry() for source in Source}

    def of(self, source: Source) -> Registry:
        """One of them."""
        return self._by_source[source]
