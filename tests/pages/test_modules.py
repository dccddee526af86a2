"""The page's script: it parses, its rules hold, and it stays within a strict policy."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server.pages.fill import STATIC_DIR

HERE = Path(__file__).parent
MODULES = sorted(STATIC_DIR.glob("*.js"))
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run([NODE, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.node
@needs_node
def test_every_module_parses() -> None:
    faults = [run_node("--check", str(module)).stderr for module in MODULES]

    assert "".join(faults) == ""


@pytest.mark.node
@needs_node
@pytest.mark.parametrize("suite", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_the_rules_of_the_page_hold(suite: Path) -> None:
    ran = run_node("--test", str(suite))

    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_imports_only_its_neighbours(module: Path) -> None:
    imported = re.findall(r"from '([^']+)'", module.read_text(encoding="utf-8"))

    assert {name for name in imported if not (STATIC_DIR / name).is_file()} == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_makes_no_markup_styles_or_code_out_of_text(module: Path) -> None:
    text = module.read_text(encoding="utf-8")

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)
    assert not re.search(r"\beval\(|new Function|\.cssText|'style'", text)


def test_styles_load_nothing_from_elsewhere() -> None:
    for sheet in STATIC_DIR.glob("*.css"):
        assert not re.search(r"url\(|@import", sheet.read_text(encoding="utf-8"))
