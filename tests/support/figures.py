"""What tests have measured or counted, told at the end with ZB_FIGURES=1 or ZB_PROVE=1."""

import os
from collections.abc import Callable

import pytest

Figure = Callable[..., None]
_FIGURES: list[str] = []


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Notes what was measured; told at the end of the run with ZB_FIGURES=1 or ZB_PROVE=1."""

    def note(what: str, *values: object) -> None:
        _FIGURES.append(f"{request.node.name}: {what} = {', '.join(map(str, values))}")

    return note


def told() -> list[str]:
    """The figures, where somebody asked for them."""
    asked = "1" in (os.environ.get("ZB_FIGURES"), os.environ.get("ZB_PROVE"))
    return list(_FIGURES) if asked else []
