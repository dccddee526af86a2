"""`python -m tests.faults.mutants [name…]`: takes each control away, and sees its tests fail.

Works on a copy of the tree in a temporary folder; the tree itself is not touched. Exit code 1 when
a mutant survives. A mutant is a replacement of text in one or more files; see mutants.toml.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", "__pycache__", "node_modules", "out", "var", ".hypothesis"
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One control taken away. changes: (file, text, text instead); tests: pytest arguments."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


def mutants() -> list[Mutant]:
    """Those of mutants.toml, in its order."""
    document = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text(encoding="utf-8"))
    return [_mutant(each) for each in document["mutant"]]


def _mutant(told: dict[str, Any]) -> Mutant:
    changes = tuple((each["file"], each["text"], each["instead"]) for each in told["changes"])
    only = ("-k", told["only"]) if "only" in told else ()
    room, _, name = told["tests"].rpartition("/")
    path = f"tests/{room or 'faults'}/test_{name}.py"
    return Mutant(told["name"], changes, (path, *only))


def main(names: list[str]) -> int:
    """Run the mutants whose names contain one of these words; all without any."""
    survivors = []
    for mutant in mutants():
        if names and not any(name in mutant.name for name in names):
            continue
        began = time.monotonic()
        why = _failure(mutant)
        verdict = "killed" if why else "SURVIVED"
        took_s = time.monotonic() - began
        sys.stdout.write(f"{verdict:9}{took_s:5.0f} s  {mutant.name}\n{'':18}{why}\n")
        sys.stdout.flush()
        survivors += [] if why else [mutant.name]
    return 1 if survivors else 0


def _failure(mutant: Mutant) -> str:
    """How the tests failed; '' when they did not."""
    with tempfile.TemporaryDirectory(prefix="zb-mutant-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND, symlinks=True)
        for file, text, instead in mutant.changes:
            before = (copy / file).read_text(encoding="utf-8")
            assert text in before, f"{mutant.name}: {file} reads differently now: {text}"
            (copy / file).write_text(before.replace(text, instead), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
        # 1: tests failed. Anything else is an error of ours, or nothing was run at all.
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{mutant.name}: pytest {done.returncode}\n{done.stdout[-2000:]}")
        told = [
            line
            for line in done.stdout.splitlines()
            if line.startswith(("FAILED tests", "ERROR tests"))
        ]
        return told[0][:150] if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
