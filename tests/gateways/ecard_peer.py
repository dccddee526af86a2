"""The e-card platform as a scripted peer, and what tests of it share."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from models.errors.entry import Refusal
from server.gateways.accounts import ECardAccount
from server.gateways.ecard import ECardGateway
from server.gateways.ecard_wire import Envelope
from tests.gateways.fakes import Answer

NOW = datetime(2026, 7, 1, 1, 2, 3, tzinfo=UTC)
ACCOUNT = ECardAccount(
    base_url="",
    channel_no="2399000001",
    access_no="239900",
    access_key="access-key",
    secret_key="secret-key",
    encrypt_key="sandboxEncryptK1",
    iv="sandboxInitVect1",
    system_name="zhangban",
)


SEAL = Envelope(ACCOUNT.encrypt_key, ACCOUNT.iv, ACCOUNT.cipher)
WHOLE = {
    "esscNo": "E1",
    "aac002": "23990019900101001x",
    "aac003": "张三",
    "aab301": "239900",
    "aaz502": "1",
}


Open = Callable[..., Awaitable[ECardGateway]]


def ok(**result: object) -> Answer:
    return Answer.of_json({"msgCode": "000000", "result": {"encrypt": SEAL.seal(result)}})


def says_no(msg_code: object) -> Answer:
    return Answer.of_json({"msgCode": msg_code, "msg": "失败", "result": None})


async def refused(asked: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await asked
    return caught.value
