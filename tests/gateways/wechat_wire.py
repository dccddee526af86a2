"""WeChat as a scripted peer, and what tests of it share."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.errors.entry import Refusal
from server.gateways.wechat import WeChat
from tests.gateways.fakes import Answer, Asked, Peer, Says

APPID = "wx239900sandbox01"
SESSION = "/sns/jscode2session"
TOKEN = "/cgi-bin/stable_token"
SEND = "/cgi-bin/message/subscribe/send"
HTML = Answer(b"<html>busy</html>", content_type="text/html")
JPEG = b"\xff\xd8\xff\xe0 picture"


Open = Callable[..., Awaitable[WeChat]]


class Wire:
    """The platform's answers by path: a list is used up one by one, its last stays."""

    def __init__(self) -> None:
        self.token = 1
        self.fixed: dict[str, Any] = {}

    def says(self, path: str, *answers: Says | dict[str, Any]) -> None:
        self.fixed[path] = list(answers)

    def __call__(self, asked: Asked) -> Says:
        if asked.path == TOKEN and TOKEN not in self.fixed:
            return Answer.of_json({"access_token": f"token-{self.token}", "expires_in": 7200})
        left = self.fixed[asked.path]
        said = left.pop(0) if len(left) > 1 else left[0]
        return Answer.of_json(said) if isinstance(said, dict) else said


def paths(peer: Peer) -> list[str]:
    return [asked.path for asked in peer.asked]


async def refused(asked: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await asked
    return caught.value
