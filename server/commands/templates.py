"""`zhangban templates preview`: every message as its channel would show it; nothing is sent."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime

from models.outbox import Recipient, RecipientKind, Topic
from models.vocabulary import DeliveryChannel
from notify.ports import Debt, Letter
from notify.texts.catalogue import text_of
from notify.texts.templates import Templates
from notify.texts.wording import tell
from notify.writer import PLATFORMS, TextWriter, words_of
from server.settings import Settings

FACTS = {
    "unit_name": "哈尔滨某某信息技术服务有限责任公司",
    "item": "employee_add",
    "number": "20260302239900000001",
    "reason": "缺劳动合同",
    "due": "2026-03-16",
    "days": 15,
    "certificate": "数字证书(尾号00C0FE)",
    "device": "Chrome 120 Windows",
}
AT = datetime(2026, 3, 2, 7, 1, tzinfo=UTC)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("action", choices=["preview"], help="what to do")
    parser.add_argument("--topic", choices=sorted(Topic), help="this topic only")
    parser.add_argument("--channel", choices=sorted(DeliveryChannel), help="this channel only")


def run(given: argparse.Namespace) -> int:
    """Print the messages with invented facts; the templates come from ZB_TEMPLATES_FILE."""
    templates = Settings.from_environ().templates
    for topic in Topic:
        if given.topic in (None, topic):
            channel = DeliveryChannel(given.channel) if given.channel else None
            print("\n".join(_preview(templates, topic, channel)))
    return 0


def _preview(templates: Templates, topic: Topic, only: DeliveryChannel | None) -> Iterator[str]:
    text = text_of(topic.value)
    letter = Letter(
        "01ja000000000000000000000a",
        topic,
        "01ja000000000000000000000b",
        Recipient(RecipientKind.PERSON, "01ja000000000000000000000c"),
        None,
        FACTS,
        AT,
    )
    told = tell(text, words_of(letter))
    yield f"{topic.value}"
    yield f"  消息  {told.title}\n        {told.body}"
    for channel in DeliveryChannel:
        if only not in (None, channel):
            continue
        platform = PLATFORMS.get(channel)
        template = templates.of(platform, text) if platform else None
        if platform and template is None:
            yield f"  {channel}  没有模板 {text.template}"
            continue
        debt = Debt(0, channel, "", template.id if template else "", letter, 1)
        message = TextWriter(templates).compose(debt)
        if template is None:
            yield f"  {channel}  {message.title}\n        {message.text}"
        else:
            yield f"  {channel}  {template.id} 第{template.version}版"
            yield from (f"        {key}: {value}" for key, value in message.fields.items())
