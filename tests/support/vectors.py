"""Public vectors that we did not write, in a folder beside the tree or where ZB_VECTORS says."""

import json
import os
from pathlib import Path
from typing import Any

from tests.support import tiers

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "vectors"


def platform_vectors() -> dict[str, Any]:
    """The vectors of the platforms and of 国密; where they are absent the test is left out."""
    file = Path(os.environ.get("ZB_VECTORS") or BESIDE) / "platforms.json"
    if not file.exists():
        tiers.leave_out("vectors", "no platforms.json beside the tree or in ZB_VECTORS")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
