"""What the core system has to tell of units: changes in their order, each behind a position."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import Clock


@dataclass(slots=True)
class Changes:
    """The changes so far, oldest first. Positions go on rising after a reset or a new start."""

    clock: Clock
    told: list[tuple[str, Any]] = field(default_factory=list)

    def add(self, unit: Any) -> str:
        """Tell of a change as it is given, well-formed or not; its position.

        Of an object, event_id and at are filled in where they are absent.
        """
        now = self.clock.now()
        last = int(self.told[-1][0]) if self.told else 0
        position = f"{max(int(now * 1000), last + 1):015d}"
        if isinstance(unit, dict):
            at = datetime.fromtimestamp(now, UTC).isoformat()
            unit = {"event_id": f"core-{position}", "at": at, **unit}
        self.told.append((position, unit))
        return position

    def after(self, position: str, limit: int) -> tuple[list[Any], str, bool]:
        """At most so many changes behind a position, the position of the last, and if more wait."""
        behind = [each for each in self.told if each[0] > position]
        page = behind[:limit]
        return [unit for _, unit in page], page[-1][0] if page else position, len(behind) > limit
