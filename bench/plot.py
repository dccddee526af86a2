"""Pictures of a result, where matplotlib is installed: goals, memory by waiters, latency."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLOURS = {
    "pass": "#2e7d32", "fail": "#c62828", "inconclusive": "#f9a825", "noisy": "#757575",
}  # fmt: skip


def draw(document: Mapping[str, Any], result: Path) -> list[Path]:
    """PNG files beside the result; none without matplotlib or without anything to draw."""
    try:
        import matplotlib as library
    except ImportError:
        return []
    library.use("Agg")
    drawn = []
    for name, picture in (("ratios", _forest), ("waiters", _waiters), ("latency", _latency)):
        figure = picture(document)
        if figure is not None:
            path = result.with_name(f"{result.stem}-{name}.png")
            figure.savefig(path, dpi=120, bbox_inches="tight")
            drawn.append(path)
    return drawn


def _figure(wide: float, high: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high))
    return figure, figure.subplots()


def _forest(document: Mapping[str, Any]) -> Any:
    goals = [
        goal
        for suite in document["suites"]
        for goal in suite["goals"]
        if goal["value"] and goal["gate"]
    ]
    if not goals:
        return None
    figure, axes = _figure(9, 0.42 * len(goals) + 1.4)
    for place, goal in enumerate(reversed(goals)):
        # Beyond 1 is always the good side, whichever way the goal points.
        low, value, high = (
            _margin(goal, each) for each in (goal["ci"][0], goal["value"], goal["ci"][1])
        )
        colour = COLOURS.get(goal["verdict"], "#757575")
        axes.plot([low, high], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
        axes.plot([value], [place], "o", color=colour)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(
        range(len(goals)), [f"{g['id']}  {g['op']} {g['gate']:g}" for g in reversed(goals)]
    )
    axes.set_xlabel("times better than the gate (1 = at the gate), 95 % interval")
    axes.set_title("Goals" + (" (quick run)" if document.get("quick") else ""))
    axes.grid(axis="x", alpha=0.3)
    return figure


def _margin(goal: Mapping[str, Any], value: float) -> float:
    share: float = max(value / goal["gate"], 0.01)
    return 1 / share if goal["op"] == "<=" else share


def _facts(document: Mapping[str, Any], suite: str) -> Mapping[str, Any]:
    for one in document["suites"]:
        if one["name"] == suite:
            found: Mapping[str, Any] = one["facts"]
            return found
    return {}


def _waiters(document: Mapping[str, Any]) -> Any:
    stages: Sequence[Mapping[str, Any]] = _facts(document, "waiters").get("stages", [])
    if not stages:
        return None
    figure, axes = _figure(6, 4)
    axes.plot([s["n"] for s in stages], [s["rss_mb"] for s in stages], "o-", label="resident")
    axes.plot([s["n"] for s in stages], [s["uss_mb"] for s in stages], "s--", label="unshared")
    axes.set_xlabel("waiting browsers")
    axes.set_ylabel("server memory, MB")
    axes.set_ylim(bottom=0)
    axes.legend()
    axes.grid(alpha=0.3)
    return figure


def _latency(document: Mapping[str, Any]) -> Any:
    found = _facts(document, "waiters").get("latency_ms")
    if not found:
        return None
    figure, axes = _figure(6, 4)
    for name in ("ack", "event"):
        values = sorted(value for value in found[name] if math.isfinite(value))
        shares = [(rank + 1) / len(values) for rank in range(len(values))]
        axes.step(values, shares, where="post", label=f"{name} ({len(values)} scans)")
    axes.set_xscale("log")
    axes.set_xlabel("ms after the scan was sent")
    axes.set_ylabel("share of scans")
    axes.legend()
    axes.grid(alpha=0.3)
    return figure
