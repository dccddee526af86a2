"""Text for people: goals, one suite's figures, a run's verdicts, two runs side by side."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.goals import Goal
from bench.record import SuiteResult, suite_json

MARKS = {
    "pass": "PASS", "fail": "FAIL", "inconclusive": "open", "noisy": "noisy",
    "skipped": "skip", "faulty": "FAULT",
}  # fmt: skip

MOST_SHOWN = 12


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Left-aligned columns, as wide as their widest cell."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def number(value: float | None) -> str:
    """Three significant figures."""
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def goals_table(goals: Sequence[Goal]) -> str:
    """The goals as they stand in goals.toml."""
    rows = [
        (goal.suite, goal.id, f"{goal.op} {number(goal.gate)}", number(goal.stretch), goal.title)
        for goal in goals
    ]
    return table(("suite", "goal", "gate", "stretch", "what"), rows)


def suite_text(result: SuiteResult) -> str:
    """One suite: rows, facts, what was skipped, goals."""
    told = suite_json(result)
    parts = [f"-- {result.name}: {result.wall_s:.0f} s, {_control(told['control'])}"]
    rows = [_row(row) for row in told["rows"]]
    if rows:
        head = ("row", "rounds", "cpu µs", "rps", "p50 ms", "p99 ms", "redis µs", "pg µs", "bad")
        parts.append(table(head, rows))
    parts += [
        f"   {row['candidate']}: {count} x {fault}"
        for row in told["rows"]
        for fault, count in row["faults"].items()
    ]
    parts += [f"   {name}: {_fact(value)}" for name, value in told["facts"].items()]
    for why in dict.fromkeys(told["skipped"].values()):
        parts.append(f"   skipped: {why}")
    parts += [f"   note: {note}" for note in told["notes"]]
    parts.append(_goals(told["goals"]))
    return "\n".join(parts)


def _control(control: Mapping[str, Any] | None) -> str:
    if control is None:
        return "no A/A control"
    low, high = control["ci"]
    state = "clean" if control["clean"] else "NOT clean: verdicts are `noisy`"
    return f"A/A {control['ratio']:.3f} [{low:.3f}, {high:.3f}] {state}"


def _fact(value: Any) -> str:
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        if len(value) > MOST_SHOWN:
            return f"{len(value)} values, in the file"
        between = "\n     " if value and isinstance(value[0], dict) else " "
        return between.join(_fact(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{name} {_fact(item)}" for name, item in value.items() if item != [])
    return str(value)


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    taken = row["rounds"]
    middle = row.get("median")
    bad = sum(sample["bad"] for sample in taken)
    if middle is None:
        return (row["candidate"], "0", *("-",) * 6, str(row["fault"] or "nothing measured")[:90])
    keys = ("cpu_us", "rps", "p50_ms", "p99_ms", "redis_us", "postgres_us")
    return (row["candidate"], str(len(taken)), *(number(middle[key]) for key in keys), str(bad))


def _goals(goals: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ("", "goal", "value", "95 % interval", "gate", "stretch", "what"),
        [
            (
                MARKS[goal["verdict"]] + ("+" if goal["stretched"] else ""),
                goal["id"],
                number(goal["value"]),
                _interval(goal["ci"]),
                f"{goal['op']} {number(goal['gate'])}",
                number(goal["stretch"]),
                goal["title"]
                + (f" ({goal['why'].partition(chr(10))[0][:90]})" if goal["why"] else ""),
            )
            for goal in goals
        ],
    )


def _interval(ci: Sequence[float] | None) -> str:
    return "-" if ci is None else f"{number(ci[0])} … {number(ci[1])}"


def summary(document: Mapping[str, Any]) -> str:
    """All goals of a run, and how many came out how."""
    goals = [goal for suite in document["suites"] for goal in suite["goals"]]
    counts = {name: sum(goal["verdict"] == name for goal in goals) for name in MARKS}
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    kind = "quick run: informational, gates nothing" if document.get("quick") else "full run"
    return f"== {kind}: {said or 'no goals'} (+ = stretch reached)\n{_goals(goals)}"


def comparison(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Goals of two runs by ratio, never by time; better or worse when their intervals are apart."""
    before = _by_id(old)
    rows = []
    for name, goal in _by_id(new).items():
        other = before.get(name)
        if other is None or goal["value"] is None or other["value"] is None:
            rows.append((name, "-", "-", "-", "only in one run"))
            continue
        apart = goal["ci"][0] > other["ci"][1] or goal["ci"][1] < other["ci"][0]
        change = goal["value"] / other["value"] if other["value"] else float("nan")
        better = (change < 1) == (goal["op"] == "<=")
        word = ("better" if better else "worse") if apart else "same within noise"
        rows.append((name, number(other["value"]), number(goal["value"]), f"x{change:.2f}", word))
    return table(("goal", "old", "new", "change", ""), rows)


def _by_id(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {goal["id"]: goal for suite in document["suites"] for goal in suite["goals"]}
