"""Subscribe messages: who may be sent what, and what was accepted for sending (platforms §1.3)."""

import re
from collections import Counter
from dataclasses import dataclass

from sandbox.wechat.errors import WeChatError

TEMPLATE_ID = re.compile(r"[A-Za-z0-9_-]{10,64}")


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message the platform accepted. at: seconds since the epoch."""

    msgid: int
    openid: str
    template_id: str
    page: str
    data: dict[str, dict[str, str]]
    miniprogram_state: str
    lang: str
    at: float


class Mailbox:
    """Rights to send (one message per accepted prompt, or any number for a long-term template)."""

    def __init__(self) -> None:
        self.templates: dict[str, list[str]] = {}
        self.long_term: set[str] = set()
        self.sent: list[SentMessage] = []
        self._credits: Counter[tuple[str, str]] = Counter()

    def credit(self, openid: str, template_id: str, count: int) -> int:
        """The user accepted count prompts; gives what is left to send."""
        self._credits[openid, template_id] += count
        return self._credits[openid, template_id]

    def refuse(self, openid: str, template_id: str) -> None:
        """The user switched this template off in the settings."""
        self._credits[openid, template_id] = 0

    def template(self, template_id: object) -> list[str] | None:
        """The template's keys; None while none were registered. Raises WeChatError 40037."""
        if not isinstance(template_id, str) or not TEMPLATE_ID.fullmatch(template_id):
            raise WeChatError(40037)
        if not self.templates:
            return None
        if template_id not in self.templates:
            raise WeChatError(40037)
        return self.templates[template_id]

    def accept(self, message: SentMessage) -> None:
        """Take a message, using up one right. Raises WeChatError 43101 when there is none."""
        right = message.openid, message.template_id
        if message.template_id not in self.long_term:
            if self._credits[right] <= 0:
                raise WeChatError(43101)
            self._credits[right] -= 1
        self.sent.append(message)
