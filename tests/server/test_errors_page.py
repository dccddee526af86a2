"""The command that publishes the error catalogue."""

import json
from pathlib import Path

import pytest

from models.errors.catalogue import catalogue
from models.errors.entry import Entry
from server.commands.errors_page import OFFLINE_COPY, PAGE, main, page


def test_writing_makes_both_files_and_the_check_then_passes(tmp_path: Path) -> None:
    assert main(["--root", str(tmp_path)]) == 0

    assert main(["--root", str(tmp_path), "--check"]) == 0
    offline = json.loads((tmp_path / OFFLINE_COPY).read_text(encoding="utf-8"))
    assert list(offline) == [entry.code for entry in catalogue()]
    assert offline["SB-2102"]["actions"][0] == {"rel": "request-grant", "title": "申请法人授权"}


@pytest.mark.parametrize("path", [PAGE, OFFLINE_COPY])
def test_the_check_fails_and_names_a_stale_file(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--root", str(tmp_path)])
    (tmp_path / path).write_text("old", encoding="utf-8")

    assert main(["--root", str(tmp_path), "--check"]) == 1

    assert f"{path} is stale" in capsys.readouterr().err


def test_the_check_fails_where_nothing_was_ever_written(tmp_path: Path) -> None:
    assert main(["--root", str(tmp_path), "--check"]) == 1


def test_the_page_cannot_be_broken_by_a_text() -> None:
    entry = Entry("SB-9001", 500, prompt="a|b", explain="<b>*c*", remedies=("d",), source="e")

    row = page([entry]).splitlines()[-1]

    assert row.endswith("| 500 | a\\|b | &lt;b&gt;\\*c\\* | d | e |")
