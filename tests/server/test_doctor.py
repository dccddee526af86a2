"""The doctor: a line for every part, and every fault at once."""

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.__main__ import main
from tests.live_processes import free_port


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ZB_DATABASE_URL": f"sqlite://{tmp_path / 'zhangban.db'}",
        "ZB_MASTER_KEY": base64.b64encode(b"d" * 32).decode(),
        "ZB_PUBLIC_URL": "http://127.0.0.1:8000",
        "ZB_UPLOAD_DIR": str(tmp_path / "uploads"),
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def platform() -> Iterator[str]:
    """Something that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def lines(capsys: pytest.CaptureFixture[str], word: str) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith(word)]


def test_a_sound_installation_passes(
    platform: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["migrate"])
    monkeypatch.setenv("ZB_WECHAT_APPID", "wx239900")
    monkeypatch.setenv("ZB_WECHAT_SECRET", "hush-hush")
    monkeypatch.setenv("ZB_WECHAT_API_BASE", platform)

    code = main(["doctor"])

    told = capsys.readouterr().out
    assert code == 0, told
    assert "异常  " not in told
    for part in ("设置", "程序", "密码套件", "数据库", "数据库结构", "Redis 脚本", "时钟", "微信"):
        assert f"正常  {part}: " in told
    assert "hush-hush" not in told


def test_every_fault_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZB_UPLOAD_DIR", str(tmp_path / "file" / "uploads"))
    monkeypatch.setenv("ZB_REDIS_URL", f"redis://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ZB_WECHAT_APPID", "wx239900")
    monkeypatch.setenv("ZB_WECHAT_SECRET", "hush-hush")
    monkeypatch.setenv("ZB_WECHAT_API_BASE", f"http://127.0.0.1:{free_port()}")

    code = main(["doctor"])

    bad = lines(capsys, "异常")
    assert code == 1
    assert [line.split()[1] for line in bad] == ["数据库:", "Redis:", "上传目录:", "微信:"]


def test_looking_at_a_missing_database_does_not_make_one(tmp_path: Path) -> None:
    assert main(["doctor"]) == 1

    assert not (tmp_path / "zhangban.db").exists()


def test_a_database_without_its_schema_is_told_to_migrate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "zhangban.db").touch()

    code = main(["doctor"])

    bad = lines(capsys, "异常")
    assert code == 1
    assert len(bad) == 1
    assert "0001_initial" in bad[0]
    assert "zhangban migrate" in bad[0]


def test_every_wrong_setting_has_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ZB_PUBLIC_URL")
    monkeypatch.setenv("ZB_MASTER_KEY", "short")

    code = main(["doctor"])

    bad = lines(capsys, "异常")
    assert code == 1
    assert [name in line for name, line in zip(("KEY", "URL"), bad, strict=True)] == [True, True]


def test_a_missing_setting_is_one_line_with_all_that_is_said_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ZB_MASTER_KEY")

    main(["doctor"])

    [bad] = lines(capsys, "异常")
    assert "ZB_MASTER_KEY is missing" in bad
    assert bad.endswith("every other key is derived from it)")


def test_several_workers_on_embedded_stores_are_warned_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["migrate"])

    code = main(["doctor", "--workers", "2"])

    told = capsys.readouterr().out
    assert code == 1
    assert "异常  进程数: 内置 Redis" in told
    assert "提醒  进程数: 2 个进程共用 SQLite" in told


def test_no_platform_at_all_is_worth_a_warning_but_no_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["migrate"])

    code = main(["doctor"])

    assert code == 0
    assert lines(capsys, "提醒") == ["提醒  平台: 未配置任何平台,无法扫码登录"]
