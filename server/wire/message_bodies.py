"""What clients send about messages: queries, answers to the platform's prompt, preferences."""

from typing import Annotated, Literal

from msgspec import Meta

from models.vocabulary import DeliveryChannel
from notify.texts.entry import Group
from server.wire.bodies import Body, Cursor, PageQuery

TemplateId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]


class MessageQuery(PageQuery, frozen=True):
    """Keyset paging; unread: only those that were not read, or only those that were."""

    unread: Literal["true", "false", "1", "0"] | None = None


class ReadAllQuery(Body, frozen=True):
    """Mark all read. up_to: the newest message on the page, so that none is missed."""

    up_to: Cursor = ""


class PromptBody(Body, frozen=True):
    """What the platform's prompt answered, by template id. prompt_id: the phone's own, once each.

    The platforms ask for three templates at most.
    """

    results: Annotated[
        dict[TemplateId, Literal["accept", "reject", "ban", "filter"]],
        Meta(min_length=1, max_length=5),
    ]
    prompt_id: Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]


class QuietBody(Body, frozen=True):
    """Quiet hours in Beijing time; from 22:00 to 08:00 is over night."""

    starts: TimeOfDay
    ends: TimeOfDay


class PreferencesBody(Body, frozen=True):
    """All choices together. channels: what is not named is on; quiet_hours null: at any time."""

    channels: dict[Group, dict[DeliveryChannel, bool]]
    quiet_hours: QuietBody | None = None
