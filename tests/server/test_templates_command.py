"""`zhangban templates preview`, and what `doctor` says of templates."""

import pytest

from models.outbox import Topic
from server.__main__ import main
from server.commands import examinations
from server.commands.demo_env import TEMPLATES_FILE
from server.commands.examinations import Health
from server.settings import SettingsError
from tests.build import settings

ENV = {
    "ZB_MASTER_KEY": "dGVzdHMgb25seSwgbmV2ZXIgYW55d2hlcmUgZWxzZSE=",
    "ZB_PUBLIC_URL": "https://sb.example.cn",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings that every command needs."""
    for name, value in {**ENV, "ZB_TEMPLATES_FILE": str(TEMPLATES_FILE)}.items():
        monkeypatch.setenv(name, value)


def test_every_topic_is_shown_on_every_channel(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["templates", "preview"])

    said = capsys.readouterr().out
    assert code == 0
    for topic in Topic:
        assert f"\n{topic.value}\n" in f"\n{said}"
    assert "没有模板" not in said


def test_one_topic_on_one_channel_is_shown_alone(capsys: pytest.CaptureFixture[str]) -> None:
    main(["templates", "preview", "--topic", "grant.revoked", "--channel", "wechat"])

    said = capsys.readouterr().out
    assert "sandbox-grant-result 第1版" in said
    assert "phrase2: 已撤销" in said
    assert "alipay" not in said
    assert "login.new_browser" not in said


def test_a_file_that_is_wrong_keeps_every_command_from_starting() -> None:
    with pytest.raises(SettingsError, match=r"ZB_TEMPLATES_FILE: cannot read /nowhere\.toml"):
        settings(templates_file="/nowhere.toml")


def test_doctor_names_the_templates_that_are_missing() -> None:
    bare = settings(wechat_appid="wx1", wechat_secret="s")
    full = settings(
        wechat_appid="wx1",
        wechat_secret="s",
        wechat_token="t",
        templates_file=str(TEMPLATES_FILE),
    )

    missing, push = examinations.templates(bare)
    (good,) = examinations.templates(full)

    assert missing.health is push.health is Health.DOUBTFUL
    assert "filing_status" in missing.what
    assert "ZB_WECHAT_TOKEN" in push.what
    assert good.health is Health.GOOD
