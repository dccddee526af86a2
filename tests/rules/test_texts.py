"""Every topic that a handler may owe has its text."""

import pytest

from models.outbox import Topic
from notify.texts.catalogue import TEXTS


@pytest.mark.parametrize("topic", Topic, ids=lambda topic: topic.value)
def test_every_topic_of_the_outbox_has_a_text(topic: Topic) -> None:
    assert topic.value in TEXTS, "word it in notify/texts"
