"""The command line: exit codes, one line for what is wrong, and what each command leaves behind."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.__main__ import COMMANDS, main
from tests.live_processes import MASTER_KEY, ROOT, free_port, get_json, product_command, until

OTHER_KEY = "b3RoZXIga2V5LCBvbmx5IGZvciB0aGVzZSB0ZXN0cyE="


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings of an installation that is not migrated yet; commands in this process read them."""
    env = {
        "ZB_DATABASE_URL": f"sqlite://{tmp_path / 'zhangban.db'}",
        "ZB_MASTER_KEY": MASTER_KEY,
        "ZB_PUBLIC_URL": "http://127.0.0.1:8000",
        "ZB_UPLOAD_DIR": str(tmp_path / "uploads"),
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return env


@pytest.fixture
def filled(environment: dict[str, str], tmp_path: Path) -> Path:
    """The database file, migrated, with the demo set."""
    assert main(["migrate"]) == 0
    assert main(["demo-data"]) == 0
    return tmp_path / "zhangban.db"


@contextlib.contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        yield database
        database.commit()


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with opened(file) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])

    assert ended.value.code == 0
    assert "usage: zhangban" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["dance"],
        ["serve", "--port", "x"],
        ["tick", "--every", "0"],
        ["demo-data", "--units", "23"],
    ],
)
def test_wrong_usage_ends_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)

    assert ended.value.code == 2
    assert "usage: zhangban" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["serve", "tick", "migrate", "demo-data", "verify-audit", "rotate-keys"]
)
def test_missing_settings_are_one_line_that_names_all_of_them(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ZB_MASTER_KEY")
    monkeypatch.delenv("ZB_PUBLIC_URL")

    code = main([command])

    told = capsys.readouterr().err
    assert code == 1
    assert told.count("\n") == 1
    assert "ZB_MASTER_KEY" in told
    assert "ZB_PUBLIC_URL" in told


@pytest.mark.parametrize("command", ["migrate", "demo-data", "verify-audit", "rotate-keys"])
def test_a_database_that_does_not_answer_is_one_line(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZB_DATABASE_URL", f"postgres://nobody@127.0.0.1:{free_port()}/nothing")

    code = main([command])

    told = capsys.readouterr().err
    assert code == 1
    assert told.startswith("zhangban: cannot")
    assert told.count("\n") == 1


@pytest.mark.parametrize(("argv", "units"), [([], 24), (["--units", "600"], 600)])
def test_demo_data_fills_an_empty_database(
    argv: list[str], units: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["migrate"])

    assert main(["demo-data", *argv]) == 0

    assert rows(tmp_path / "zhangban.db", "SELECT count(*) FROM units") == [(units,)]
    assert f"{units}/{units} units" in capsys.readouterr().err


def test_demo_data_is_not_mixed_with_what_is_there(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["demo-data"])

    assert code == 1
    assert "holds units already" in capsys.readouterr().err
    assert rows(filled, "SELECT count(*) FROM units") == [(24,)]


def test_the_openapi_document_needs_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZB_MASTER_KEY", "ZB_PUBLIC_URL"):
        monkeypatch.delenv(name)

    told = product_command({}, "openapi")

    assert isinstance(json.loads(told.stdout), dict)


def test_an_untouched_audit_trail_is_said_to_hold(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["verify-audit"])

    assert code == 0
    assert capsys.readouterr().out == "0 entries checked, 0 broken\n"


def test_a_tampered_audit_trail_fails_and_is_named(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate(monkeypatch)
    with opened(filled) as database:
        database.execute("UPDATE audit_entries SET body = replace(body, 'ok', 'no')")
    capsys.readouterr()

    code = main(["verify-audit"])

    assert code == 1
    assert capsys.readouterr().out == "stream 0, entry 1: changed\n1 entries checked, 1 broken\n"


def rotate(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("ZB_OLDER_MASTER_KEYS", f"1:{MASTER_KEY}")
    monkeypatch.setenv("ZB_MASTER_KEY", OTHER_KEY)
    return main(["rotate-keys"])


def test_after_a_rotation_no_row_is_under_the_older_key(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = rotate(monkeypatch)

    sealed = rows(
        filled, "SELECT id_no_sealed FROM grants UNION SELECT name_sealed FROM legal_reps"
    )
    assert code == 0
    assert {bytes(blob)[2:4] for (blob,) in sealed if isinstance(blob, bytes)} == {b"\x00\x02"}
    assert "sealed anew under key 2" in capsys.readouterr().out
    assert main(["verify-audit"]) == 0


def test_a_tick_forgets_what_is_over_and_keeps_the_rest(
    filled: Path, environment: dict[str, str]
) -> None:
    now = datetime.now(UTC)
    with opened(filled) as database:
        for name, age in (("old", timedelta(hours=25)), ("fresh", timedelta(hours=1))):
            database.execute(
                "INSERT INTO idempotency_keys (id, fingerprint, claim, created_at)"
                " VALUES (?, 'f', 'c', ?)",
                [name, (now - age).isoformat(sep=" ")],
            )

    product_command(environment, "tick", "--once")
    product_command(environment, "tick", "--once")

    assert rows(filled, "SELECT id FROM idempotency_keys") == [("fresh",)]


def test_a_clock_ends_when_it_is_told_to(filled: Path, environment: dict[str, str]) -> None:
    with opened(filled) as database:
        database.execute(
            "INSERT INTO idempotency_keys (id, fingerprint, claim, created_at)"
            " VALUES ('old', 'f', 'c', '2020-01-01 00:00:00+00:00')"
        )
    clock = subprocess.Popen(
        [sys.executable, "-m", "server", "tick", "--every", "1"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
    )
    with clock:
        ticked = until(lambda: not rows(filled, "SELECT id FROM idempotency_keys"))
        clock.terminate()
        code = clock.wait(10)

    assert ticked
    # The signal may come in the moment before the clock listens for it.
    assert code in (0, -15)


def test_the_sandbox_command_becomes_the_sandbox_and_ends_when_told(
    environment: dict[str, str],
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "sandbox", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )

    def answers() -> bool:
        with contextlib.suppress(OSError):
            return "wechat" in get_json(f"http://127.0.0.1:{port}/_ctl/credentials")
        return False

    with process:
        listening = until(answers)
        process.terminate()
        code = process.wait(10)

    assert listening
    assert code == 0
