"""What a cell of the authorisation matrix is, and what it sends."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One caller's request. thing: own, foreign, missing, or `-`; expected: what the table says."""

    method: str
    path: str
    thing: str
    caller: str
    expected: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} [{self.thing}] by {self.caller}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a cell sends. form: instead of JSON, for pages without script."""

    path: str
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
