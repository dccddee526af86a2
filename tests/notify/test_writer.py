"""Composing: what each channel shows of a message, alone and together with its like."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.outbox import Topic, person
from models.vocabulary import DeliveryChannel
from notify.ports import Debt, Letter
from notify.texts.templates import NONE, PAGE, read_templates
from notify.writer import SMS_LIMIT, TextWriter

DEMO = Path(__file__).parents[2] / "server" / "demo" / "templates.toml"
WRITER = TextWriter(read_templates(DEMO.read_text(encoding="utf-8")))
AT = datetime(2026, 3, 2, 7, 1, tzinfo=UTC)
FACTS = {"unit_name": "某某公司", "reason": "离职,电话13800138000"}


def a_letter(number: int = 1) -> Letter:
    return Letter(f"m{number}", Topic.GRANT_REVOKED, "g1", person("p1"), "p1", FACTS, AT)


def a_debt(channel: DeliveryChannel, template: str = "", others: int = 0) -> Debt:
    digested = [a_letter(number) for number in range(2, 2 + others)]
    return Debt(7, channel, "k1", template, a_letter(), 1, digested)


def test_wechat_gets_its_fields_and_the_page_of_this_message() -> None:
    message = WRITER.compose(a_debt(DeliveryChannel.WECHAT, "sandbox-grant-result"))

    assert message.fields == {
        "thing1": "某某公司",
        "phrase2": "已撤销",
        "time3": "2026年3月2日 15:01",
    }
    assert message.page == f"{PAGE}?message=m1"
    assert message.once == "7"


def test_alipay_gets_the_same_in_its_own_keys() -> None:
    message = WRITER.compose(a_debt(DeliveryChannel.ALIPAY, "sandbox-alipay-grant-result"))

    assert list(message.fields) == ["keyword1", "keyword2", "keyword3"]


@pytest.mark.parametrize("channel", [DeliveryChannel.SMS, DeliveryChannel.EMAIL])
def test_a_text_says_it_in_words_without_anybodys_number(channel: DeliveryChannel) -> None:
    message = WRITER.compose(a_debt(channel))

    assert message.text.startswith("某某公司的授权已撤销(离职,电话***)。")
    assert len(message.text) <= SMS_LIMIT
    assert message.title == "授权已撤销"


def test_several_messages_of_a_kind_are_counted_and_none_is_told_apart() -> None:
    debt = a_debt(DeliveryChannel.SMS, others=2)

    message = WRITER.compose(debt)

    assert message.title == "3条授权变动通知"
    assert message.text == "您有3条授权变动通知,请登录掌办的“消息”查看。"


def test_several_on_a_platform_still_fit_the_fields_of_one() -> None:
    message = WRITER.compose(a_debt(DeliveryChannel.WECHAT, "sandbox-grant-result", others=4))

    assert message.fields["thing1"] == "某某公司"
    assert "已撤销" not in message.fields.values()


@pytest.mark.parametrize("template", ["", "gone-since"])
def test_a_template_that_is_not_in_the_file_any_more_cannot_be_composed(template: str) -> None:
    for writer in (WRITER, TextWriter(NONE)):
        with pytest.raises(ValueError, match="not in the file"):
            writer.compose(a_debt(DeliveryChannel.WECHAT, template))
