"""Words for a delivery: the text of its topic, as its channel shows it."""

from dataclasses import dataclass

from models.vocabulary import DeliveryChannel, Platform
from notify.channels.base import Message
from notify.ports import Debt, Letter
from notify.texts.catalogue import text_of
from notify.texts.entry import GROUP_TITLES, Text
from notify.texts.fields import cut, private
from notify.texts.templates import PAGE, Template, Templates
from notify.texts.wording import Words, fill, tell

SMS_LIMIT = 130
"""Two parts of a text message, less the signature in front."""

PLATFORMS = {DeliveryChannel.WECHAT: Platform.WECHAT, DeliveryChannel.ALIPAY: Platform.ALIPAY}


@dataclass(frozen=True, slots=True)
class TextWriter:
    """Composes with the templates of this installation (implements notify.ports.Writer)."""

    templates: Templates

    def compose(self, debt: Debt) -> Message:
        """The message for this delivery. Raises ValueError when it has no such text."""
        try:
            text = text_of(debt.letter.topic.value)
        except KeyError:
            raise ValueError("no text for this topic") from None
        platform = PLATFORMS.get(debt.channel)
        if platform is None:
            return _plain(debt, text)
        template = self.templates.by_id(platform, debt.template)
        if template is None:
            raise ValueError("the template is not in the file any more")
        return Message(
            template=template.id,
            fields=_fields(debt, text, template),
            page=f"{PAGE}?message={debt.letter.id}",
            once=str(debt.id),
        )


def words_of(letter: Letter) -> Words:
    """A letter's facts, as texts take them."""
    return Words(letter.facts, letter.created_at)


def _fields(debt: Debt, text: Text, template: Template) -> dict[str, str]:
    words = words_of(debt.letter)
    if debt.digested:
        several = f"{len(debt.digested) + 1}条{GROUP_TITLES[text.group]}通知"
        # Whatever differs between them is not told; the inbox has each in full.
        together = {"item": several, "certificate": several, "note": "请登录掌办查看详情"}
        words = Words({**letter_unit(debt.letter), **together}, debt.letter.created_at)
        text = _without_particulars(text)
    return fill(text, template.fields, template.kinds, words)


def letter_unit(letter: Letter) -> dict[str, object]:
    """The fact that names the unit, when there is one."""
    name = letter.facts.get("unit_name")
    return {"unit_name": name} if name else {}


def _without_particulars(text: Text) -> Text:
    kept = {slot: "{" + slot + "}" for slot in text.slots}
    return Text(text.title, text.body, text.group, text.place, text.template, kept)


def _plain(debt: Debt, text: Text) -> Message:
    told = tell(text, words_of(debt.letter))
    title, body = told.title, told.body
    if debt.digested:
        several = len(debt.digested) + 1
        title = f"{several}条{GROUP_TITLES[text.group]}通知"
        body = f"您有{several}条{GROUP_TITLES[text.group]}通知,请登录掌办的“消息”查看。"
    if debt.channel is DeliveryChannel.SMS:
        body = cut(private(body), SMS_LIMIT)
    return Message(
        template="",
        fields={},
        title=private(title),
        text=private(body),
        once=str(debt.id),
    )
