"""All texts together, by topic."""

from collections.abc import Mapping
from types import MappingProxyType

from notify.texts import certificate, filing, grant, registration, security
from notify.texts.entry import Text

SEGMENTS = (filing, grant, security, certificate, registration)

TEXTS: Mapping[str, Text] = MappingProxyType(
    {topic: text for segment in SEGMENTS for topic, text in segment.TEXTS.items()}
)
"""Topic → text. A topic may have its text before a handler owes it."""


def text_of(topic: str) -> Text:
    """The text of a topic. Raises KeyError for one that nobody has worded yet."""
    return TEXTS[topic]
